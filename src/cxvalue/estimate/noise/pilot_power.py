"""Pilots: how many lasting moves one shows, and how many customers it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from cxvalue.errors import SettingsError
from cxvalue.result import Result


@dataclass(frozen=True, slots=True, repr=False)
class PilotSize(Result):
    """Customers that a pilot needs.

    Parameters
    ----------
    n_control, n_programme : int
        Dissatisfied customers without and with the programme who answer again.
    recovery_control, recovery_programme : float
        Shares that answer in a better band, as planned for.
    power, alpha : float
        Probability to find the difference, and two-sided level of the test.
    """

    n_control: int
    n_programme: int
    recovery_control: float
    recovery_programme: float
    power: float
    alpha: float

    def summary(self) -> str:
        """Return the plan in words.

        Returns
        -------
        str
            Plain text.
        """
        return (
            f"{self.n_control:,} customers without the programme and {self.n_programme:,} with it, all of whom answer "
            f"again, show a recovery of {self.recovery_programme:.1%} against {self.recovery_control:.1%} with "
            f"probability {self.power:.0%} at a level of {self.alpha:.0%}."
        )


def lasting_moves(
    n_dissatisfied: float, *, recovery_programme: float, recovery_control: float, attenuation: float
) -> float:
    """Return how many customers a programme truly moved, from a pilot with a control group.

    Parameters
    ----------
    n_dissatisfied : float
        Customers with the programme whose first answer was dissatisfied.
    recovery_programme, recovery_control : float
        Share of them, and of a control group without the programme, that later answers in a better band.
    attenuation : float
        What share of a true move shows in answers, as :meth:`~cxvalue.estimate.noise.Misclassification.attenuation`
        gives it; above 0, at most 1.

    Returns
    -------
    float
        Customers; below 0 when the control group recovered more.

    Raises
    ------
    SettingsError
        When a share or the attenuation is out of its range.

    Notes
    -----
    Not a count before and after: many who are dissatisfied once answer in a better band the next time with nothing
    done, and they do so in the control group too.

    Examples
    --------
    Of people asked twice within six weeks 56 % of the dissatisfied answered better with nothing done.

    >>> round(lasting_moves(1000, recovery_programme=0.60, recovery_control=0.56, attenuation=0.5))
    80
    """
    for name, share in (("recovery_programme", recovery_programme), ("recovery_control", recovery_control)):
        require_share(name, share)
    if not 0 < attenuation <= 1:
        raise SettingsError(f"attenuation = {attenuation}", allowed="above 0, at most 1")
    return n_dissatisfied * (recovery_programme - recovery_control) / attenuation


def pilot_sample_size(
    recovery_control: float, uplift: float, *, power: float = 0.8, alpha: float = 0.05, ratio: float = 1.0
) -> PilotSize:
    r"""Return how many dissatisfied customers a pilot needs to show an uplift in recovery.

    Parameters
    ----------
    recovery_control : float
        Share of the control group that is expected to answer in a better band, above 0 and below 1.
    uplift : float
        By how much that share is higher with the programme, as answered: a lasting uplift times the attenuation.
    power : float
        Probability to find it.
    alpha : float
        Two-sided level.
    ratio : float
        Customers with the programme for each without.

    Returns
    -------
    PilotSize
        Customers in both groups, rounded up.

    Raises
    ------
    SettingsError
        When a share is out of its range, or the uplift is 0.

    Notes
    -----
    With :math:`\bar p` the pooled share and k the ratio, the control group needs
    :math:`(z_{1-\alpha/2} \sqrt{\bar p \bar q (1 + 1/k)} + z_{power} \sqrt{p_0 q_0 + p_1 q_1 / k})^2 / (p_1 - p_0)^2`.

    References
    ----------
    Fleiss, J., Levin, B. and Paik, M. (2003), Statistical Methods for Rates and Proportions, 3rd ed., chapter 4,
    doi:10.1002/0471445428.

    Examples
    --------
    >>> pilot_sample_size(0.50, 0.10).n_control
    388
    """
    check_plan(recovery_control, uplift, power=power, alpha=alpha, ratio=ratio)
    treated = recovery_control + uplift
    null, spread = deviations(recovery_control, treated, ratio)
    n = ((float(ndtri(1 - alpha / 2)) * null + float(ndtri(power)) * spread) / uplift) ** 2
    return PilotSize(math.ceil(n), math.ceil(n * ratio), recovery_control, treated, power, alpha)


def pilot_power(
    n_control: int, n_programme: int, *, recovery_control: float, uplift: float, alpha: float = 0.05
) -> float:
    """Return with what probability a pilot of a given size finds an uplift in recovery.

    Parameters
    ----------
    n_control, n_programme : int
        Dissatisfied customers without and with the programme who answer again.
    recovery_control : float
        Share of the control group that answers in a better band.
    uplift : float
        By how much that share is higher with the programme, as answered.
    alpha : float
        Two-sided level.

    Returns
    -------
    float
        Power, 0 to 1.

    Raises
    ------
    SettingsError
        When a share is out of its range, or the uplift is 0.

    Examples
    --------
    >>> round(pilot_power(50, 50, recovery_control=0.50, uplift=0.25), 2)
    0.74
    """
    if min(n_control, n_programme) < 1:
        raise SettingsError(f"groups of {n_control} and {n_programme} customers", allowed="1 or more in each")
    ratio = n_programme / n_control
    check_plan(recovery_control, uplift, power=0.5, alpha=alpha, ratio=ratio)
    null, spread = deviations(recovery_control, recovery_control + uplift, ratio)
    return float(ndtr((math.sqrt(n_control) * abs(uplift) - float(ndtri(1 - alpha / 2)) * null) / spread))


def nps_standard_error(share_satisfied: float, share_dissatisfied: float, *, n: int) -> float:
    r"""Return the standard error of a net promoter score.

    Parameters
    ----------
    share_satisfied, share_dissatisfied : float
        Shares p and d of the answers.
    n : int
        Answers.

    Returns
    -------
    float
        Points of the score, which runs from −100 to 100.

    Raises
    ------
    SettingsError
        When the shares are no shares.

    Notes
    -----
    :math:`100 \sqrt{(p + d - (p - d)^2) / n}`.

    Examples
    --------
    >>> round(1.96 * nps_standard_error(0.5, 0.2, n=400), 1)
    7.7
    """
    return 100 * math.sqrt(nps_variance(share_satisfied, share_dissatisfied) / n)


def nps_sample_size(
    share_satisfied: float, share_dissatisfied: float, points: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many answers a wave needs to show a change of a net promoter score between two waves.

    Parameters
    ----------
    share_satisfied, share_dissatisfied : float
        Shares of the answers, about the same in both waves.
    points : float
        Change of the score to be found, above 0.
    power : float
        Probability to find it.
    alpha : float
        Two-sided level.

    Returns
    -------
    int
        Answers in each of the two waves.

    Raises
    ------
    SettingsError
        When the shares are no shares, or the change is not above 0.

    Examples
    --------
    >>> nps_sample_size(0.5, 0.2, 5)
    3831
    """
    if not points > 0:
        raise SettingsError(f"a change of {points} points", allowed="above 0")
    reach = float(ndtri(1 - alpha / 2)) + float(ndtri(power))
    return math.ceil(2 * nps_variance(share_satisfied, share_dissatisfied) * (100 * reach / points) ** 2)


def nps_variance(share_satisfied: float, share_dissatisfied: float) -> float:
    """Return the variance of one answer's contribution to the score, which is 1, 0 or −1.

    Parameters
    ----------
    share_satisfied, share_dissatisfied : float
        Shares p and d.

    Returns
    -------
    float
        p + d − (p − d)².
    """
    if min(share_satisfied, share_dissatisfied) < 0 or share_satisfied + share_dissatisfied > 1:
        raise SettingsError(
            f"shares {share_satisfied} satisfied and {share_dissatisfied} dissatisfied",
            allowed="0 or more, at most 1 together",
        )
    return share_satisfied + share_dissatisfied - (share_satisfied - share_dissatisfied) ** 2


def require_share(name: str, share: float) -> None:
    """Refuse what is no share.

    Parameters
    ----------
    name : str
        What it is.
    share : float
        The number.

    Raises
    ------
    SettingsError
        When it is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise SettingsError(f"{name} = {share}", allowed="a share between 0 and 1")


def check_plan(recovery_control: float, uplift: float, *, power: float, alpha: float, ratio: float) -> None:
    """Refuse a plan for a pilot that cannot be.

    Parameters
    ----------
    recovery_control, uplift : float
        Recovery without the programme, and what it adds.
    power, alpha, ratio : float
        As in :func:`pilot_sample_size`.

    Raises
    ------
    SettingsError
        When a figure is out of its range.
    """
    require_share("recovery_control", recovery_control)
    require_share("recovery_control + uplift", recovery_control + uplift)
    if uplift == 0:
        raise SettingsError("uplift = 0", allowed="a difference other than 0")
    for name, value in (("power", power), ("alpha", alpha)):
        if not 0 < value < 1:
            raise SettingsError(f"{name} = {value}", allowed="above 0 and below 1")
    if not ratio > 0:
        raise SettingsError(f"ratio = {ratio}", allowed="above 0")


def deviations(control: float, treated: float, ratio: float) -> tuple[float, float]:
    """Return the standard deviations of the difference times √n of the control group.

    Parameters
    ----------
    control, treated : float
        Shares.
    ratio : float
        Customers with the programme for each without.

    Returns
    -------
    tuple of float
        If there were no difference, and as planned.
    """
    pooled = (control + ratio * treated) / (1 + ratio)
    null = math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    return null, math.sqrt(control * (1 - control) + treated * (1 - treated) / ratio)
