// The two charts of the panel, drawn as SVG in the width that they have.

const SVG = "http://www.w3.org/2000/svg";
const LEAST_WIDTH = 280;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function canvas(holder, height, label) {
  const width = Math.max(holder.clientWidth, LEAST_WIDTH);
  // Numbers run from the left in every language; only text follows its own direction.
  const svg = element("svg", { direction: "ltr", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  holder.replaceChildren(svg);
  return { svg, width, height };
}

// Round numbers between two ends.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high + step / 1e6; at += 1) {
    found.push(at * step);
  }
  return found;
}

function scaleTo(low, high, from, to) {
  return (value) => from + (value - low) / (high - low) * (to - from);
}

// Lines by month: the first solid, the second dashed, with its interval as a band where there is one.
function drawCash(holder, lines, reach, model, label) {
  const { svg, width, height } = canvas(holder, 260, label);
  const ends = reach === null ? [] : [1, -1].map((side) => lines[1].map((value, month) => value + side * reach[month]));
  const every = [...lines, ...ends].flat();
  const months = lines[0].length - 1;
  let [low, high] = [Math.min(0, ...every), Math.max(0, ...every)];
  high = low === high ? low + 1 : high;
  const marks = ticks(low, high, 4);
  const names = marks.map((mark) => signed(mark, decimalsFor(Math.max(Math.abs(low), Math.abs(high)), true)));
  const left = 14 + 7.2 * Math.max(...names.map((name) => name.length));
  const x = scaleTo(0, months, left, width - 14);
  const y = scaleTo(low, high, height - 44, 14);
  if (months > model.follow_up) {
    const start = x(model.follow_up);
    svg.append(element("rect", { class: "beyond", x: start, y: 8, width: width - 14 - start, height: height - 52 }));
  }
  marks.forEach((mark, at) => {
    svg.append(element("line", { class: "grid", x1: left, x2: width - 14, y1: y(mark), y2: y(mark) }));
    svg.append(element("text", { x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, names[at]));
  });
  svg.append(element("line", { class: "zero", x1: left, x2: width - 14, y1: y(0), y2: y(0) }));
  ticks(0, months, width < 480 ? 4 : 8).filter(Number.isInteger).forEach((mark) => {
    svg.append(element("text", { x: x(mark), y: height - 26, "text-anchor": "middle" }, inDigits(String(mark))));
  });
  const middle = (left + width - 14) / 2;
  svg.append(element("text", { class: "soft", x: middle, y: height - 6, "text-anchor": "middle" }, apart(model.texts.months_axis)));
  const path = (line) => line.map((value, month) => `${x(month).toFixed(1)},${y(value).toFixed(1)}`);
  if (reach !== null) {
    svg.append(element("polygon", { class: "band", points: [...path(ends[0]), ...path(ends[1]).reverse()].join(" ") }));
  }
  lines.forEach((line, at) => {
    svg.append(element("polyline", { class: at ? "second" : "first", points: path(line).join(" ") }));
  });
}

// A bar a lever with its interval; its name and figure stand above it, so that nothing overlaps on a phone.
function drawLevers(holder, levers, label) {
  const { svg, width } = canvas(holder, 46 * levers.length + 8, label);
  const ends = levers.flatMap((lever) => [lever.figure.low, lever.figure.high, lever.figure.estimate]);
  let [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  high = low === high ? low + 1 : high;
  const x = scaleTo(low, high, 4, width - 4);
  levers.forEach((lever, at) => {
    const { estimate, low: start, high: end } = lever.figure;
    const top = 46 * at;
    const [start_text, end_text] = model.numbers.from_right ? [lever.text, lever.label] : [lever.label, lever.text];
    svg.append(element("text", { x: 4, y: top + 16 }, apart(start_text)));
    svg.append(element("text", { x: width - 4, y: top + 16, "text-anchor": "end" }, apart(end_text)));
    svg.append(element("rect", {
      class: estimate < 0 ? "loss" : "gain", x: Math.min(x(0), x(estimate)), y: top + 22,
      width: Math.abs(x(estimate) - x(0)), height: 16,
    }));
    svg.append(element("line", { class: "whisker", x1: x(start), x2: x(end), y1: top + 30, y2: top + 30 }));
    svg.append(element("line", { class: "zero", x1: x(0), x2: x(0), y1: top + 20, y2: top + 40 }));
    [start, end].forEach((value) => {
      svg.append(element("line", { class: "whisker", x1: x(value), x2: x(value), y1: top + 25, y2: top + 35 }));
    });
  });
}
