// The panel: reads the fields, shows what follows, and says when it is not what the report says.

const CALM = 400; // milliseconds of quiet before the result is read out
const model = JSON.parse(document.getElementById("whatif-data").textContent);
const spread = readSpread(model);
const panel = document.getElementById("whatif-panel");
const fields = Array.from(panel.querySelectorAll("input[data-unit]"));
let announce = 0;

function settingOf(field) {
  if (field.value === field.defaultValue) {
    return model.settings[field.name];
  }
  return field.dataset.unit === "percent" ? numberIn(field) / 100 : numberIn(field);
}

// A field of text holds a number in the digits of the language.
function numberIn(field) {
  return field.type === "number" ? field.valueAsNumber : readNumber(field.value);
}

// The smallest and the largest number and the step of a field.
function limitsOf(field) {
  return field.type === "number" ? field : { min: field.dataset.min, max: field.dataset.max || "", step: field.dataset.step };
}

// What is wrong with a field, as a sentence; empty when nothing is.
function problemOf(field) {
  const number = numberIn(field);
  const { min, max } = limitsOf(field);
  const places = { label: field.dataset.label, low: signed(Number(min), 0), high: signed(Number(max), Number(max) % 1 ? 2 : 0) };
  const isWrong = Number.isNaN(number) || number < Number(min) || (max !== "" && number > Number(max));
  if (field.dataset.unit === "months" && (isWrong || !Number.isInteger(number))) {
    return fill(model.texts.whole, places);
  }
  if ("open" in field.dataset && (isWrong || number <= Number(min))) {
    return fill(model.texts.above, places);
  }
  if (isWrong) {
    return fill(max === "" ? model.texts.at_least : model.texts.between, places);
  }
  return "";
}

function readFields() {
  const set = { ...model.settings };
  const problems = [];
  const changes = [];
  fields.forEach((field) => {
    const problem = problemOf(field);
    field.removeAttribute("aria-invalid");
    if (problem !== "") {
      field.setAttribute("aria-invalid", "true");
      problems.push(problem);
      return;
    }
    set[field.name] = settingOf(field);
    if (set[field.name] !== model.settings[field.name]) {
      changes.push(fill(model.texts.change, {
        label: apart(field.dataset.label), from: apart(field.defaultValue), to: apart(inDigits(field.value)),
      }));
    }
  });
  return { set, problems, changes };
}

function monthText(name, found, set) {
  const month = found.figures[name];
  if (month === null) {
    return model.texts.no_cost;
  }
  if (month.estimate === null) {
    return model.never[set.horizon];
  }
  return fill(model.texts.month, { month: inDigits(String(month.estimate)) });
}

function showFigures(found, set) {
  panel.querySelectorAll("data[data-figure]").forEach((cell) => {
    const name = cell.dataset.figure;
    const figure = found ? found.figures[name] : null;
    const isMonth = cell.dataset.kind === "month";
    cell.textContent = found && isMonth ? monthText(name, found, set) : formatFigure(cell.dataset.kind, figure, model);
    cell.value = figure === null || figure.estimate === null ? "" : String(figure.estimate);
    ["low", "high"].forEach((end) => {
      if (figure !== null && end in figure) {
        cell.dataset[end] = String(figure[end]);
      } else {
        delete cell.dataset[end];
      }
    });
  });
  const isHeld = found !== null && ["optimism", "npv", "npv_cash"].some((name) => !("low" in found.figures[name]));
  document.getElementById("whatif-held").hidden = !isHeld;
}

function showMonths(lines, net, reach) {
  const scale = Math.max(...net.map(Math.abs), ...lines.flat().map(Math.abs));
  const write = (money) => signed(money, decimalsFor(scale, true));
  const rows = net.map((money, month) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.className = "text";
    head.textContent = inDigits(String(month));
    const last = lines[1][month];
    const places = reach === null ? null : { estimate: write(last), low: write(last - reach[month]), high: write(last + reach[month]) };
    const texts = [write(money), write(lines[0][month]), places === null ? write(last) : fill(model.numbers.interval, places)];
    row.append(head, ...texts.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    return row;
  });
  document.getElementById("whatif-months").replaceChildren(...rows);
}

function showCharts(found) {
  const lines = [runningSum(found.net), runningSum(found.net.map((money, month) => money * found.discount[month]))];
  const write = (money) => formatFigure("money", { estimate: money }, model);
  const months = found.net.length - 1;
  const places = { start: write(lines[0][0]), end: write(lines[0][months]), end_pv: write(lines[1][months]), months: inDigits(String(months)) };
  drawCash(document.getElementById("whatif-cash"), lines, found.reach, model, fill(model.texts.cash_chart, places));
  const named = [{ lever: "lever_0", name: model.share_name }, ...model.metrics];
  const levers = named.map((metric) => {
    const figure = found.figures[metric.lever];
    return { label: metric.name, figure, text: formatFigure("money", figure, model) };
  });
  const parts = levers.map((lever) => fill(model.texts.lever, { label: apart(lever.label), figure: apart(lever.text) }));
  const label = fill(model.texts.lever_chart, { levers: parts.join(model.numbers.list) });
  drawLevers(document.getElementById("whatif-levers"), levers, label);
  showMonths(lines, found.net, found.reach);
}

function showState(problems, changes) {
  const state = document.getElementById("whatif-state");
  const isOther = problems.length > 0 || changes.length > 0;
  state.classList.toggle("other", isOther);
  if (problems.length > 0) {
    state.textContent = fill(model.texts.waits, { problems: problems.join(" ") });
  } else {
    state.textContent = isOther ? fill(model.texts.other, { changes: changes.join(model.numbers.list) }) : model.texts.same;
  }
}

// The result as one sentence, once the reader has stopped typing.
function say(found) {
  window.clearTimeout(announce);
  announce = window.setTimeout(() => {
    const npv = found ? formatFigure("money", found.figures.npv, model) : "";
    const text = found ? fill(model.texts.result, { npv }) : document.getElementById("whatif-state").textContent;
    document.getElementById("whatif-said").textContent = text;
  }, CALM);
}

function update() {
  const { set, problems, changes } = readFields();
  const found = problems.length > 0 ? null : valueMove(model, spread, set);
  showState(problems, changes);
  showFigures(found, set);
  panel.querySelectorAll(".live").forEach((chart) => {
    chart.hidden = found === null;
  });
  if (found) {
    showCharts(found);
  }
  return found;
}

// A field of text moves by its step with the arrow keys, as one of numbers does by itself.
function stepBy(field, steps) {
  const { min, max, step } = limitsOf(field);
  const from = readNumber(field.value);
  if (Number.isNaN(from)) {
    return;
  }
  const to = Math.min(Math.max(from + steps * Number(step), Number(min)), max === "" ? Infinity : Number(max));
  field.value = inDigits(String(Number(to.toFixed(10))));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function back() {
  fields.forEach((field) => {
    field.value = field.defaultValue;
  });
  return update();
}

// Does the script arrive at the report's own figures, to half a cent or as closely as its numbers go?
function agrees(figures) {
  return Object.entries(model.report).every(([name, [estimate, low, high]]) => {
    const figure = figures[name];
    const near = (mine, theirs) => Math.abs(mine - theirs) <= Math.max(0.005, 1e-12 * Math.abs(theirs));
    return near(figure.estimate, estimate) && (!("low" in figure) || (near(figure.low, low) && near(figure.high, high)));
  });
}

const note = document.getElementById("whatif-note");
if (agrees(valueMove(model, spread, model.settings).figures)) {
  panel.hidden = false;
  note.hidden = true;
  back();
  panel.addEventListener("input", () => say(update()));
  panel.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (steps && event.target.type === "text") {
      event.preventDefault();
      stepBy(event.target, steps);
    }
  });
  document.getElementById("whatif-back").addEventListener("click", () => say(back()));
  window.addEventListener("resize", update);
} else {
  note.textContent = model.texts.differs;
}
