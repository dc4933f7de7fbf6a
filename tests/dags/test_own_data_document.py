"""docs/pipeline.md, "Your own DAG over your own data", followed to the letter in a copy of the project, as a newcomer would."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.dags.page import Played, steps

pytestmark = pytest.mark.system

HEADING = "Your own DAG over your own data"
WAREHOUSE = "redshift://tickit.us-east-1:5439"
TASKS = {
    "orders": ("LineageSQLOperator", "tickit/orders", "dev.dm.orders", 3),
    "customers": ("SQLExecuteQueryOperator", "tickit/orders", "dev.dm.customers", 1),
    "by_city": ("TableOperator", "dev.dm.orders", "dev.dm.by_city", 2),
    "best": ("PythonOperator", "dev.dm.by_city", "dev.dm.best", 1),
    "copy": ("_PythonDecoratedOperator", "dev.dm.best", "dev.dm.copied", 1),
    "note": ("_PythonDecoratedOperator", "dev.dm.customers", "dev.dm.noted", 1),
}
CHECK = r"check +SQLColumnCheckOperator +dev\.dm\.by_city +success"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each command has written."""
    played = Played(tmp_path_factory.mktemp("a copy"))
    try:
        played.play(HEADING, but=("make demo",))  # "Add a table" plays it
        yield {**played.written, "expected": (played.project.folder / "shop/dags/shop.lineage.yaml").read_text()}
    finally:
        played.run("make reset", played.project.command("reset"))


def test_they_are_eight_steps() -> None:
    assert len(steps(HEADING)) == 8


def test_each_task_tells_its_lineage_and_the_gap_is_named_until_it_is_mended(written: dict[str, str]) -> None:
    first, mended = written["5. make dag DAG=shop"], written["7. make dag DAG=shop"]
    assert told(first) == TASKS.keys() - {"copy"}, first
    assert "\n- copy: operator without lineage: " in first
    assert told(mended) == TASKS.keys(), mended
    assert "\n- " not in mended
    assert [text for text in (first, mended) if not re.search(f"^{CHECK}", text, re.MULTILINE)] == []


def told(text: str) -> set[str]:
    """The tasks with all that belongs to them."""
    return {task for task, parts in TASKS.items() if re.search(rf"^{task} +{' +'.join(map(str, parts))} +success", text, re.MULTILINE)}


def test_what_is_expected_was_captured_down_to_the_columns(written: dict[str, str]) -> None:
    expected = yaml.safe_load(written["expected"])
    assert expected["jobs"].keys() == {f"shop.{task}" for task in (*TASKS, "check")}
    assert expected["jobs"]["shop.by_city"]["outputs"] == {"dm.by_city": {"city": ["dm.orders.city"], "paid": ["dm.orders.amount"]}}
    assert expected["datasets"]["dm.copied"] == {"namespace": WAREHOUSE, "name": "dev.dm.copied"}


def test_the_lineage_is_complete(written: dict[str, str]) -> None:
    assert "\nLineage complete: 7 jobs" in written["8. make check-lineage"]
    assert "Coverage 100 %" in written["8. make coverage FAIL_UNDER=100"]
