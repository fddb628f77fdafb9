"""Messages of units, episodes and caveats: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

CAVEAT_MESSAGES: Final = (
    # Units and what values are per.
    mark("per moved customer"), mark("per moved answering customer"), mark("months"), mark("count"),
    mark("per customer"), mark("{currency} per customer"), mark("{currency} a year"), mark("{currency} per month"),
    mark("{currency} per upgrade"), mark("{currency} per referral"), mark("{currency} per unit"),
    mark("share of the gap a year"), mark("share per year"), mark("share of revenue, before cost to serve"),
    mark("share of revenue, before cost to serve; mean over {over}"),
    mark("months before its month's end at which money comes"), mark("months that the programme runs"),
    mark("months over which customers are moved"), mark("months after a move that count"),
    mark("share of the gross value"), mark("share of lower cost to serve"), mark("months valued"),
    mark("model of leaving beyond the follow-up: 1 constant_hazard, 2 equal_hazard, 3 sbg"),
    mark("share of the {band} that moves"), mark("customers"), mark("months of follow-up"),
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
    mark(
        "the latest wave ({month}) lies {months} months before the end of the panels ({end}): customers, prices and "
        "the link itself may have changed since. \"Now\" means that wave: {count} of {all} {band} customers who "
        "answered by then are still customers in {last}"
    ),
    mark("left out because the other covariates already determine them: {names}. Adjusting for the others adjusts "
         "for these as well"),
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
)  # fmt: skip
"""Units, what the episodes stand on, and what is doubtful about a value."""
