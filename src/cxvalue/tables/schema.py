"""The canonical tables: what every statement further up may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cxvalue.engine.source import Source
from cxvalue.tables.scales import Scale
from cxvalue.tables.settings import Duplicates, Missing
from cxvalue.vocabulary import SHARE_METRICS, Metric, Relationship

IdKind = Literal["text_id", "integer_id"]
"""Type in which customer ids are compared."""
ToldKind = Literal["rows", "flag", "churn_date"]
"""What the rows of a table say that tells who was active."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column that statements know by a canonical name and readers by the user's.

    Parameters
    ----------
    name : str
        The user's name.
    canonical : str
        The name in statements.
    is_number : bool
        Whether it holds numbers; otherwise categories.
    """

    name: str
    canonical: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """A metric and the column that holds it.

    Parameters
    ----------
    metric : Metric
        What is measured.
    canonical : str
        The column in the panel's view.
    unit_value : float
        Money per unit for a metric of the user's own; 0 for the standard ones, which ``[economics]`` values.
    """

    metric: Metric
    canonical: str
    unit_value: float = 0.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A monthly table as registered: view ``view`` with customer_id, month, metric and covariate columns.

    Parameters
    ----------
    name : str
        Name in the settings, for messages.
    view : str
        Canonical name of the view; the repaired rows are in ``<view>_clean``.
    metrics : tuple of MetricColumn
        Metrics that it holds.
    covariates : tuple of Attribute
        Further columns, all numbers.
    missing : {"error", "zero", "fill"}
        What a customer-month without a row means.
    duplicates : {"error", "sum", "last"}
        What to do with repeated customer-months.
    has_updated_at : bool
        Whether a column says which of two rows is the later.
    only_while_active : bool
        Whether rows count only in months in which the customer was active; not where nobody is seen to leave.
    """

    name: str
    view: str
    metrics: tuple[MetricColumn, ...]
    covariates: tuple[Attribute, ...]
    missing: Missing
    duplicates: Duplicates
    has_updated_at: bool
    only_while_active: bool = True

    def value_columns(self) -> tuple[str, ...]:
        """Return the canonical names of the metric and covariate columns.

        Returns
        -------
        tuple of str
            Metrics first.
        """
        return tuple(m.canonical for m in self.metrics) + tuple(c.canonical for c in self.covariates)

    def labels(self) -> dict[str, str]:
        """Return what each canonical column is called in messages.

        Returns
        -------
        dict of str to str
            Canonical name → metric's or user's name.
        """
        return {m.canonical: m.metric.name for m in self.metrics} | {c.canonical: c.name for c in self.covariates}


@dataclass(frozen=True, slots=True)
class TableSet:
    """All tables as registered in the engine under canonical names.

    Parameters
    ----------
    id_kind : {"text_id", "integer_id"}
        Type of the customer ids, the same in all tables.
    scale : Scale
        Which score lies in which band.
    segments : tuple of Attribute
        Segment columns of ``customers_in``.
    statics : tuple of Attribute
        Fixed covariates of ``customers_in``.
    has_joined_date : bool
        Whether ``customers_in`` has a joining date.
    retention_kind : {"rows", "flag", "churn_date", "purchases"}
        How activity is told.
    retention_view : str
        The view that tells it.
    panels : tuple of Panel
        Monthly tables with metrics.
    has_invitations : bool
        Whether ``invitations_in`` exists.
    sources : mapping of str to Source
        Where each table came from, by its name in the settings.
    purchase_window : int or None
        Months within which a purchase makes a customer active; None where leaving is seen.
    """

    id_kind: IdKind
    scale: Scale
    segments: tuple[Attribute, ...]
    statics: tuple[Attribute, ...]
    has_joined_date: bool
    retention_kind: ToldKind | Literal["purchases"]
    retention_view: str
    panels: tuple[Panel, ...]
    has_invitations: bool
    sources: Mapping[str, Source]
    purchase_window: int | None = None

    @property
    def relationship(self) -> Relationship:
        """Whether leaving is seen."""
        return "contractual" if self.purchase_window is None else "noncontractual"

    @property
    def share_metric(self) -> Metric:
        """The first metric: who is still there, or who buys."""
        return SHARE_METRICS[self.relationship]

    def tells_activity(self, panel: Panel) -> bool:
        """Return whether a panel's own rows say who was active, so that it has none of other months.

        Parameters
        ----------
        panel : Panel
            The panel.

        Returns
        -------
        bool
            True for the wide table where no table of its own tells who stayed.
        """
        return panel.name == "panel" and self.retention_kind == "rows" and "panels.retention" not in self.sources

    def metric_columns(self) -> tuple[tuple[Panel, MetricColumn], ...]:
        """Return every measured metric with its panel, in panel order.

        Returns
        -------
        tuple of (Panel, MetricColumn)
            ``retained`` or ``purchased`` is not among them: it comes from activity.
        """
        return tuple((panel, column) for panel in self.panels for column in panel.metrics)
