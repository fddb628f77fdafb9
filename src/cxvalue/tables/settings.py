"""The settings of the tables that come in: paths, column maps and what to do about gaps and repeats."""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from cxvalue.errors import SettingsError
from cxvalue.section import Section, refusal_hint
from cxvalue.tables.ledger import LedgerTotal, StatedCount, read_ledger
from cxvalue.tables.scales import Scale, read_scale
from cxvalue.vocabulary import GROSS_PROFIT, PURCHASED, RETAINED, STANDARD_METRICS

Missing = Literal["error", "zero", "fill"]
Duplicates = Literal["error", "sum", "last"]
ColumnMap = dict[str, str]

RETENTION_PANEL = "retention"
"""Name of the panel that says who was active; its metric is ``retained``."""


class TableSettings(Section):
    """What every table has: where it is and what its columns are called.

    Parameters
    ----------
    path : str, optional
        File, glob or folder; relative to ``study.toml``. Left out when the table is given from Python.
    table : str, optional
        Table of a database, or sheet of a spreadsheet.
    date_format : str, optional
        ``strptime`` format of dates that come as text, such as ``"%d/%m/%Y"``; without it only ISO forms are read.
    columns : dict of str to str
        Canonical name = the table's own name, for those that differ.
    """

    allowed_columns: ClassVar[tuple[str, ...]] = ()

    path: str | None = None
    table: str | None = None
    date_format: str | None = None
    columns: ColumnMap = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: ColumnMap) -> ColumnMap:
        for name in columns:
            if cls.allowed_columns and name not in cls.allowed_columns:
                raise SettingsError.unknown_key(name, f"[{cls.section_name}] columns", cls.allowed_columns)
        return columns


class SurveySettings(TableSettings):
    """Section ``[surveys]``.

    Parameters
    ----------
    timezone : str
        IANA name of the zone in whose calendar time stamps that carry an offset are placed.
    scale : str or dict
        ``"nps"``, ``"csat5"``, ``"ces7"`` or a table of scores by band.
    higher_is_better : bool
        False where a high score is a bad one (a customer-effort score that asks how much effort it took).
    """

    section_name: ClassVar[str] = "surveys"
    allowed_columns: ClassVar[tuple[str, ...]] = ("customer_id", "survey_date", "score")

    timezone: str = "UTC"
    scale: str | dict[str, list[float]] = "nps"
    higher_is_better: bool = True

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("an IANA time zone such as 'Europe/Berlin'")
        return zone

    @model_validator(mode="after")
    def _scale_is_known(self) -> SurveySettings:
        try:
            self.read_scale()
        except ValueError as error:
            allowed = str(error)
            raise SettingsError(
                f"[surveys] scale = {self.scale!r} is refused", allowed=allowed,
                hint=refusal_hint(None, self.scale, allowed),
            ) from None  # fmt: skip
        return self

    def read_scale(self) -> Scale:
        """Return the scale that these settings name.

        Returns
        -------
        Scale
            Which score lies in which band.
        """
        return read_scale(self.scale, higher_is_better=self.higher_is_better)


class CustomerSettings(TableSettings):
    """Section ``[customers]``.

    Parameters
    ----------
    segments : list of str
        Columns by which results are also given.
    covariates : list of str
        Further columns, fixed for a customer, to adjust for; numbers or categories.
    """

    section_name: ClassVar[str] = "customers"
    allowed_columns: ClassVar[tuple[str, ...]] = ("customer_id", "joined_date")

    segments: list[str] = Field(default_factory=list)
    covariates: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _named_once(self) -> CustomerSettings:
        named = [*self.segments, *self.covariates]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"each column once in segments or covariates; '{twice[0]}' stands twice")
        return self


class RetentionSettings(TableSettings):
    """Section ``[panels.retention]``.

    Parameters
    ----------
    kind : {"rows", "flag", "churn_date"}
        A row for each month in which the customer was active; a 0/1 column; or one churn date a customer,
        blank for those who stay. The month of the churn date still counts as active.
    """

    section_name: ClassVar[str] = "panels.retention"
    allowed_columns: ClassVar[tuple[str, ...]] = ("customer_id", "month", "value", "churn_date")

    kind: Literal["rows", "flag", "churn_date"] = "rows"


class PanelSettings(TableSettings):
    """Section ``[panels.NAME]``: one metric a month.

    Parameters
    ----------
    kind : {"money", "count"}, optional
        What a metric of the user's own is; the standard metrics know it.
    unit_value : float
        Money that one count, or one unit of money, of a metric of the user's own adds to the contribution;
        negative for a cost.
    missing : {"error", "zero", "fill"}
        What a customer-month without a row means.
    duplicates : {"error", "sum", "last"}
        What to do with repeated customer-months that are not exact copies.
    covariates : list of str
        Further columns of this table, usable as baseline covariates.
    """

    section_name: ClassVar[str] = "panels.NAME"
    allowed_columns: ClassVar[tuple[str, ...]] = ("customer_id", "month", "value", "updated_at")

    kind: Literal["money", "count"] | None = None
    unit_value: float = 0.0
    missing: Missing = "error"
    duplicates: Duplicates = "error"
    covariates: list[str] = Field(default_factory=list)


class OwnMetric(Section):
    """Section ``[panel.metrics.NAME]``: a metric of the user's own in the wide table.

    Parameters
    ----------
    kind : {"money", "count"}
        What it is.
    unit_value : float
        Money that one unit adds to the contribution.
    """

    section_name: ClassVar[str] = "panel.metrics.NAME"

    kind: Literal["money", "count"]
    unit_value: float = 0.0


class WidePanelSettings(TableSettings):
    """Section ``[panel]``: one wide monthly table instead of ``[panels.*]``.

    Parameters
    ----------
    metrics : dict of str to OwnMetric
        Metrics of the user's own among the columns.
    missing : {"error", "zero", "fill"}
        As for a panel of one metric.
    duplicates : {"error", "sum", "last"}
        As for a panel of one metric.
    covariates : list of str
        As for a panel of one metric.
    """

    section_name: ClassVar[str] = "panel"

    metrics: dict[str, OwnMetric] = Field(default_factory=dict)
    missing: Missing = "error"
    duplicates: Duplicates = "error"
    covariates: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _metrics_known(self) -> WidePanelSettings:
        if GROSS_PROFIT in self.metrics:
            raise ValueError("gross profit is worked out from revenue and gross_margin; name the metric otherwise")
        known = {"customer_id", "month", "updated_at", RETAINED, *STANDARD_METRICS, *self.metrics}
        for name in (RETAINED, PURCHASED):
            if name in self.metrics:
                raise ValueError(f"a metric of your own cannot be called '{name}': the library measures it itself")
        for name in self.columns:
            if name not in known:
                raise SettingsError.unknown_key(name, "[panel] columns", known)
        return self


class InvitationSettings(TableSettings):
    """Section ``[invitations]``: who was asked when."""

    section_name: ClassVar[str] = "invitations"
    allowed_columns: ClassVar[tuple[str, ...]] = ("customer_id", "invited_date")


class InputSettings(Section):
    """The sections that say where the tables are; the study's settings extend them.

    Parameters
    ----------
    surveys : SurveySettings
        Section ``[surveys]``.
    customers : CustomerSettings
        Section ``[customers]``.
    panels : dict of str to RetentionSettings or PanelSettings
        Sections ``[panels.NAME]``.
    panel : WidePanelSettings, optional
        Section ``[panel]``.
    invitations : InvitationSettings, optional
        Section ``[invitations]``.
    reconciliation : dict of str to LedgerTotal or StatedCount
        Section ``[reconciliation]``: what the books say, by metric, and ``customers``.
    """

    surveys: SurveySettings = Field(default_factory=SurveySettings)
    customers: CustomerSettings = Field(default_factory=CustomerSettings)
    panels: dict[str, RetentionSettings | PanelSettings] = Field(default_factory=dict)
    panel: WidePanelSettings | None = None
    invitations: InvitationSettings | None = None
    reconciliation: dict[str, LedgerTotal | StatedCount] = Field(default_factory=dict)

    @field_validator("reconciliation", mode="before")
    @classmethod
    def _read_ledger(cls, ledger: object) -> dict[str, LedgerTotal | StatedCount]:
        if not isinstance(ledger, dict):
            raise ValueError("a metric, or customers, for each figure of the books")
        return {name: read_ledger(name, value) for name, value in ledger.items()}

    @field_validator("panels", mode="before")
    @classmethod
    def _read_panels(cls, panels: object) -> dict[str, RetentionSettings | PanelSettings]:
        if not isinstance(panels, dict):
            raise ValueError("a section [panels.NAME] for each panel")
        return {name: read_panel(name, value) for name, value in panels.items()}


def read_panel(name: str, value: object) -> RetentionSettings | PanelSettings:
    """Return the settings of one panel.

    Parameters
    ----------
    name : str
        The panel's name in ``[panels.NAME]``.
    value : dict, RetentionSettings or PanelSettings
        Its keys.

    Returns
    -------
    RetentionSettings or PanelSettings
        The settings.

    Raises
    ------
    SettingsError
        When a key or value is refused; names the panel's own section.
    """
    wanted = RetentionSettings if name == RETENTION_PANEL else PanelSettings
    if not isinstance(value, dict):
        if isinstance(value, wanted):
            return value
        raise ValueError(f"[panels.{name}] takes keys, not {value!r}")
    try:
        panel = wanted(**value)
    except SettingsError as error:
        what = error.what.replace("panels.NAME", f"panels.{name}")
        raise SettingsError(what, allowed=error.allowed, hint=error.hint) from None
    if isinstance(panel, PanelSettings):
        refuse_kind(name, panel)
    return panel


def refuse_kind(name: str, panel: PanelSettings) -> None:
    """Refuse a standard metric of another kind, and a metric of the user's own without one.

    Parameters
    ----------
    name : str
        The panel's name.
    panel : PanelSettings
        Its settings.

    Raises
    ------
    SettingsError
        When the kind or the unit value does not suit, or the name is that of a metric without a panel of its own.
    """
    if name == GROSS_PROFIT:
        raise SettingsError(
            f"[panels.{name}]: gross profit is revenue times gross margin, which the study works out",
            allowed="[panels.revenue], and gross_margin in [economics]",
            hint="give revenue, or name the metric otherwise and leave revenue out of the value",
        )
    if name in (RETAINED, PURCHASED):
        raise SettingsError(
            f"[panels.{name}]: '{name}' is a metric that has no panel of its own",
            allowed="[panels.retention] tells who stayed, [panels.revenue] who bought where leaving is not seen",
            hint="use that panel, or give the metric another name",
        )
    standard = STANDARD_METRICS.get(name)
    if standard is None and panel.kind is None:
        near = get_close_matches(name, [RETENTION_PANEL, *STANDARD_METRICS], n=1, cutoff=0.75)
        meant = f"did you mean [panels.{near[0]}]? For a metric of your own " if near else ""
        raise SettingsError(
            f"[panels.{name}] is a metric of your own and lacks its kind",
            allowed='kind = "count" or "money"; standard panels are retention, '
            + ", ".join(list(STANDARD_METRICS)[1:]),
            hint=f'{meant}add kind = "count" and, if it is worth money, unit_value = …',
        )
    if standard is not None and (panel.kind not in (None, standard.kind) or panel.unit_value != 0.0):
        raise SettingsError(
            f"[panels.{name}] is a standard metric: its kind is {standard.kind} and its value is set in [economics]",
            hint="remove kind and unit_value from this section",
        )
