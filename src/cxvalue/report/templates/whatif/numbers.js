// Numbers as the report writes them, in the digits and by the patterns of its language.

const NOTHING = "\u2013";

function decimalsFor(scale, isMoney) {
  const size = Math.abs(scale);
  if (size >= 999.5) {
    return 0;
  }
  if (isMoney && size >= 0.1) {
    return 2;
  }
  if (size >= 100) {
    return 1;
  }
  if (size >= 1 || size === 0) {
    return 2;
  }
  return Math.min(2 - Math.floor(Math.log10(size)), 8);
}

function signed(number, decimals) {
  const digits = Math.abs(number).toFixed(decimals);
  const [whole, ...rest] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = inDigits([grouped, ...rest].join("."));
  return number < 0 && /[1-9]/.test(digits) ? fill(model.numbers.negative, { number: text }) : text;
}

// Digits and separators of the language in the place of English ones.
function inDigits(text) {
  const own = { ",": model.numbers.group, ".": model.numbers.decimal };
  return text.replace(/[\d,.]/g, (sign) => own[sign] || model.numbers.digits[Number(sign)]);
}

// What was typed, as a script reads it: digits of any script, the language's separators; NaN when it is no number.
function readNumber(text) {
  const plain = Array.from(text.trim().replaceAll(model.numbers.group, "").replaceAll(model.numbers.decimal, "."), (sign) => {
    const value = digitValue(sign);
    return value === null ? sign : String(value);
  }).join("");
  const signs = plain.replaceAll("\u066c", "").replaceAll("\u066b", ".").replace(/^[\u200e\u200f\u061c]*[\u2212-]/, "-");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(signs) ? Number(signs) : NaN;
}

// The value of a digit: Unicode has the ten of a script in a row, and none of another script beside them.
function digitValue(sign) {
  if (!/^\p{Nd}$/u.test(sign)) {
    return null;
  }
  let first = sign.codePointAt(0);
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) {
    first -= 1;
  }
  return sign.codePointAt(0) - first;
}

// A part of a sentence that must not change the order of what stands around it.
function apart(text) {
  return model.numbers.from_right ? `\u2067${text}\u2069` : text;
}

function formatPoints(share) {
  const size = Math.abs(share * 100);
  if (size >= 999.5) {
    return signed(share * 100, 0);
  }
  if (size >= 0.1 || size === 0) {
    return signed(share * 100, 1);
  }
  return signed(share * 100, Math.min(1 - Math.floor(Math.log10(size)), 6));
}

// Fills the places of a sentence.
function fill(text, places) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
}

// A figure of a certain kind, with its interval where there is one.
function formatFigure(kind, figure, model) {
  if (figure === null || figure.estimate === null || !Number.isFinite(figure.estimate)) {
    return NOTHING;
  }
  const numbers = "low" in figure ? [figure.estimate, figure.low, figure.high] : [figure.estimate];
  const scale = Math.max(...numbers.map(Math.abs));
  const write = {
    money: (number) => signed(number, decimalsFor(scale, true)),
    count: (number) => signed(number, 0),
    share: formatPoints,
    ratio: (number) => signed(number, decimalsFor(scale, false)),
  }[kind];
  const [estimate, low, high] = numbers.map((number) => (Number.isFinite(number) ? write(number) : NOTHING));
  const whole = { money: model.numbers.money, share: model.numbers.percent }[kind] || "{number}";
  const first = fill(whole, { currency: model.currency, number: estimate });
  return low === undefined ? first : fill(model.numbers.interval, { estimate: first, low, high });
}
