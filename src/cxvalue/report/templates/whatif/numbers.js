// Numbers as the report writes them.

const NBSP = "\u00a0";
const MINUS = "\u2212";
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
  const text = [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
  return number < 0 && /[1-9]/.test(digits) ? MINUS + text : text;
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
  const [estimate, low, high] = numbers.map(write);
  const first = { money: `${model.currency}${NBSP}${estimate}`, share: `${estimate}${NBSP}%` }[kind] || estimate;
  return low === undefined ? first : fill(model.texts.interval, { estimate: first, low, high });
}
