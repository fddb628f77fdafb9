"""The parameters of a simulated customer base."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

from cxvalue.errors import SettingsError
from cxvalue.vocabulary import parse_month

N_CUT_POINTS: Final = 10
"""Cuts between the eleven scores of the 0-10 scale."""
TRAILING_MONTHS: Final = 3
"""Months over which incidents are averaged before they act, the current month included."""
REFERENCE_TENURE_YEARS: Final = 2.0
"""Tenure at which the loadings on tenure are zero."""


@dataclass(frozen=True, slots=True)
class Loadings:
    """How strongly something depends on the observed confounders; zero at the reference customer.

    The reference customer has average incidents, two years of tenure and the average log plan price.

    Parameters
    ----------
    incidents : float
        Change per incident a month, in the mean of the last three months.
    tenure : float
        Change per year of tenure, up to ``Scenario.tenure_cap_years``.
    price : float
        Change per standard deviation of the log plan price.
    """

    incidents: float = 0.0
    tenure: float = 0.0
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One kind of customer.

    Parameters
    ----------
    name : str
        Value in the column ``segment``.
    share : float
        Share of the base; the shares of all segments add up to 1.
    plan_price_median : float
        Median plan price, money a month.
    cost_base_monthly : float
        Cost to serve in a month without incidents at satisfaction 0, money.
    satisfaction, churn_log_odds, response_log_odds : float
        Shift of satisfaction, of the log odds of leaving, and of the log odds of answering.
    effect_multiplier : float
        Multiplies every effect of satisfaction in this segment.
    purchase_log_odds : float
        Shift of the log odds of buying in a month, where leaving is not seen.
    """

    name: str
    share: float
    plan_price_median: float
    cost_base_monthly: float
    satisfaction: float = 0.0
    churn_log_odds: float = 0.0
    response_log_odds: float = 0.0
    effect_multiplier: float = 1.0
    purchase_log_odds: float = 0.0


@dataclass(frozen=True, slots=True)
class Effects:
    """What one unit of satisfaction (one standard deviation of its drifting part) does to a month's outcomes.

    Parameters
    ----------
    churn : float
        Change of the log odds of leaving at the month's end.
    revenue, cost_to_serve, upgrades, referrals : float
        Change of the logarithm of the month's mean.
    purchase : float
        Change of the log odds of buying in a month, where leaving is not seen.
    """

    churn: float = -0.90
    revenue: float = 0.02
    cost_to_serve: float = -0.12
    upgrades: float = 0.30
    referrals: float = 0.50
    purchase: float = 0.0


@dataclass(frozen=True, slots=True)
class Hidden:
    """Strengths of an unobserved confounder with mean 0 and standard deviation 1; all zero means none.

    Parameters
    ----------
    satisfaction : float
        Change of satisfaction per unit.
    churn : float
        Change of the log odds of leaving per unit.
    revenue, cost_to_serve : float
        Change of the log mean per unit.
    purchase : float
        Change of the log odds of buying per unit.
    """

    satisfaction: float = 0.0
    churn: float = 0.0
    revenue: float = 0.0
    cost_to_serve: float = 0.0
    purchase: float = 0.0


SEGMENTS: Final = (
    Segment("consumer", 0.70, plan_price_median=38.0, cost_base_monthly=3.0),
    Segment("smb", 0.22, 58.0, 4.5, satisfaction=0.10, churn_log_odds=-0.15, response_log_odds=-0.20),
    Segment("enterprise", 0.08, 95.0, 8.0, satisfaction=0.20, churn_log_odds=-0.35, response_log_odds=-0.40),
)
"""The segments of the default scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    r"""Everything that a simulated base depends on, beside its seed.

    Parameters
    ----------
    name : str
        Name of the base, written to its study file.
    n_customers : int
        Customers ever in the base.
    n_months : int
        Months that the tables cover.
    first_month : str
        First month of the tables, ``YYYY-MM``.
    share_joining : float
        Share of the customers who join during the panel, uniformly over its months; the others are there from
        the first month on.
    initial_tenure_years : float
        Mean tenure of the others at the first month, years (exponential, cut at ten).
    segments : tuple of Segment
        The kinds of customer, values of the column ``segment``.
    regions : tuple of str
        Values of the column ``region``, equally likely, which nothing depends on.
    plan_price_sd_log : float
        Standard deviation of the log plan price within a segment.
    incidents_per_month, incidents_shape : float
        Mean of the customers' monthly incident rates and the shape of the gamma distribution they come from.
    tenure_cap_years : float
        Tenure beyond which nothing changes any more, years.
    satisfaction_mean : float
        Satisfaction of the reference customer.
    satisfaction : Loadings
        Dependence of satisfaction on the observed confounders.
    persistence_monthly : float
        Autocorrelation of the drifting part of satisfaction from month to month, in [0, 1).
    disposition_sd : float
        Standard deviation of a stable, unobserved part of satisfaction that affects nothing else.
    survey_noise_sd : float
        Standard deviation of what an answer adds to satisfaction.
    satisfaction_clip : float
        Outcomes depend on satisfaction cut at plus and minus this.
    cut_points : tuple of float
        Ten increasing cuts; the score is the number of cuts at or below the answered satisfaction.
    effects : Effects
        What satisfaction does to outcomes.
    effect_scale : float
        Multiplies all effects; 0 means no effect at all.
    effect_fade_per_year : float
        Share of every effect that is lost per calendar year after the first month, in [0, 1).
    churn_monthly : float
        Probability that the reference customer at satisfaction 0 leaves in the first month.
    churn : Loadings
        Dependence of the log odds of leaving on the observed confounders.
    churn_trend_per_year : float
        Change of the log odds of leaving per calendar year.
    purchase_monthly : float or None
        None: a contract, with revenue in every month until the customer leaves, which the tables show. Otherwise the
        probability that the reference customer at satisfaction 0 buys in a month; everybody buys in the month of
        joining, and who silently leaves buys no more, which no table tells.
    purchase : Loadings
        Dependence of the log odds of buying on the observed confounders.
    active_months : int
        Months within which a purchase makes a customer active, where leaving is not seen.
    revenue_noise_sd_log : float
        Standard deviation of the log of a month's revenue around its mean.
    usage_tail_index : float or None
        None: revenue follows the plan price. A number above 1: each customer has a lasting Pareto factor of
        mean 1 with this tail index; 2.5 is heavy.
    cost_per_incident : float
        Cost of an incident, money.
    cost_noise_shape : float
        Shape of the gamma noise of mean 1 on the month's cost to serve.
    upgrades_per_month, referrals_per_month : float
        Mean counts a month at satisfaction 0.
    upgrade_revenue_step : float
        Relative rise of all later revenue at each upgrade.
    hidden : Hidden
        Unobserved confounding.
    waves : tuple of int
        First month of each survey wave, counted from 0 at the first month.
    fieldwork_months : int
        Months over which the answers of a wave are spread.
    response_prob : float
        Probability that the reference customer answers a wave, if invited.
    response : Loadings
        Dependence of the log odds of answering on the observed confounders.
    response_satisfaction : float
        Change of the log odds of answering per unit of satisfaction.
    share_invited : float or None
        Share of the active customers invited to a wave; None invites all and keeps no table of invitations.
    horizon_months : int
        Months over which the move is valued.
    gross_margin : float
        Share of revenue that is margin before cost to serve.
    discount_rate_annual : float
        Discount rate per year.

    Raises
    ------
    SettingsError
        When a parameter is out of its range.

    Notes
    -----
    Satisfaction of customer i in month t, with the trailing mean of incidents :math:`T_{it}`, capped tenure
    :math:`A_{it}`, standardised log plan price :math:`z_i` and segment :math:`g_i`:

    .. math:: s_{it} = m(T_{it}, A_{it}, z_i, g_i) + u_i + \gamma h_i + e_{it},
              \qquad e_{it} = \phi e_{i,t-1} + \sqrt{1 - \phi^2}\, \varepsilon_{it}

    where m is linear, u the disposition, h the hidden confounder and e has standard deviation 1.

    Examples
    --------
    >>> from dataclasses import replace
    >>> replace(Scenario(), effect_scale=0.0).effect_scale
    0.0
    """

    name: str = "base"
    n_customers: int = 12_000
    n_months: int = 36
    first_month: str = "2023-01"
    share_joining: float = 0.35
    initial_tenure_years: float = 4.0
    segments: tuple[Segment, ...] = SEGMENTS
    regions: tuple[str, ...] = ("north", "east", "south", "west")
    plan_price_sd_log: float = 0.20
    incidents_per_month: float = 0.35
    incidents_shape: float = 8.0
    tenure_cap_years: float = 5.0
    satisfaction_mean: float = -0.05
    satisfaction: Loadings = Loadings(incidents=-0.70, tenure=0.14, price=0.22)
    persistence_monthly: float = 0.90
    disposition_sd: float = 0.0
    survey_noise_sd: float = 0.0
    satisfaction_clip: float = 2.5
    cut_points: tuple[float, ...] = (-2.5, -2.2, -1.85, -1.5, -1.2, -0.85, -0.45, 0.05, 0.5, 1.2)
    effects: Effects = Effects()
    effect_scale: float = 1.0
    effect_fade_per_year: float = 0.0
    churn_monthly: float = 0.015
    churn: Loadings = Loadings(incidents=0.60, tenure=-0.16, price=0.05)
    churn_trend_per_year: float = 0.0
    purchase_monthly: float | None = None
    purchase: Loadings = Loadings()
    active_months: int = 12
    revenue_noise_sd_log: float = 0.20
    usage_tail_index: float | None = None
    cost_per_incident: float = 3.0
    cost_noise_shape: float = 1.0
    upgrades_per_month: float = 0.015
    referrals_per_month: float = 0.02
    upgrade_revenue_step: float = 0.03
    hidden: Hidden = Hidden()
    waves: tuple[int, ...] = (8, 17, 26)
    fieldwork_months: int = 1
    response_prob: float = 0.35
    response: Loadings = Loadings(incidents=0.35, tenure=0.08, price=-0.05)
    response_satisfaction: float = 0.0
    share_invited: float | None = None
    horizon_months: int = 24
    gross_margin: float = 0.60
    discount_rate_annual: float = 0.10

    def __post_init__(self) -> None:
        for rule in _ranges(self):
            if not rule.holds:
                raise SettingsError(
                    f"scenario '{self.name}': {rule.field} = {getattr(self, rule.field)!r}", allowed=rule.allowed
                )

    @property
    def leaving_is_seen(self) -> bool:
        """Whether the tables tell who has left."""
        return self.purchase_monthly is None

    @property
    def first_month_index(self) -> int:
        """The first month as a month integer."""
        return parse_month(self.first_month)

    @property
    def as_of_offset(self) -> int:
        """Months from the first month to the last month of the last wave, which the value refers to."""
        return self.waves[-1] + self.fieldwork_months - 1


@dataclass(frozen=True, slots=True)
class _Range:
    field: str
    holds: bool
    allowed: str


def _ranges(scenario: Scenario) -> tuple[_Range, ...]:
    """Return the rules that a scenario must keep, with whether it keeps them."""
    s = scenario
    starts = (*s.waves, s.n_months)
    apart = len(s.waves) > 0 and all(b - a >= s.fieldwork_months for a, b in pairwise(starts))
    increasing = all(a < b for a, b in pairwise(s.cut_points))
    shares = [segment.share for segment in s.segments]
    return (
        _Range("n_customers", s.n_customers >= 1, "1 or more"),
        _Range("n_months", s.n_months >= 1, "1 or more"),
        _Range("first_month", _is_month(s.first_month), "a month of the form YYYY-MM"),
        _Range("segments", bool(shares) and min(shares) >= 0 and abs(sum(shares) - 1) < 1e-9, "shares that sum to 1"),
        _Range("regions", len(s.regions) > 0, "one region or more"),
        _Range("cut_points", len(s.cut_points) == N_CUT_POINTS and increasing, "ten increasing numbers"),
        _Range("fieldwork_months", s.fieldwork_months >= 1, "1 or more"),
        _Range("waves", apart and s.waves[0] >= 0, "one wave or more, in order, not overlapping, within the months"),
        _Range("horizon_months", s.horizon_months >= 1, "1 or more"),
        _Range("usage_tail_index", s.usage_tail_index is None or s.usage_tail_index > 1, "None or a number above 1"),
        _Range(
            "purchase_monthly",
            s.purchase_monthly is None or 0 < s.purchase_monthly < 1,
            "None or a probability between 0 and 1",
        ),
        _Range("active_months", s.active_months >= 1, "1 or more"),
        _Range("share_invited", s.share_invited is None or 0 < s.share_invited <= 1, "None or a share in (0, 1]"),
        *(_Range(name, 0 <= getattr(s, name) <= 1, "a share in [0, 1]") for name in ("share_joining", "gross_margin")),
        *(_Range(name, 0 < getattr(s, name) < 1, "between 0 and 1") for name in ("churn_monthly", "response_prob")),
        *(_Range(n, 0 <= getattr(s, n) < 1, "in [0, 1)") for n in ("persistence_monthly", "effect_fade_per_year")),
        *(_Range(name, getattr(s, name) > 0, "above 0") for name in _POSITIVE),
        *(_Range(name, getattr(s, name) >= 0, "0 or more") for name in _NOT_NEGATIVE),
    )


_POSITIVE: Final = ("incidents_per_month", "incidents_shape", "cost_noise_shape", "satisfaction_clip")
_NOT_NEGATIVE: Final = (
    "initial_tenure_years",
    "plan_price_sd_log",
    "tenure_cap_years",
    "disposition_sd",
    "survey_noise_sd",
    "revenue_noise_sd_log",
    "cost_per_incident",
    "upgrades_per_month",
    "referrals_per_month",
    "upgrade_revenue_step",
    "discount_rate_annual",
)


def _is_month(text: str) -> bool:
    try:
        parse_month(text)
    except ValueError:
        return False
    return True


PARAMETERS: Final = tuple(field.name for field in fields(Scenario))
"""Names of the parameters of a scenario, in order."""
