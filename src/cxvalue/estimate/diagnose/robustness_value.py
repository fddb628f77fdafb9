"""The algebra of robustness values: from a t statistic to the confounder that would undo it."""

from __future__ import annotations

import numpy as np


def equal_strength(cohens_f: float) -> float:
    r"""Return the share r that solves :math:`r / \sqrt{1 - r} = f`.

    Parameters
    ----------
    cohens_f : float
        Cohen's f of an exposure, or the bias factor of a confounder; 0 or more.

    Returns
    -------
    float
        Partial R² which, held with outcome and exposure alike, has this bias factor; 0 to 1.

    References
    ----------
    Cinelli, C. and Hazlett, C. (2020), Making sense of sensitivity: extending omitted variable bias, Journal of the
    Royal Statistical Society B 82, doi:10.1111/rssb.12348.

    Examples
    --------
    >>> round(equal_strength(4.18445 / 783**0.5), 5)
    0.13878
    """
    square = cohens_f**2
    if np.isinf(square):
        return 1.0
    return float((np.sqrt(square**2 + 4 * square) - square) / 2)


def robustness_value(t_statistic: float, dof: float, *, t_critical: float = 0.0) -> float:
    r"""Return the robustness value of a regression coefficient.

    Parameters
    ----------
    t_statistic : float
        Coefficient over its classical standard error.
    dof : float
        Degrees of freedom of the regression, above 1.
    t_critical : float, optional
        Standard errors by which an estimate has to differ from 0; 0 asks what brings the estimate itself to 0.

    Returns
    -------
    float
        Share of what is left of both outcome and exposure that a confounder has to explain, 0 to 1.

    Notes
    -----
    With :math:`f = |t| / \sqrt{dof}` less :math:`t^* / \sqrt{dof - 1}`, :math:`RV = (\sqrt{f^4 + 4 f^2} - f^2) / 2`.
    Where f exceeds :math:`\sqrt{dof - 1} / t^*` the confounder that harms most is another one, and
    :math:`RV = (f^2 - f^{*2}) / (1 + f^2)`.

    References
    ----------
    Cinelli, C. and Hazlett, C. (2020), doi:10.1111/rssb.12348.

    Examples
    --------
    >>> round(robustness_value(4.18445, 783, t_critical=1.963), 4)
    0.0763
    """
    f, critical = abs(t_statistic) / np.sqrt(dof), t_critical / np.sqrt(dof - 1)
    if f <= critical:
        return 0.0
    if critical > 0 and f > 1 / critical:
        return float((f**2 - critical**2) / (1 + f**2))
    return equal_strength(f - critical)


def bias_factor(r2_outcome: float, r2_exposure: float) -> float:
    r"""Return by how much a confounder biases, in units of standard error × √dof.

    Parameters
    ----------
    r2_outcome : float
        Share of what is left of the outcome that it explains, 0 to 1.
    r2_exposure : float
        Share of what is left of the exposure that it explains, 0 to 1.

    Returns
    -------
    float
        :math:`\sqrt{R_Y^2 R_D^2 / (1 - R_D^2)}`; infinite when it explains all of the exposure.

    Examples
    --------
    >>> round(bias_factor(0.1246409, 0.00916429), 6)
    0.033953
    """
    if r2_exposure >= 1:
        return float("inf")
    return float(np.sqrt(r2_outcome * r2_exposure / (1 - r2_exposure)))
