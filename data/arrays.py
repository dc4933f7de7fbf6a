"""What the tables' columns are computed with, beyond Arrow's own kernels."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from data.shapes import MONEY


def ids(rows: int) -> pa.Array:
    """1 to `rows`."""
    return pa.arange(1, rows + 1)


def remainder(numbers: pa.Array, divisor: int) -> pa.Array:
    """What dividing `numbers` (0 or more) by `divisor` leaves."""
    return pc.subtract(numbers, pc.multiply(pc.divide(numbers, divisor), divisor))


def money(factor: pa.Array, other: pa.Array | Decimal) -> pa.Array:
    """A product as an amount; Arrow refuses one that is no whole number of cents or has more than 8 digits."""
    return pc.multiply(factor, other).cast(MONEY)


def join(*parts: pa.Array | str) -> pa.Array:
    """Row by row, the texts one after the other."""
    return pc.binary_join_element_wise(*parts, "")


def seconds(timestamps: pa.Array) -> pa.Array:
    """Texts 'YYYY-MM-DD HH:MM:SS' as seconds since 1970."""
    return timestamps.cast(pa.timestamp("s")).cast(pa.int64())


def timestamps(seconds: pa.Array) -> pa.Array:
    """Seconds since 1970 as texts 'YYYY-MM-DD HH:MM:SS'."""
    return seconds.cast(pa.timestamp("s")).cast(pa.string())
