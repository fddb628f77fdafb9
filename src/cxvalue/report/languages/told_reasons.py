"""Messages of estimates and of why there are none: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

REASON_MESSAGES: Final = (
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
    mark("customers were asked again after 1 number of months; at least {least} are needed to tell noise from change"),
    mark(
        "too few customers were asked again to tell noise from change; that takes answers of the same customers, "
        "{least} different numbers of months apart"
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
)  # fmt: skip
"""What an estimate is, and why there is none."""
