"""Arrow tables as Spark data frames."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

ARROW_TYPES: Final = {
    pa.int8(): "tinyint", pa.int16(): "smallint", pa.int32(): "int", pa.int64(): "bigint", pa.float32(): "float",
    pa.float64(): "double", pa.bool_(): "boolean", pa.string(): "string", pa.date32(): "date", pa.null(): "void",
    pa.timestamp("us"): "timestamp_ntz", pa.timestamp("us", "UTC"): "timestamp",
}  # fmt: skip
"""Arrow types that Spark takes, and its names for them."""
TEXT: Final = (pa.large_string(), pa.string_view())
WIDER: Final = {
    pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(), pa.date64(): pa.date32(),
}  # fmt: skip
"""Arrow types that Spark lacks, and those that hold the same values."""


def arrow_frame(session: Any, table: pa.Table) -> Any:
    """Return an Arrow table as a frame.

    Parameters
    ----------
    session : SparkSession
        Where to.
    table : pyarrow.Table
        The rows.

    Returns
    -------
    DataFrame
        The same rows; types that Spark lacks are widened.
    """
    kinds = [spark_arrow_type(column.type) for column in table.columns]
    arrays = [column.cast(kind, safe=False) for kind, column in zip(kinds, table.columns, strict=True)]
    schema = [f"{backticked(name)} {spark_type(kind)}" for name, kind in zip(table.column_names, kinds, strict=True)]
    active = type(session).getActiveSession()
    frame = session.createDataFrame(pa.table(arrays, names=table.column_names), schema=", ".join(schema))
    if active is not None and active is not session:
        active.createDataFrame([], "x INT")  # makes the user's session the active one again
    return frame


def spark_type(kind: pa.DataType) -> str:
    """Return Spark's name for a type of Arrow's.

    Parameters
    ----------
    kind : pyarrow.DataType
        The type.

    Returns
    -------
    str
        Such as ``bigint``; what Spark has no type for bears Arrow's name.

    Examples
    --------
    >>> spark_type(pa.uint8()), spark_type(pa.timestamp("ns")), spark_type(pa.null())
    ('smallint', 'timestamp_ntz', 'void')
    """
    known = spark_arrow_type(kind)
    if pa.types.is_decimal128(known):
        return f"decimal({known.precision},{known.scale})"
    return ARROW_TYPES.get(known, str(kind))


def spark_arrow_type(kind: pa.DataType) -> pa.DataType:
    """Return the Arrow type under which Spark takes a column.

    Parameters
    ----------
    kind : pyarrow.DataType
        The column's type.

    Returns
    -------
    pyarrow.DataType
        The same, or one that holds its values.
    """
    if pa.types.is_dictionary(kind):
        return spark_arrow_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    return pa.string() if kind in TEXT else WIDER.get(kind, kind)


def backticked(name: str) -> str:
    """Return a column's name as Spark's SQL quotes it.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        Between backticks.

    Examples
    --------
    >>> backticked("net.revenue")
    '`net.revenue`'
    """
    return "`" + name.replace("`", "``") + "`"
