"""Messages of ``check`` that the page shows: what they say in English, with places in braces."""

from __future__ import annotations

from typing import Final

from cxvalue.report.languages.say import mark

CHECK_MESSAGES: Final = (
    mark("customers without an id"), mark("left out"), mark("exact copies of a customer"), mark("dropped"),
    mark("{n} customers that stand twice with different columns"), mark("one row a customer"),
    mark("{n} joining dates that cannot be read"), mark("ISO dates (2024-03-01), or date_format"),
    mark("customers with a blank {column}"), mark("kept, in no group of that segment"),
    mark("{n} months that cannot be read"), mark("a date, a time stamp or YYYY-MM"),
    mark("rows without a customer id"), mark("{n} flags that are not 0 or 1"), mark("1 while active, 0 otherwise"),
    mark("months without a single row"), mark("as if everybody had been away"),
    mark("rows of customers that table 'customers' does not hold"), mark("repeated customer-months"),
    mark("counted once"), mark("customers that were active in no month"), mark("kept, and part of nothing"),
    mark("answers without a customer id"), mark("answers without a date"), mark("answers without a score"),
    mark("{n} answers whose date cannot be read"), mark("answers whose date cannot be read"),
    mark("answers whose score is no number"), mark("answers with a score off the scale"),
    mark("answers of customers that table 'customers' does not hold"),
    mark("answers outside the months that the panels cover"), mark("answers before the customer joined"),
    mark("answers after the customer had left"), mark("answers while the customer was away"),
    mark("answers followed by another of the customer in the same month"), mark("the last one counts"),
    mark(
        "answers outside the panels' months, or before these tell of a purchase in the {months} months up to the answer"
    ),
    mark("answers of customers without a purchase in the {months} months up to the answer"),
    mark("answers in a month for which the customer has no row, but has one for the month before"),
    mark("kept: left later in that month, gone from the first month of follow-up on"),
    mark("{n_off} of {n_all} scores ({share}) lie off scale '{scale}'"),
    mark("a scale on which a fifth of the scores do not lie"), mark("at most {share} off the scale"),
    mark("answers without one month of follow-up"),
    mark("open no episode; they still tell who is in which band now"),
    mark("files without a row"), mark("as if they were not there"),
    mark("months before the first row ({month}), counted from the first of {panel}"),
    mark("taken as 0: if the panel did not exist yet, cut {panel} to its months"),
    mark("the retention panel"), mark("table '{table}'"),
    mark("follow-up ends in {month}"), mark("follow-up ends in {month}: {last} is incomplete in {panel}"),
    mark("follow-up ends in {month}: {names} ends well before {panel} ({last})"), mark("later months are not used"),
    mark("{n} churn dates that cannot be read"), mark("ISO dates or date_format; blank for those who stay"),
    mark("{n} customers with more than one row, or none"), mark("one churn date a customer"),
    mark("{n} customers without a row in the list of churn dates"),
    mark("a row for every customer, its churn date blank for those who stay"),
    mark("invitations without a customer id"), mark("invitations without a date"),
    mark("{n} invitations whose date cannot be read"), mark("invitations whose date cannot be read"),
    mark("invitations of customers that table 'customers' does not hold"),
    mark("rows of customers that are unknown or never active"), mark("rows outside {first} to {last}"),
    mark("customer-months with a row although the customer was not active (after leaving, before joining)"),
    mark("{n} rows that repeat a customer-month with other values"),
    mark("rows that repeat a customer-month with other values"), mark("added up"),
    mark("the latest by updated_at is kept"), mark("rows that are exact copies of another"),
    mark("refused"), mark('duplicates = "sum" or "last"'),
    mark("{n} active customer-months without a value ({share} of {n_all})"),
    mark("{n} {months} without a value ({share} of {n_all})"), mark("taken as 0"),
    mark("{n} active customer-months of customers without a single value to fill from"),
    mark('missing = "fill" takes a neighbouring month of the same customer'),
    mark("filled from the customer's neighbouring months"), mark('missing = "fill" fills at most 5 %'),
    mark('missing = "zero" or "fill"'), mark("zero for everybody"), mark("missing for everybody"),
    mark("{n} values of '{column}' that are not finite numbers"), mark("numbers, with a decimal point"),
    mark("blank values of '{column}'"), mark('taken as missing customer-months (missing = "{how}")'),
    mark("{n} negative counts of '{column}'"), mark("0 or more"), mark("negative values of '{column}' (refunds)"),
    mark("kept"), mark("customers without a purchase in the months given"),
    mark("a last month ({month}) with less than four fifths of the rows before it"), mark("taken as complete"),
    mark("nearly all"), mark("rows"), mark("active customer-months"),
    mark("{text}, {share} % of {n_all}"),
)  # fmt: skip
"""What ``check`` finds and what it does about it."""
