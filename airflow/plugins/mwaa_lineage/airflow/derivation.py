"""The lineage of one task, derived beside it: what the start of the task began, its end finds done."""

import re
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from mwaa_lineage.airflow.forks import DERIVES, is_of_one_task
from mwaa_lineage.sql.work import Work
from mwaa_lineage.transport.bounds import END, MEMORY, START, bound

if TYPE_CHECKING:  # sqlglot and openlineage are not for parsing DAGs
    from mwaa_lineage.airflow.facets import Clean, OperatorFacets
    from mwaa_lineage.airflow.report import Reports

SHARE = 0.8  # of what the task waits for an event: the rest is for making and handing over the event
ENOUGH = 0.5  # of that for deriving, so that there is time for telling the tables at least, on a busy machine too
TAKES_AWAY = re.compile(r"\b(?:alter|call|drop)\b", re.IGNORECASE)
HOW = "the options [mwaa_lineage] start_seconds and end_seconds say how long a task waits"


class Derivation:
    """Derives the lineage of a task that runs `sql`; `make` gives the Reports that do it, in the thread that derives."""

    def __init__(self, sql: Sequence[str], clean: "Clean", make: "Callable[[], Reports]") -> None:
        self.sql = list(sql)
        self.clean = clean
        self._make = make
        self._reports: Reports | None = None
        self._begun: Work[OperatorFacets] | None = None

    def at_start(self) -> "OperatorFacets":
        """What is known in time, else the SQL alone: the end will say more. Raises what deriving raised.

        A task in a Python of its own would have to wait until what derives is imported, too, which takes half a second. It waits only if
        the end could come too late: its SQL may take away what it has read.
        """
        from mwaa_lineage.airflow.facets import describe_sql  # noqa: PLC0415 - as above

        waits = DERIVES in sys.modules or not is_of_one_task() or any(map(TAKES_AWAY.search, self.sql))
        if waits:
            import_module(DERIVES)
        self._begun = Work(self._derive, bound(MEMORY))
        if self._begun.finished(bound(START) * SHARE if waits else 0) and not self._begun.stopped:
            return self._begun.result()
        return describe_sql(self.sql, self.clean)

    def at_end(self) -> "OperatorFacets":
        """The lineage by the catalog as it is now; what is not derived in time is said, with the tables. Raises what deriving raised."""
        from mwaa_lineage.airflow.facets import with_problem  # noqa: PLC0415 - as above

        over = time.monotonic() + bound(END) * SHARE
        enough = over - bound(END) * SHARE * (1 - ENOUGH)
        begun = self._begun
        if begun and begun.alive and (not begun.finished(enough - time.monotonic()) or begun.stopped):
            return self._given_up(begun, over)
        before = begun.result() if begun and not begun.failed else None
        problem = "%s: what stands here was found before the SQL ran, as the catalog cannot be read again"
        try:
            again = Work(self._derive, bound(MEMORY))
        except RuntimeError as error:  # no thread is to be had
            if before is None:
                raise
            return with_problem(before, self.sql, self.clean, problem % error)
        if again.finished((over if before else enough) - time.monotonic()) and not again.stopped:
            return again.result()
        if before is None:
            return self._given_up(again, over)
        again.stop("there was no more time")
        return with_problem(before, self.sql, self.clean, f"{problem % 'not derived in time'}; {HOW}")

    def _derive(self) -> "OperatorFacets":
        if self._reports is None:
            self._reports = self._make()
        return self._reports.facets()

    def _given_up(self, work: "Work[OperatorFacets]", over: float) -> "OperatorFacets":
        from mwaa_lineage.airflow.facets import describe_sql  # noqa: PLC0415 - as above

        work.stop("there was no more time")
        if not work.stopped:  # it has come to its end at this very moment
            return work.result()
        problem = f"not derived in time, as {work.stopped}: %s; {HOW}"
        if reports := self._reports:
            tables = Work(lambda: reports.tables(problem % "only the tables that the SQL names are told, not their columns"))
            if tables.finished(over - time.monotonic()) and not tables.failed:
                return tables.result()
            tables.stop("there was no more time")
        return describe_sql(self.sql, self.clean, problem % "there is no lineage")
