"""The settings of estimation: section ``[adjust]``."""

from __future__ import annotations

from typing import ClassVar

from cxvalue.errors import SettingsError
from cxvalue.section import Section


class AdjustSettings(Section):
    """Section ``[adjust]``.

    Parameters
    ----------
    covariates : list of str, optional
        Baseline covariates to adjust for; default all of them.
    response : bool
        Whether the target is weighted by the probability of answering; without it, the result is per answering
        customer.
    """

    section_name: ClassVar[str] = "adjust"

    covariates: list[str] | None = None
    response: bool = True

    def select(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the covariates to adjust for.

        Parameters
        ----------
        known : tuple of str
            All baseline covariates of the study.

        Returns
        -------
        tuple of str
            Those that the settings name, or all.

        Raises
        ------
        SettingsError
            For a covariate that the study does not have.
        """
        if self.covariates is None:
            return known
        for name in self.covariates:
            if name not in known:
                raise SettingsError.unknown_key(name, "[adjust] covariates", known)
        return tuple(self.covariates)
