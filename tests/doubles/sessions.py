"""Sessions of a server that answers from given rows, for the stand-in of the Data API."""

from types import SimpleNamespace
from typing import Any, Self

from tests.mwaa_lineage.sql.warehouse import Warehouse

TEXT = 25  # PostgreSQL's type


class Session(Warehouse):
    """Opened by calling it; `executed` has what all of them sent."""

    def __call__(self) -> "Session":
        return Session(self.answers, self.executed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        del raised

    def execute(self, sql: str, parameters: Any = ()) -> None:
        """Keeps the parameters as they come, by names."""
        super().execute(sql)
        self.executed[self.executed.index((sql, ()))] = (sql, parameters)

    @property
    def description(self) -> list[Any] | None:
        """Of the last answer: texts only; none of a statement without rows."""
        return [SimpleNamespace(type_code=TEXT) for _ in self._rows[0]] if self._rows else None
