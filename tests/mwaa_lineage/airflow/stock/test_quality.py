"""What checks have found out: told of the table that was checked, once, and only what there is to be told."""

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLExecuteQueryOperator, SQLTableCheckOperator
from openlineage.client.event_v2 import InputDataset

from mwaa_lineage.airflow.stock import quality

CLASSIC: Any = ModuleType("openlineage.airflow.extractors.manager")
CLASSIC.TaskMetadata = object
NAMESPACE = "redshift://shop.eu-west-1:5439"


def metadata(*names: str) -> SimpleNamespace:
    facets: Any = {"schema": 1}
    return SimpleNamespace(inputs=[InputDataset(NAMESPACE, name, facets=facets) for name in names], run_facets={})


def columns(**found: dict[str, Any]) -> SQLColumnCheckOperator:
    """Of a task that has run: `found` are its checks of the column id."""
    mapping = {"id": {check: {"equal_to": 0, **results} for check, results in found.items()}}
    return SQLColumnCheckOperator(task_id="t", conn_id="WAREHOUSE", table="Shop.Orders", column_mapping=mapping)


def told(given: SimpleNamespace) -> dict[str, list[str]]:
    return {each.name: sorted(each.inputFacets or {}) for each in given.inputs}


ALL = ["dataQuality", "dataQualityAssertions", "dataQualityMetrics"]


def test_only_the_table_that_was_checked_has_it() -> None:
    given = metadata("dev.shop.orders", "dev.old_shop.orders", "dev.shop.orders_old")
    shared = given.inputs[0]
    quality.add(CLASSIC, columns(null_check={"result": 0, "success": True}), given)
    assert told(given) == {"dev.shop.orders": ALL, "dev.old_shop.orders": [], "dev.shop.orders_old": []}
    assert given.inputs[0].facets == {"schema": 1}
    assert not shared.inputFacets, "what was derived is told again at the next end"


def test_where_the_table_has_another_name_here_all_inputs_have_it() -> None:
    given = metadata("tickit/orders")
    quality.add(CLASSIC, columns(max={"result": 0, "success": False}), given)
    assert told(given) == {"tickit/orders": ALL}


@pytest.mark.parametrize(
    "task",
    [
        columns(null_check={}, max={"result": 1, "success": True}),
        SQLTableCheckOperator(task_id="t", conn_id="WAREHOUSE", table="shop.orders", checks={"a": {"check_statement": "x"}}),
        SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1"),
    ],
    ids=["columns without results", "a table without results", "no check"],
)
def test_without_results_nothing_is_told(task: Any) -> None:
    given = metadata("dev.shop.orders")
    quality.add(CLASSIC, task, given)
    assert told(given) == {"dev.shop.orders": []}


def test_a_check_that_the_integration_does_not_know_leaves_what_there_is() -> None:
    given = metadata("dev.shop.orders")
    with pytest.raises(TypeError):
        quality.add(CLASSIC, columns(unique_check={"result": 0, "success": True}), given)
    assert told(given) == {"dev.shop.orders": []}


def test_another_integration_is_not_asked() -> None:
    given = metadata("dev.shop.orders")
    quality.add(ModuleType("airflow.providers.openlineage.extractors.manager"), columns(max={"result": 0, "success": True}), given)
    assert told(given) == {"dev.shop.orders": []}


def test_what_the_operator_adds_itself_is_not_added_twice() -> None:
    class Checked:
        """As common-sql 2 has it."""

        check_results = ("passed",)

        def _attach_check_facets(self, lineage: Any) -> None:
            for dataset in lineage.inputs:
                dataset.facets["dataQualityAssertions"] = [*dataset.facets.get("dataQualityAssertions", []), *self.check_results]

    derived = metadata("dev.shop.orders").inputs
    for _ in range(2):
        given = SimpleNamespace(inputs=derived)
        quality.add(ModuleType("any"), Checked(), given)
        assert given.inputs[0].facets == {"schema": 1, "dataQualityAssertions": ["passed"]}
