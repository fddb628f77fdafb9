"""Messages of other layers that the page shows: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

NOTE_MESSAGES: Final = (
    # Units and what values are per.
    mark("per moved customer"), mark("per moved answering customer"), mark("months"), mark("count"),
    mark("per customer"), mark("{currency} per customer"), mark("{currency} a year"), mark("{currency} per month"),
    mark("{currency} per upgrade"), mark("{currency} per referral"), mark("{currency} per unit"),
    mark("share of the gap a year"), mark("share per year"), mark("share of revenue, before cost to serve"),
    mark("share of revenue, before cost to serve; mean over {over}"),
    mark("months before its month's end at which money comes"), mark("months that the programme runs"),
    mark("months over which customers are moved"), mark("months after a move that count"),
    mark("share of the gross value"), mark("share of lower cost to serve"), mark("months valued"),
    mark("share of the {band} that moves"), mark("customers"), mark("months of follow-up"),
    # The verdict.
    mark(
        "not supported: the interval of the value is not wholly above 0, or one of the two bands has fewer than {n} "
        "effective episodes at the first or the last month, or fewer than {n} effective customers are in the from-band "
        "now, or a negative control differs between the bands. Supported: the interval is above 0; for the weighted "
        "and the doubly robust estimate the paired difference holds 0 or is at most {most} of the value; a confounder "
        "as strong as the strongest recorded covariate would not bring the value to 0; the placebo is below {placebo} "
        "of the effect after the answer. Otherwise weak. What cannot be estimated never refutes, and is named; but "
        "a value is at most weak without any second estimate, without any covariate, and where adjusting changes "
        "nothing beyond chance while no placebo could be estimated."
    ),
    mark(
        "the second estimators (weighted, doubly robust), the sensitivity analysis and the placebo were left out, so "
        "no value is called supported"
    ),
    mark("no second estimate stands beside the value"),
    mark("nothing is adjusted for: the value is the raw gap"),
    mark(
        "adjusting changes nothing beyond chance, and no placebo could be estimated: nothing here tells an effect from "
        "a cause that nobody recorded"
    ),
    mark(
        "look at: a confounder as strong as all recorded covariates together ({share}) would bring the value to zero, "
        "for which {enough} is enough"
    ),
    mark(
        "look at: the placebo is {share} of the effect after the answer on those who are still there: part of the "
        "amounts' difference was there before, from earlier satisfaction or from what nobody recorded"
    ),
    mark("{text}, which chance may explain: it is too noisy to tell"),
    mark(
        "look at: {method} gives {estimate} ({low} to {high}), further from the value than chance ({what})"
    ),
    mark("the value per customer is below 0 ({low} to {high})"),
    mark("the {level} interval of the value per customer holds 0 ({low} to {high})"),
    mark("the {level} interval excludes 0 ({low} to {high})"),
    mark("{count} effective episodes in band {band}; at least {least} are needed"),
    mark("negative control {name}: {reason}"),
    mark("negative control {name} does not differ between the bands ({low} to {high} per active month)"),
    mark("negative control {name}, which cannot differ, does ({low} to {high} per active month)"),
    mark("{method} {n_estimate}, differs by {n_difference} ({n_low} to {n_high})"),
    mark("{method} {n_estimate}, differs by {n_difference} ({n_low} to {n_high}), more than {most} of the value"),
    mark("{method}: {reason}"),
    mark("robustness value: {reason}"),
    mark("a pooled regression on fully followed episodes gives {estimate}"),
    mark("placebo: {reason}"),
    mark("placebo ({low} to {high}) is told from 0, the effect in the six months after is not"),
    mark("placebo: neither it nor the effect in the six months after is told from 0"),
    mark("placebo {share} of the effect in the six months after the answer"),
    # Confounding, balance, noise.
    mark(
        "A confounder that nobody recorded would have to explain {share} of what is left of both band and outcome to "
        "bring the value to zero, and {interval} to bring its interval to zero; one as strong as the strongest "
        "recorded covariate ({covariate}) explains {strongest}"
    ),
    mark(
        "A confounder that nobody recorded would have to explain {share} of what is left of both band and outcome to "
        "bring the value to zero, and {interval} to bring its interval to zero; one as strong as the strongest "
        "recorded covariate ({covariate}) explains {strongest}. One as strong as that would undo the result"
    ),
    mark(
        "A confounder that nobody recorded would have to explain {share} of what is left of both band and outcome to "
        "bring the value to zero, and {interval} to bring its interval to zero. No recorded covariate stands beside it"
    ),
    mark(
        "To explain away a ratio of {ratio} between the risks of leaving, an unrecorded cause would have to be tied to "
        "both the band and leaving by a risk ratio of {point}; to bring the interval to 1, by {limit}."
    ),
    mark("in one of the bands nobody leaves, so the risks of leaving have no ratio"),
    mark("nobody is seen to leave in a non-contractual base, so there is no risk of leaving"),
    mark("the covariates determine the band or the outcome, or there are too few episodes"),
    mark(
        "{columns} columns and covariates against {target} customers of the target, episodes observed at month {month}"
    ),
    mark(
        "{count} unbalanced before adjustment (standardised mean difference above {limit}); unbalanced after it: "
        "{names}"
    ),
    mark("{count} unbalanced before adjustment (standardised mean difference above {limit}); none is after it"),
    mark(
        "{band}: {count} episodes, effective {effective}; {share} have a negative weight ({weight} of the weight); "
        "{outside} of the target lies outside their range"
    ),
    mark(
        "{band}: {count} episodes, effective {effective}; by propensity {propensity}; {share} have a negative weight "
        "({weight} of the weight); {outside} of the target lies outside their range"
    ),
    mark("Survey noise: {text}"), mark("all recorded covariates together"),
    mark(
        "Of what covariates leave open in an answer, {noise} is noise ({low} to {high}), {drifting} drifts (of which "
        "{left} is left a month later) and {lasts} lasts. The shortest gap between two answers is {months} months; "
        "what happens within it is inferred."
    ),
    # What the episodes stand on.
    mark("means over {months} months ending with the month of the answer"),
    mark("means over {months} months ending with the month before the answer"),
    mark("{baseline}; of amounts, ending {months} before that"),
    mark(
        "{baseline}; of amounts, ending {months} before that ({count} answers, without such months, have the amounts "
        "of the baseline)"
    ),
    mark("not modelled (response = false): figures are per answering customer"),
    mark("not modelled ({reason}): figures are per answering customer"),
    mark("monthly logistic hazard of answering on {rows} customer-months of all customers"),
    mark("monthly logistic hazard of answering on {rows} customer-months of {share} of the customers"),
    mark("monthly logistic hazard of answering on {rows} customer-months of {sample}; {count} weights capped"),
    mark("all customers"),
    mark("{share} of the customers"),
    # Caveats of the value.
    mark(
        "the latest wave ({month}) lies {months} months before the end of the panels ({end}): customers, prices and "
        "the link itself may have changed since"
    ),
    mark("response is not modelled ({reason}): figures are per answering customer"),
    mark("too few episodes to adjust for {names}: what differs between bands there stays in the value"),
    mark(
        "not adjusted for {names}: in some band, or with some customers left out, the episodes observed {months} "
        "months on do not tell it apart from the other covariates or lack its categories; study.episodes() lists the "
        "empty cells"
    ),
    mark("the value on complete cohorts is not estimable: {reason}"),
    mark(
        "the value on complete cohorts ({value}) lies outside the headline's interval: outcomes differ between early "
        "and late cohorts"
    ),
    mark(
        "{amount} of the gross value of {gross} lies beyond the follow-up of {months} months and is extrapolated. "
        "{kept}, as if nobody recovered or fell back any more"
    ),
    mark(
        "{amount} of the gross value of {gross} lies beyond the follow-up of {months} months and is extrapolated: more "
        "than half of it. {kept}, as if nobody recovered or fell back any more"
    ),
    mark("Each band keeps its last hazard"), mark("Each band keeps what it did in the last six months"),
    mark("Both bands leave at one common last hazard"),
    mark("Each band leaves as the shifted-beta-geometric model fitted to it goes on"),
    mark(
        "beyond the follow-up the bands' hazards of leaving are not told from each other by the last six months: what "
        'their difference adds or takes there is chance carried on. [economics] tail = "equal_hazard" or "sbg" carries '
        "on something else"
    ),
    mark(
        "the programme's monthly cost ends after {months} months while customers are still moved over {ramp_up} months"
    ),
    mark(
        "upgrade_value is above 0 while revenue is measured: it may hold only money that the revenue panel does not "
        "show within the months valued, or upgrades are counted twice"
    ),
    mark("{metric}: measured, not valued (unit value 0)"),
    mark("{metric}: not measured (no panel)"),
    # Estimates beside the headline.
    mark(
        "the programme is not shown to be worth its cost: after it the value is {amount} ({low} to {high}). The "
        "verdict is on the value per moved customer, before any cost"
    ),
    mark(
        "how much of an answer is noise is not told: the correlations fit best with {noise}, at a bound, and {low} to "
        "{high} fit as well; more pairs of answers a few months apart would tell"
    ),
    mark(
        "held back, for they stand for fewer than {least} customers or would give such a number away: {parts}"
    ),
    mark("{n} band"), mark("{n} bands"), mark("{n} segment"), mark("{n} segments"),
    mark("{n} segment's head counts and totals"), mark("{n} segments' head counts and totals"),
    mark("{n} group's outcomes"), mark("{n} groups' outcomes"), mark("{n} point of the curves"),
    mark("{n} points of the curves"), mark("{n} move's head counts"), mark("{n} moves' head counts"),
    mark("{n} number of rows left out or repaired"), mark("{n} numbers of rows left out or repaired"),
    mark("not tried"),
    mark("plain means of those who answered: expected to differ"),
    mark("the headline; cohorts {first} to {last}"),
    mark("the same on cohorts {first} to {last} only"),
    mark("the same episodes as the headline: all are followed over the whole horizon"),
    mark("the same on the two scores next to the cut: whom programmes really move"),
    mark("weighted by the propensity of the band, to the target"),
    mark("weighted by the propensity of the band, to the part of the target that trimming leaves"),
    mark("doubly robust, to the target: a regression, corrected by weighted residuals"),
    mark(
        "doubly robust, to the part of the target that trimming leaves: a regression, corrected by weighted residuals"
    ),
    mark(
        "the same customer after another answer, first months without retention: beside the headline's like part"
    ),
    mark("the same customer after another answer, first months: beside the headline's like part"),
    mark("months {first} to {last}, without retention"),
    mark("months {first} to {last}"),
    mark("over {months} months"),
    mark("over the {months} months of follow-up"),
    mark("a lasting move: of who truly is in the band, not of who answered so"),
    mark("the same for six months before the baseline, which the answer cannot have changed"),
    mark("the same for six months before the months of the amounts, which the answer cannot have changed"),
    mark("the same with a baseline that ends with the month before the answer"),
    mark("the same with a baseline that ends with the month of the answer"),
    mark("the same with amounts of months that end {months} months before the baseline does"),
    mark("the same with the amounts of the baseline, which may already hold what the answer reports"),
    mark("no answer has amounts of months that end {months} months before the baseline does"),
    mark("no amount of the panels is adjusted for"),
    # Why something is not estimable.
    mark("not estimable: {reason}"),
    mark("{count} episodes in band {band}; at least {least} are needed"),
    mark("{count} episodes in band {band} observed {months} months on; at least {least} are needed"),
    mark("{count} episodes in band {band} followed over {months} months; at least {least} are needed"),
    mark("{count} episodes in band {band} followed over {months} months; {least} are needed beside the other cohorts"),
    mark("{count} fully followed episodes in a band; at least {least} are needed"),
    mark(
        "{count} episodes of a band or customers of the target are left with propensities of {trim} or more; at least "
        "{least} are needed"
    ),
    mark("{count} answers within the target's window; at least {least} are needed"),
    mark("nobody who answered within the target's window is active now"),
    mark("too few customers active now gave their latest answer in band {band}"),
    mark("no cohort has {least} episodes in every band"),
    mark("{count} of {all} customers answered twice; at least {least} are needed"),
    mark(
        "customers were asked again after {count} different numbers of months; at least {least} are needed to tell "
        "noise from change"
    ),
    mark("{count} pairs of answers; at least {least}, and not all alike, are needed"),
    mark("at no number of months apart did {least} customers answer twice"),
    mark("no customer answered twice"),
    mark("{count} dissatisfied answers followed by another; at least {least} are needed"),
    mark("some scores are given only by customers without follow-up"),
    mark("the model of latent satisfaction does not settle; some covariates may determine the answer"),
    mark("the follow-up is shorter than {months} months"),
    mark("{count} answers have {months} months with the customer before them (the panels begin in {month}): {reason}"),
    mark("{scores} do not meet at a cut"),
    mark("nobody in the target gave the score {score}"),
    mark("a sustained move is one to a better band"),
    mark("fewer than {least}"),
    # Segments.
    mark("stands for fewer than {least} customers"),
    mark("not known to stand for {least} customers or more"),
    mark("head counts held back"), mark("<{n}"),
    mark("head counts and totals held back: a smaller group could be worked out from them"),
    mark("{first}, and {second}"),
    mark("with a value of their own"),
    mark("the headline, before shrinkage, optimism and cost"),
    mark("segments without a figure of their own ({names})"),
    mark("customers whose {by} is blank"),
    mark("customers given in the settings, who are not those active"),
    mark("each segment being standardised and weighted by itself"),
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
        "score now: {score} ({low} to {high}); {answers} answers alone would give it a standard error of {error} "
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
    # What changed between two runs.
    mark("data"), mark("settings"), mark("version"), mark("seed"),
    mark("value per moved customer"), mark("share moved"), mark("share of them in the from-band"),
    mark("optimism adjustment"), mark("programme cost"), mark("net present value"),
    mark("Verdict"), mark("The value"), mark("Levers, per moved customer"), mark("Bands"),
    mark("Estimates, per moved customer"), mark("Curves, each added up over its months"),
    mark("Segments, per moved customer"), mark("Moves, per moved customer"), mark("Data"), mark("Left out"),
    mark("Warnings"), mark("first month"), mark("last month of follow-up"), mark("month that the value refers to"),
    mark("answers"), mark("episodes"),
    mark(
        "A manifest is missing: whether the data are the same is not known, and of the settings only what results tell."
    ),
    mark("Nothing that went in is known to have changed, and no figure differs."),
    mark("Data, settings, version and seed are the same, and so is every figure."),
    mark(
        "Data, settings, version and seed are the same, yet {count} figures differ: look at threads and engine, and at "
        "the libraries that the two ran on."
    ),
    mark("The only cause: {cause}."),
    mark("The only cause: {cause}. The same: {same}."),
    mark("The only cause: {cause}. The same: {same}. No figure differs."),
    mark("The only cause that is known: {cause}."),
    mark("{count} things changed: {names}."),
    mark("{count} things changed: {names}. The same: {same}."),
    mark("What came through the {route} is due to {cause} alone."),
    mark("What came through the {routes} is due to {causes} together."),
    mark("The net present value does not depend on {names}."),
    mark(
        "What each of them contributed cannot be told from results alone: run the study once for each, changing one at "
        "a time."
    ),
    mark("{name}, {before} → {after}"),
    mark("the data ({detail})"), mark("the data"), mark("not set"), mark("not there"),
)  # fmt: skip
"""Units, reasons, caveats, verdicts: what the layers from ``link`` to ``value``, and a comparison of runs, say."""
