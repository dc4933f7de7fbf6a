"""Spares the tasks of an Airflow what each would do anew: import what derives lineage, and have the garbage collector look at it.

A task's process is a fork of the worker or of the scheduler, which has imported it once, in Airflow 3 and by Airflow's own default. Where
`[core] execute_tasks_new_python_interpreter` is set, as in MWAA's images of 2.9 to 2.11, it is a Python of its own, `airflow tasks run`: a
task with SQL imports it beside the SQL, and another one never does.
"""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

RUN_TASKS = {"scheduler", "worker", "standalone", "test", "backfill"}  # commands of Airflow, each of which runs many
OF_ONE_TASK = ["tasks", "run"]
DERIVES, CONNECTS = "mwaa_lineage.airflow.report", "mwaa_lineage.airflow.connection"
"""Of tasks with SQL. The first, with sqlglot, takes 0.4 s to import; the second, with the provider's hook and its driver, 0.1 s."""


def is_of_one_task() -> bool:
    """Whether this process is a task's own, or a fork of such a one."""
    return sys.argv[1:3] == OF_ONE_TASK


def spare() -> None:
    """Called once the integration listens. Raises ImportError where sqlglot is missing, in a process that runs many tasks.

    A collection looks at all that there is, in a fork by copying the memory that is shared: 0.2 s for a task of Airflow 2.7. Airflow 3's
    LocalExecutor freezes likewise.
    """
    if RUN_TASKS.intersection(sys.argv[1:3]):
        import_module(DERIVES)
        with suppress(ImportError):  # the provider for PostgreSQL may not be installed
            import_module(CONNECTS)
    gc.freeze()
    os.register_at_fork(after_in_child=gc.freeze)
