"""Messages on what finance asks beside the headline: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

FINANCE_MESSAGES: Final = (
    # Moves and points.
    mark("dissatisfied to neutral"), mark("neutral to satisfied"), mark("dissatisfied to satisfied"),
    mark("neutral kept from dissatisfied"), mark("satisfied kept from neutral"),
    mark("satisfied kept from dissatisfied"),
    mark("neutral to dissatisfied"), mark("satisfied to neutral"), mark("satisfied to dissatisfied"),
    mark("{n} dissatisfied to neutral"), mark("{n} neutral to satisfied"),
    mark("{n} dissatisfied to satisfied"),
    mark("{first} and {second}"),
    mark("{count} effective episodes; {least} are needed to rely on it"),
    mark(
        "{points} {score} more, {moves}, are worth {amount} ({low} to {high}) over {months} months, before optimism "
        "and any programme cost"
    ),
    mark("{points} {score} more, {moves}, are not estimable: {reason}"),
    mark("if all were {move}: {amount}"),
    mark(
        "score: {score} ({low} to {high}); {answers} answers alone would give it a standard error of {error} "
        "points, and a wave needs {needed} to show a change of {change}"
    ),
    mark("NPS points"), mark("net satisfaction points"),
    mark("at most {points} points by these moves"),
    mark(
        "{points} points would move {count} {band} customers, and there are {all}: at most {most} points by these moves"
    ),
    # A sustained move.
    mark("sustained: who would fall below the to-band is held in it; rising is free"),
    mark(
        "moves between true bands come from {pairs} pairs of answers, weighted for answering again, of customers who "
        "stayed"
    ),
    mark("hazards and amounts by true band"),
    mark("hazards and amounts by answered band"),
    mark("hazards and amounts by true band, from months 1 to 3 after an answer"),
    mark("hazards and amounts by answered band, from months 1 to 3 after an answer"),
    mark(
        "moved once, the chain comes to {chain} and the curves to {measured}, more than {most} apart, chance alone "
        "could explain it: what keeping adds is as doubtful"
    ),
    mark(
        "moved once, the chain comes to {chain} and the curves to {measured}, more than {most} apart, not by chance "
        "alone: what keeping adds is as doubtful"
    ),
    mark("answers tell too little of the true band, so hazards and amounts are by answered band"),
    mark(
        "all values here, also that of a move once, are {covered}; the study's value is over {months} months, the "
        "later ones extrapolated"
    ),
    mark(
        "how much of an answer is noise is not told ({low} to {high} fit as well), and the interval of what keeping "
        "adds leaves that out: it is too short"
    ),
    mark("leaving is not seen, so nobody is gone in the chain; what dropping out costs is in the curves only"),
    mark("the shortest time between two answers is {months} months; monthly moves are inferred from it"),
    mark(
        "A sustained move from {from_band} to {to_band} is worth {amount} {unit} {covered} ({low} to {high}): {once} "
        "as measured once, and {adds} from never falling back."
    ),
    mark(
        "That is before optimism and any programme cost; keeping customers costs money that is not in the figure."
    ),
    mark("Once in the chain: {chain}; measured: {measured}."),
    mark(
        "Of those truly {band} who stay, {share} are better off after {months} months with nothing done ({low} to "
        "{high})."
    ),
    mark("Warning: {text}"),
    mark("natural recovery after {months} months"),
    # Looking ahead.
    mark("no trend beyond chance"), mark("growing"), mark("weakening"),
    mark("trend of the link: not estimable: {reason}"),
    mark(
        "link: {trend}; the gap over months 1 to {months} changes by {amount} a year ({low} to {high}), {share} of the "
        "gap now"
    ),
    mark("link: {trend}; the gap over months 1 to {months} changes by {amount} a year ({low} to {high})"),
    mark("gap, {cohort} {figure}"),
    mark("value {unit} over {months} months, {currency}:"),
    mark("value {unit} over the {months} months of follow-up, {currency}:"),
    mark("headline, all cohorts {figure}"),
    mark("as of {month} {figure}"),
    mark("{years} ahead, goes on {figure}"),
    mark("{years} ahead, damped {figure}"),
    mark("{years} ahead, stops {figure}"),
    mark("1 year"), mark("{n} years"),
    mark("note: {text}"),
    mark("nobody changes band, so there is no gap to follow"),
    mark("no metric carries money"),
    mark("the gap as of now is not told from 0"),
    mark("the gap over the first months is not told from 0, so there is nothing to scale by"),
    mark("the gap over the first months and the value differ in sign, so one cannot scale the other"),
    mark("trend not estimable: {reason}: the headline stands for all cohorts alike"),
    mark("value as of {month} not estimable: {reason}"),
    mark(
        "all values here are {covered}; the study's value is over {months} months, the later ones extrapolated"
    ),
    mark(
        "the trend is that of months 1 to {months}; later months are scaled alike, and the last of them come from "
        "answers up to {month} only"
    ),
    mark("the trend is that of months 1 to {months}; later months are scaled alike"),
    mark("cohorts are not adjusted for what not all of them can carry: {names}"),
    mark("cohort {cohort} {reason}"),
    mark("no trend beyond chance: without a change the headline is the surer figure, but a slow one may go unseen"),
    mark("the cohorts do not lie on a line (p {p}): look at them one by one"),
    mark("the last cohort compared is {months} months older than {month}"),
    mark("the gap would pass 0 within {years} if its change went on; the value is then 0"),
    mark("{count} cohorts with enough episodes; a trend takes {least}"),
    mark("the cohorts span {months} months; a trend takes {least}"),
    # Sensitivity.
    mark("low"), mark("base"), mark("high"), mark("given"), mark("estimation"),
    mark("±10 % shown"), mark("no range given: ±10 % shown"), mark("{level} interval"),
    mark("net present value in {draws} draws, P10 / P50 / P90: {currency} {n_low} / {n_middle} / {n_high}; "
        "above 0 in {share} of them"),
    mark("share of the variance: {parts}"),
    mark("net present value {amount}; one assumption at a time:"),
    mark("{name} {low} to {high} at {ends}"),
    mark(
        "{share} of the {distribution} distribution of {name} lies beyond what it may be ({allowed}) and is cut off"
    ),
    mark(
        "the draws of {name} centre on {middle} ({distribution}, {low} to {high}), not on its value {value}"
    ),
    mark("{name} runs to {high}, and {months} months are valued: beyond them it changes nothing"),
    mark("'{name}' has no range, and 10 % of its value is nothing"),
    mark("no range given: ±10 % shown in the tornado and the two-way table for {names}; in the cases and the "
         "probabilistic run they stay as they are"),
    mark("{name}: {reason}; ±10 % shown in the tornado and the two-way table, and the same in all cases and draws"),
    mark("{name}: {reason}; not moved in the tornado and the two-way table, and the same in all cases and draws"),
    mark("range given for {meant}, not used for {used}"),
    mark("the value measured"), mark("what is asked"), mark("not known"),
)  # fmt: skip
"""Moves, points, a sustained move, the outlook, sensitivity."""
