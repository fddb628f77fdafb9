"""The outcome models of a study as a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cxvalue.errors import SettingsError
from cxvalue.estimate.models.outcome_model import OutcomeModel
from cxvalue.result import Drawable, TableResult
from cxvalue.vocabulary import BANDS, Band


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Models(TableResult, Drawable):
    """Regression models of every metric, beside the headline.

    Parameters
    ----------
    models : tuple of OutcomeModel
        One a metric and family.
    from_band : {"dissatisfied", "neutral", "satisfied"}
        Adjusted means are averaged over the customers now in this band.
    sample : str
        On which customers the models stand, in words.
    target : str
        Over whom the adjusted means are averaged, in words.
    confidence : float
        Level of the intervals.

    Notes
    -----
    Errors and intervals are clustered by customer and by the delta method; they hold the uncertainty of the
    coefficients and of who is in the target, and take the weights by response as known.
    """

    models: tuple[OutcomeModel, ...]
    from_band: Band
    sample: str
    target: str
    confidence: float

    def __iter__(self) -> Iterator[OutcomeModel]:
        return iter(self.models)

    def get(self, metric: str, family: str) -> OutcomeModel:
        """Return one model.

        Parameters
        ----------
        metric, family : str
            Such as ``retained`` and ``logit``.

        Returns
        -------
        OutcomeModel
            The model.

        Raises
        ------
        SettingsError
            When there is none of that name.
        """
        for model in self.models:
            if (model.metric, model.family) == (metric, family):
                return model
        raise SettingsError.unknown_key(f"{metric}, {family}", "models", [model.name for model in self.models])

    def to_frame(self) -> pd.DataFrame:
        """Return the adjusted means.

        Returns
        -------
        pandas.DataFrame
            One row a model and band: metric, family, band, unit, estimate, se, ci_low, ci_high, n_rows, n_customers,
            status, reason.
        """
        tables = []
        for model in self.models:
            means = (
                model.means
                if model.status == "ok"
                else pd.DataFrame({"band": BANDS}).reindex(columns=model.means.columns)
            )
            told = {"n_rows": model.n_rows, "n_customers": model.n_customers}
            tables.append(named(model, means).assign(**told, status=model.status, reason=model.reason))
        return pd.concat(tables, ignore_index=True)

    def coefficients(self) -> pd.DataFrame:
        """Return the coefficients of all models.

        Returns
        -------
        pandas.DataFrame
            Columns metric, family, part, term, estimate, se, z, p, ci_low, ci_high.
        """
        return self._stacked("coefficients")

    def contrasts(self) -> pd.DataFrame:
        """Return the differences of adjusted means between bands.

        Returns
        -------
        pandas.DataFrame
            Columns metric, family, from_band, to_band, unit, estimate, se, z, p, ci_low, ci_high.
        """
        return self._stacked("contrasts")

    def curves(self) -> pd.DataFrame:
        """Return the adjusted share still there, by band and month.

        Returns
        -------
        pandas.DataFrame
            Columns metric, family, band, month, estimate, se, ci_low, ci_high.
        """
        return self._stacked("curve")

    def summary(self) -> str:
        """Return all models as plain text.

        Returns
        -------
        str
            A few lines a model.
        """
        lines = [f"outcome models of {self.sample}", f"adjusted means over {self.target}"]
        return "\n".join([*lines, *(model.summary() for model in self.models)])

    def _stacked(self, name: str) -> pd.DataFrame:
        """Return one table of all models that could be fitted, the model's name in front."""
        tables = [named(model, getattr(model, name)) for model in self.models]
        full = [table for table in tables if len(table)]
        return pd.concat(full or tables[:1], ignore_index=True)


def named(model: OutcomeModel, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the model's metric and family in front.

    Parameters
    ----------
    model : OutcomeModel
        The model.
    table : pandas.DataFrame
        One of its tables.

    Returns
    -------
    pandas.DataFrame
        The table with columns metric and family.
    """
    table = table.copy()
    table.insert(0, "metric", model.metric)
    table.insert(1, "family", model.family)
    return table
