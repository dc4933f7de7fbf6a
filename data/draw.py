"""Random columns, drawn whole: the words of Python's Mersenne Twister, turned into Arrow arrays."""

import random
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from data.arrays import remainder


class Draw:
    """A table's own random stream; every column drawn from it has the table's `rows`."""

    def __init__(self, seed: int, table: str, rows: int) -> None:
        self.rows = rows
        self._random = random.Random(f"{seed}/{table}")  # noqa: S311 - made-up rows, no secret

    def below(self, bound: int | pa.Array) -> pa.Array:
        """Whole numbers from 0 up to, not including, `bound`: one bound for all rows or one a row, each from 1 to 2**31."""
        return pc.shift_right(pc.multiply(self._words(self.rows), bound), 32)

    def small(self, bound: int) -> pa.Array:
        """Whole numbers from 0 up to, not including, `bound`, the smaller the likelier."""
        return self.below(pc.add(self.below(bound), 1))

    def pick(self, values: Sequence[str | bool | None]) -> pa.Array:
        """One of `values` for each row."""
        return pa.array(values).take(self.below(len(values)))

    def one_in(self, times: int) -> pa.Array:
        """True for about one row in `times`."""
        return pc.equal(self.below(times), 0)

    def other(self, positions: pa.Array, count: int) -> pa.Array:
        """For each of `positions` another one of 0..count-1; where `count` is 1 there is no other, and it stays 0."""
        steps = pc.add(self.below(max(count - 1, 1)), 1)
        return remainder(pc.add(positions, steps), count)

    def sample(self, count: int) -> pa.Array:
        """As many different numbers of 0..count-1 as there are rows, ascending; `count` is at least `rows`."""
        shuffled = pc.array_sort_indices(self._words(count))  # a stable sort: equal words keep one order
        chosen = shuffled[: self.rows]
        return chosen.take(pc.array_sort_indices(chosen)).cast(pa.int64())

    def _words(self, count: int) -> pa.Array:
        """`count` words of 32 bits, as int64 to leave room for a product."""
        words = pa.py_buffer(self._random.randbytes(4 * count))
        return pa.Array.from_buffers(pa.uint32(), count, [None, words]).cast(pa.int64())
