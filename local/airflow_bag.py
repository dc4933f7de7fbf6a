"""What an Airflow reads in its DAG folder, run by its own Python: DAGs, and files that it cannot import, as JSON in the file named."""

import json
import sys
from pathlib import Path
from typing import Any

import jinja2.sandbox
from airflow.configuration import conf

SQL = ("sql", "postgresql")


def bag(folder: str) -> Any:
    """The DAG bag of this version."""
    try:
        from airflow.dag_processing.dagbag import DagBag  # type: ignore[import-not-found]  # noqa: PLC0415 - newer
    except ImportError:
        from airflow.models.dagbag import DagBag  # noqa: PLC0415
    if folder not in sys.path:
        sys.path.append(folder)
    return DagBag(folder)


def described(dag: Any) -> dict[str, Any]:
    """A DAG with its tasks, and the tables and datasets that these are seen to read and write."""
    reads: set[str] = set()
    writes: set[str] = set()
    for task in dag.tasks:
        reads |= {str(getattr(each, "uri", each)) for each in task.inlets or ()}
        writes |= {str(getattr(each, "uri", each)) for each in task.outlets or ()}
        for text in texts(task):
            read, written = tables(text)
            reads |= read
            writes |= written
    tasks = [{"id": task.task_id, "operator": task.task_type} for task in dag.topological_sort()]
    return {
        "id": dag.dag_id,
        "file": dag.fileloc,
        "tags": sorted(dag.tags),
        "tasks": tasks,
        "reads": sorted(reads),
        "writes": sorted(writes),
    }


def texts(task: Any) -> list[str]:
    """The SQL of a task, as far as its templates can be filled in without a run."""
    renderers = getattr(task, "template_fields_renderers", {})
    fields = [getattr(task, name, None) for name in task.template_fields if name == "sql" or renderers.get(name) in SQL]
    pieces = [piece for field in fields for piece in (field if isinstance(field, list | tuple) else [field])]
    return [filled_in(piece, dict(task.params)) for piece in pieces if isinstance(piece, str)]


def filled_in(text: str, params: dict[str, Any]) -> str:
    """The template with a DAG's parameters, and nothing where a run would have something; as it is where that cannot be done."""
    try:
        return jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.ChainableUndefined).from_string(text).render(params=params)
    except Exception:  # whatever a template raises
        return text


def tables(text: str) -> tuple[set[str], set[str]]:
    """The tables that SQL reads, and those that it writes."""
    from mwaa_lineage.sql.outline import outline, split  # noqa: PLC0415 - Airflow has put the plugins on the path

    seen = [outline(statement) for statement in split(text)]
    return named(*(table for each in seen for table in each.read)), named(*(each.target for each in seen))


def named(*tables: Any) -> set[str]:
    """The names of those that are tables, without their database."""
    return {".".join(filter(None, (table.db.lower(), table.name.lower()))) for table in tables if hasattr(table, "db") and table.name}


if __name__ == "__main__":
    read = bag(conf.get("core", "dags_folder"))
    found = {"dags": [described(dag) for _, dag in sorted(read.dags.items())], "errors": dict(read.import_errors)}
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")
