// The value of a move, from its curves and the settings: the formulas of the library's `value` package once more.

const MONTHS_A_YEAR = 12;

// Numbers in fixed point: whole numbers in two's complement, least byte first.
function unpack(part) {
  const text = atob(part.data);
  const half = 256 ** part.bytes / 2;
  const found = new Float64Array(text.length / part.bytes);
  for (let at = 0; at < found.length; at += 1) {
    let whole = 0;
    for (let byte = part.bytes - 1; byte >= 0; byte -= 1) {
      whole = whole * 256 + text.charCodeAt(at * part.bytes + byte);
    }
    found[at] = (whole >= half ? whole - 2 * half : whole) * part.step;
  }
  return found;
}

// The triangular root of the replicates' scatter, row by row; each part has its columns in it.
function readSpread(model) {
  const width = model.spread.parts.length * model.months;
  const rows = Array.from({ length: model.spread.rows }, () => new Float64Array(width));
  const parts = new Map();
  model.spread.parts.forEach((part, position) => {
    const first = position * model.months;
    const numbers = unpack(part);
    let next = 0;
    rows.forEach((row, above) => {
      for (let column = Math.max(first, above); column < first + model.months; column += 1) {
        row[column] = numbers[next];
        next += 1;
      }
    });
    parts.set(part.name, { first, mean: part.mean });
  });
  return { rows, parts, reach: model.spread.reach };
}

// The length of root × weights, of which the jackknife's standard error is a fixed multiple.
function lengthOf(spread, terms) {
  const used = terms.filter((term) => term.factor !== 0 && spread.parts.has(term.part));
  let squares = 0;
  spread.rows.forEach((row) => {
    let sum = 0;
    used.forEach((term) => {
      const first = spread.parts.get(term.part).first;
      term.weights.forEach((weight, month) => {
        sum += term.factor * weight * row[first + month];
      });
    });
    squares += sum * sum;
  });
  return Math.sqrt(squares);
}

function withInterval(spread, estimate, terms) {
  const half = spread.reach * lengthOf(spread, terms);
  return { estimate, low: estimate - half, high: estimate + half };
}

function withoutInterval(estimate) {
  return { estimate };
}

function dot(left, right) {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) {
    sum += left[at] * right[at];
  }
  return sum;
}

// Is a sum a gain with every group of customers left out? 1 or 0; null where the replicates may differ in it.
function gainOf(spread, terms) {
  let mean = 0;
  terms.forEach((term) => {
    const part = spread.parts.get(term.part);
    if (part && part.mean) {
      mean += term.factor * dot(term.weights, part.mean);
    }
  });
  const length = lengthOf(spread, terms);
  if (length > 0 && Math.abs(mean) <= length) {
    return null;
  }
  return mean > 0 ? 1 : 0;
}

// By month after the move: money before the margin where that multiplies it (`scaled`), and all else (`fixed`).
function noMoney(months) {
  return { fixed: new Float64Array(months), scaled: new Float64Array(months) };
}

// What a moved customer adds, by lever and month after the move: the share's lever first.
function leverAmounts(model) {
  const share = noMoney(model.months);
  const found = [share];
  model.metrics.forEach((metric) => {
    const own = noMoney(model.months);
    const kind = metric.margin ? "scaled" : "fixed";
    for (let month = 0; month < model.terms.effect; month += 1) {
      const unit = metric.unit[month];
      const [from, to] = [metric.curves[0][month], metric.curves[1][month]];
      const [low, high] = [model.share[0][month], model.share[1][month]];
      const whole = unit * (to - from);
      let through = 0;
      if (metric.split) {
        const gone = low <= model.gone || high <= model.gone;
        through = gone ? whole : unit * (high - low) * (from / low + to / high) / 2;
      }
      share[kind][month] += through;
      own[kind][month] = whole - through;
    }
    found.push(own);
  });
  return found;
}

// Discount factors of months 0 to the horizon.
function discountFactors(model, set) {
  return Array.from({ length: set.horizon + 1 }, (_, month) => (
    month === 0 ? 1 : (1 + set.rate) ** (-(month - model.terms.earlier) / MONTHS_A_YEAR)
  ));
}

// What money in each month after a customer's move weighs: of a move at time 0, and within a programme that ramps up.
// The margin is that of the programme's month in which the money comes.
function monthWeights(model, set, discount) {
  const own = noMoney(model.months);
  const phased = noMoney(model.months);
  const margins = model.terms.margins.map((margin) => margin * set.margin);
  for (let month = 0; month < set.horizon; month += 1) {
    own.fixed[month] = discount[month + 1];
    own.scaled[month] = discount[month + 1] * margins[month];
    const last = Math.min(month + model.terms.ramp_up, set.horizon);
    for (let at = month; at < last; at += 1) {
      phased.fixed[month] += discount[at + 1] / model.terms.ramp_up;
      phased.scaled[month] += discount[at + 1] * margins[at] / model.terms.ramp_up;
    }
  }
  return { own, phased };
}

function weighed(amounts, weights) {
  return dot(amounts.fixed, weights.fixed) + dot(amounts.scaled, weights.scaled);
}

// Gross value of the whole move by month of the programme.
function grossByMonth(model, set, moved, each) {
  return Array.from({ length: set.horizon }, (_, month) => {
    let sum = 0;
    for (let at = Math.max(0, month - model.terms.ramp_up + 1); at <= month; at += 1) {
      sum += each.fixed[at] + each.scaled[at] * model.terms.margins[month] * set.margin;
    }
    return moved * sum / model.terms.ramp_up;
  });
}

function costByMonth(model, set) {
  const runs = Math.min(model.terms.runs, set.horizon);
  return Array.from({ length: set.horizon + 1 }, (_, month) => {
    if (month === 0) {
      return set.upfront;
    }
    return month <= runs ? set.monthly : 0;
  });
}

function runningSum(money) {
  let sum = 0;
  return money.map((each) => {
    sum += each;
    return sum;
  });
}

// The first month from which on the running sum stays at 0 or above; null when there is none.
function paybackMonth(net) {
  const largest = net.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  let month = 0;
  runningSum(net).forEach((sum, at) => {
    if (sum < -1e-9 * largest) {
      month = at + 1;
    }
  });
  return month < net.length ? month : null;
}

// The weighted sums that a figure per moved customer consists of.
function perCustomer(model, weights, factor) {
  const parts = [
    { part: "through_margin", factor, weights: weights.scaled },
    { part: "through_fixed", factor, weights: weights.fixed },
  ];
  model.metrics.forEach((metric) => {
    parts.push({ part: metric.part, factor, weights: metric.margin ? weights.scaled : weights.fixed });
  });
  return parts;
}

// Those of a figure of the whole move.
function wholeMove(set, weights, factor) {
  return [
    { part: "whole_margin", factor: factor * set.share, weights: weights.scaled },
    { part: "whole_fixed", factor: factor * set.share, weights: weights.fixed },
  ];
}

function leverFigures(model, spread, levers, weights) {
  const found = {
    lever_0: withInterval(spread, weighed(levers[0], weights), [
      { part: "through_margin", factor: 1, weights: weights.scaled },
      { part: "through_fixed", factor: 1, weights: weights.fixed },
    ]),
  };
  model.metrics.forEach((metric, at) => {
    const term = { part: metric.part, factor: 1, weights: metric.margin ? weights.scaled : weights.fixed };
    found[metric.lever] = withInterval(spread, weighed(levers[at + 1], weights), [term]);
  });
  return found;
}

// What is taken off: for optimism, and of lower cost to serve what is not cash; for the estimate and the replicates.
function takenOff(model, spread, set, parts) {
  const saving = parts.saved.some((term) => spread.parts.has(term.part));
  const gains = set.optimism === 0 ? 0 : gainOf(spread, parts.gross);
  const saves = model.terms.cashable === 1 || !saving ? 0 : gainOf(spread, parts.saved);
  return {
    estimate: { optimism: parts.grossTotal > 0 ? set.optimism : 0, held: parts.savedTotal > 0 ? 1 - model.terms.cashable : 0 },
    replicates: {
      optimism: gains === null ? null : gains * set.optimism,
      held: saves === null ? null : saves * (1 - model.terms.cashable),
    },
  };
}

function scaled(terms, factor) {
  return terms.map((term) => ({ ...term, factor: term.factor * factor }));
}

// The levers together.
function sumOf(levers) {
  const add = (kind) => levers[0][kind].map((_, month) => levers.reduce((sum, lever) => sum + lever[kind][month], 0));
  return { fixed: add("fixed"), scaled: add("scaled") };
}

// A figure, with its interval where it has one, each number turned into another.
function turned(figure, change) {
  return Object.fromEntries(Object.entries(figure).map(([end, number]) => [end, change(number)]));
}

// All figures of the panel.
function valueMove(model, spread, set) {
  const discount = discountFactors(model, set);
  const weights = monthWeights(model, set, discount);
  const levers = leverAmounts(model);
  const each = sumOf(levers);
  const [inBand, inBandLow, inBandHigh] = model.in_band;
  const moved = set.share * inBand;
  const savedAt = model.metrics.findIndex((metric) => metric.saves);
  const parts = {
    gross: wholeMove(set, weights.phased, 1),
    grossTotal: moved * weighed(each, weights.phased),
    saved: [{ part: "saved", factor: set.share, weights: weights.phased.fixed }],
    savedTotal: savedAt < 0 ? 0 : moved * weighed(levers[savedAt + 1], weights.phased),
  };
  const off = takenOff(model, spread, set, parts);
  const costs = costByMonth(model, set);
  const cost = dot(costs, discount);
  const isBeyond = (weight, month) => (month < model.follow_up ? 0 : weight);
  const beyond = { fixed: weights.phased.fixed.map(isBeyond), scaled: weights.phased.scaled.map(isBeyond) };
  const figures = {
    moved: { estimate: moved, low: set.share * inBandLow, high: set.share * inBandHigh },
    per_customer: withInterval(spread, weighed(each, weights.own), perCustomer(model, weights.own, 1)),
    gross: withInterval(spread, parts.grossTotal, parts.gross),
    extrapolated: withInterval(spread, moved * weighed(each, beyond), wholeMove(set, beyond, 1)),
    cost: withoutInterval(cost),
    ...netFigures(model, spread, set, { parts, off, cost, moved, weights }),
    ...leverFigures(model, spread, levers, weights.own),
  };
  const flow = grossByMonth(model, set, moved, each);
  const net = costs.map((out, month) => (month === 0 ? 0 : flow[month - 1] * (1 - off.estimate.optimism)) - out);
  const reach = runningReach(model, spread, set, discount, off.replicates.optimism);
  return { figures: { ...figures, ...costFigures(set, figures, cost, net, discount) }, net, discount, reach };
}

// By how much the interval of the cumulative net, discounted, reaches to each side, by month; null without one.
function runningReach(model, spread, set, discount, optimism) {
  if (optimism === null) {
    return null;
  }
  return Array.from({ length: set.horizon + 1 }, (_, month) => {
    const weights = monthWeights(model, { ...set, horizon: month }, discount).phased;
    return spread.reach * lengthOf(spread, wholeMove(set, weights, 1 - optimism));
  });
}

// The figures after optimism and cost. Without knowing the replicates' gains there is no interval.
function netFigures(model, spread, set, known) {
  const { parts, off, cost, moved, weights } = known;
  const keep = 1 - off.estimate.optimism;
  const npv = parts.grossTotal * keep - cost;
  const cash = npv - off.estimate.held * keep * parts.savedTotal;
  const { optimism, held } = off.replicates;
  const figure = (estimate, terms) => (
    terms === null ? withoutInterval(estimate) : withInterval(spread, estimate, terms)
  );
  const net = optimism === null ? null : scaled(parts.gross, 1 - optimism);
  return {
    optimism: figure(off.estimate.optimism * parts.grossTotal, optimism === null ? null : scaled(parts.gross, optimism)),
    npv: figure(npv, net),
    npv_cash: figure(cash, net === null || held === null ? null : (
      [...net, ...scaled(parts.saved, -held * (1 - optimism))]
    )),
    break_even_cost: figure(npv + cost, net),
    most_per_moved: figure(
      (npv + cost) / moved, optimism === null ? null : perCustomer(model, weights.phased, 1 - optimism),
    ),
  };
}

// The figures that hold the value against its cost; null without one.
function costFigures(set, figures, cost, net, discount) {
  const names = ["roi", "benefit_cost_ratio", "break_even_share", "payback", "payback_discounted"];
  if (cost <= 0) {
    return Object.fromEntries(names.map((name) => [name, null]));
  }
  const toBreakEven = (worth) => (worth > 0 ? set.share * cost / worth : Infinity);
  const { low, high, ...share } = turned(figures.break_even_cost, toBreakEven);
  return {
    roi: turned(figures.npv, (money) => money / cost),
    benefit_cost_ratio: turned(figures.break_even_cost, (money) => money / cost),
    break_even_share: low === undefined ? share : { ...share, low: high, high: low },
    payback: withoutInterval(paybackMonth(net)),
    payback_discounted: withoutInterval(paybackMonth(net.map((money, month) => money * discount[month]))),
  };
}
