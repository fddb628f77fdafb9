"""Messages of the verdict and of what it stands on: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

VERDICT_MESSAGES: Final = (
    # The verdict.
    mark(
        "not supported: the interval of the value is not wholly above 0, or one of the two bands has fewer than {n} "
        "effective episodes at the first or the last month, or fewer than {n} effective customers are in the from-band "
        "now, or a negative control differs between the bands. Supported: the interval is above 0; for the weighted "
        "and the doubly robust estimate the paired difference holds 0 or is at most {most} of the value; a confounder "
        "as strong as the strongest recorded covariate would not bring the value to 0; the placebo is below {placebo} "
        "of the effect after the answer. Otherwise weak. What cannot be estimated never refutes, and is named; but "
        "a value is at most weak without any second estimate (with trimming there is none: what is left is not the "
        "target), without any covariate, and where adjusting changes nothing beyond chance while no placebo could be "
        "estimated."
    ),
    mark(
        "the second estimators (weighted, doubly robust), the sensitivity analysis and the placebo were left out, so "
        "no value is called supported"
    ),
    mark("no second estimate stands beside the value"),
    mark(
        "no second estimate stands beside the value: weighted and doubly robust are of the part of the target that "
        "trimming leaves; with trim = {n} they would enter the verdict"
    ),
    mark(
        "look at: the regression on {count} fully followed episodes that the robustness value is measured on gives "
        "{estimate}, more than {most} apart from the value"
    ),
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
        "look at: {method} gives {estimate} ({low} to {high}), which differs from the value by more than chance "
        "({what})"
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
)  # fmt: skip
"""The verdict, its reasons, and what the value leans on."""
