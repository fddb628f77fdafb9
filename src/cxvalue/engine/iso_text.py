"""What counts as a whole number, a month and a time stamp in text: one grammar for every engine."""

from __future__ import annotations

from typing import Final

IS_INTEGER: Final = "^(0|-?[1-9][0-9]{0,17})$"
"""A whole number without leading zeros: with them it is text."""
IS_MONTH: Final = "^[0-9]{4}-(0[1-9]|1[0-2])$"
IS_COMPACT_MONTH: Final = "^(19|20)[0-9]{2}(0[1-9]|1[0-2])$"
ISO_STAMP: Final = (
    "^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2})"
    "([ T]([0-9]{1,2}):([0-9]{1,2})(:([0-9]{1,2})([.]([0-9]*))?)?(Z|([+-])([0-9]{2})(:?([0-9]{2}))?)?)?$"
)
"""A day, perhaps a time, and after it perhaps an offset. What follows it otherwise (``PM``, the name of a zone) would
be ignored by some engines, so text that has it is not read at all."""
ISO_PARTS: Final = {
    "day": 1, "hour": 3, "minute": 4, "second": 6, "fraction": 8, "offset": 9, "sign": 10, "offset_hour": 11,
    "offset_minute": 13,
}  # fmt: skip
"""Groups of :data:`ISO_STAMP`."""
