"""Arguments that are refused at once, where the first sum would stumble over them."""

from __future__ import annotations

from cxvalue.errors import SettingsError
from cxvalue.value import Economics, Shift


def refuse_strangers(shift: object, economics: object) -> None:
    """Refuse what stands in the place of a shift or of economics and is none.

    Parameters
    ----------
    shift : object
        A shift, or None.
    economics : object
        Economics, or None.

    Raises
    ------
    SettingsError
        For anything else.
    """
    if not isinstance(shift, Shift | None):
        raise SettingsError(
            f"{shift!r} is no shift", allowed="a cx.Shift", hint='cx.Shift("dissatisfied", "neutral", share=0.05)'
        )
    if not isinstance(economics, Economics | None):
        raise SettingsError(
            f"{economics!r} is no economics",
            allowed="a cx.Economics",
            hint="cx.Economics(gross_margin=0.6, discount_rate_annual=0.1)",
        )
