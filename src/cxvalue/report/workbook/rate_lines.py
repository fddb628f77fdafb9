"""The lines of the sheet ``Workings`` that say whether a cash flow has one internal rate of return, and where."""

from __future__ import annotations

import numpy as np

from cxvalue.link.columns import Floats
from cxvalue.report.workbook.book_model import BookModel
from cxvalue.report.workbook.lines import Line
from cxvalue.value.appraise import sign_changes


def rate_lines(model: BookModel) -> tuple[Line, ...]:
    """Return the lines.

    Parameters
    ----------
    model : BookModel
        The model.

    Returns
    -------
    tuple of Line
        Signs and their changes, of net and of its cumulative sum; whether there is one rate; where to look for it.
    """
    net = model.flow.net
    lines: list[Line] = [Line("", "Internal rate of return: whether there is one, and where")]
    for key, what, money in (("net", "net", net), ("sum_net", "cumulative net", net.cumsum())):
        signs = last_signs(money)
        lines += [
            Line(
                f"sign_{key}", f"Sign of {what}", "−1, 0 or 1", "Where it is 0, that of the month before.", signs,
                f"=IF({{{key}}}=0,{{sign_{key}:before}}+0,SIGN({{{key}}}))", "whole",
            ),
            Line(
                f"turns_{key}", f"Changes of the sign of {what}", "1 or 0", "1 where it is not as in the month before.",
                turns_of(signs), f"=IF(AND({{sign_{key}:before}}<>0,{{sign_{key}}}<>{{sign_{key}:before}}),1,0)",
                "whole", sums=True,
            ),
        ]  # fmt: skip
    starts = np.where((np.r_[0.0, last_signs(net)[:-1]] == 0) & (last_signs(net) > 0), 1.0, 0.0)
    lines.append(Line(
        "starts", "Begins with a gain", "1 or 0", "1 where the first flow is none that goes out.", starts,
        "=IF(AND({sign_net:before}=0,{sign_net}>0),1,0)", "whole", sums=True,
    ))  # fmt: skip
    one = (
        "=IF(AND(SUM({starts:from0})=0,MAX({net:from0})>0,"
        "OR(SUM({turns_net:from0})=1,SUM({turns_sum_net:from0})=1)),1,0)"
    )
    gain, spent = "(SUM({gross:from0})+SUM({optimism:from0}))", "SUM({cost:from0})"
    mean_gain = f"SUMPRODUCT({{gross:from0}}+{{optimism:from0}},{{month:from0}})/{gain}"
    mean_cost = f"SUMPRODUCT({{cost:from0}},{{month:from0}})/{spent}"
    search = f"=IFERROR(({gain}/-{spent})^(1/({mean_gain}-{mean_cost}))-1,irr_start_else)"
    return (
        *lines,
        Line(
            "one_rate", "There is one rate", "1 or 0", "Begins with an outlay; net, or its sum, changes sign once.",
            kind="whole", total=one, total_value=float(has_one_rate(net)), name="has_one_rate",
        ),
        Line(
            "irr_start", "Start of the search for the IRR", "share per month",
            "(benefit / cost)^(1 / months between their means) − 1: the rate itself, if each came at once.",
            kind="percent", total=search, total_value=model.start_of_search, name="irr_start_monthly",
        ),
    )  # fmt: skip


def last_signs(money: Floats) -> Floats:
    """Return the sign of a series in each month, where it is 0 that of the month before.

    Parameters
    ----------
    money : ndarray of shape (K + 1,)
        The series.

    Returns
    -------
    ndarray of shape (K + 1,)
        −1 or 1; 0 before the first month in which it is not 0.
    """
    signs = np.sign(money)
    at = np.maximum.accumulate(np.where(signs != 0, np.arange(len(signs)), 0))
    return np.asarray(signs[at])


def turns_of(signs: Floats) -> Floats:
    """Return in which months a sign is not that of the month before.

    Parameters
    ----------
    signs : ndarray of shape (K + 1,)
        From :func:`last_signs`.

    Returns
    -------
    ndarray of shape (K + 1,)
        1 or 0.
    """
    before = np.r_[0.0, signs[:-1]]
    return np.where((before != 0) & (signs != before), 1.0, 0.0)


def has_one_rate(net: Floats) -> bool:
    """Return whether a cash flow has one internal rate of return, as :func:`~cxvalue.value.appraise.irr_annual` asks.

    Parameters
    ----------
    net : ndarray of shape (K + 1,)
        Net cash flow by month.

    Returns
    -------
    bool
        True where it begins with an outlay and it, or its running total, changes sign once.
    """
    flows = np.flatnonzero(net)
    once = 1 in (sign_changes(net), sign_changes(net.cumsum()))
    return bool(len(flows) and net[flows[0]] < 0 and (net > 0).any() and once)
