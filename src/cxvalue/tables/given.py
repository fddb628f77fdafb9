"""The tables as the user gives them from Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxvalue.result import Brief


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tables(Brief):
    """Tables in memory or on disk; each may be a path, or a pandas, polars, Arrow or Spark data frame.

    Parameters
    ----------
    surveys : Any, optional
        Answers: customer_id, survey_date, score.
    customers : Any, optional
        Customers: customer_id, joined_date, segments, fixed covariates.
    retention, revenue, cost_to_serve, upgrades, referrals : Any, optional
        Monthly panels: customer_id, month, value.
    panel : Any, optional
        One wide monthly table instead of the panels.
    invitations : Any, optional
        Who was asked when: customer_id, invited_date.
    further : mapping of str to Any
        Panels of the user's own metrics; each needs a section ``[panels.NAME]`` in the settings.

    Notes
    -----
    What is given here takes the place of the ``path`` in the settings; all else about the table (columns, kind,
    ``missing`` …) still comes from them.

    Examples
    --------
    >>> Tables(surveys="answers.csv").by_name()
    {'surveys': 'answers.csv'}
    """

    surveys: Any = None
    customers: Any = None
    retention: Any = None
    revenue: Any = None
    cost_to_serve: Any = None
    upgrades: Any = None
    referrals: Any = None
    panel: Any = None
    invitations: Any = None
    further: Mapping[str, Any] = field(default_factory=dict)

    def by_name(self) -> dict[str, Any]:
        """Return the tables that were given, by name.

        Returns
        -------
        dict of str to Any
            ``surveys``, ``customers``, ``panel``, ``invitations`` or a panel's name → what was given.
        """
        names = (
            "surveys",
            "customers",
            "retention",
            "revenue",
            "cost_to_serve",
            "upgrades",
            "referrals",
            "panel",
            "invitations",
        )
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return {**given, **self.further}
