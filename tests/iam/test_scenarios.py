"""Every row of the table, in every deployment whose settings change a policy."""

import re
from collections.abc import Mapping

import pytest

from tests.iam.scenario import Row, problems, rows
from tests.iam.synthesized import PolicySet

ROWS = {row.id: row for row in rows()}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_scenario(row: Row, deployments: Mapping[str, PolicySet]) -> None:
    found = {name: problems(row, found, "tickit") for name, found in deployments.items() if name not in row.fields.get("unless", ())}
    assert any(problem is not None for problem in found.values()), "no deployment has its components"
    assert not {name: problem for name, problem in found.items() if problem}


def test_the_table_is_large_and_each_row_says_whence() -> None:
    assert len(ROWS) == len(rows())
    assert sum(row.allowed for row in ROWS.values()) >= 60
    assert sum(not row.allowed for row in ROWS.values()) >= 60
    known = {"who", "does", "resource", "with", "via", "key", "owner", "unless", "source"}
    assert not {row.id for row in ROWS.values() if set(row.fields) - known}
    assert not {row.id for row in ROWS.values() if not re.fullmatch(r"[\w/.-]+\.html", row.fields["source"])}


def test_the_settings_that_change_no_policy_are_known(deployments: Mapping[str, PolicySet]) -> None:
    """Another network and another partition do, as does a private web server; a deployment without Marquez has fewer roles."""
    default, elsewhere, government = deployments.values()
    without_network = {path: role for path, role in default.roles.items() if path != "network/flow_logs/role"}
    assert (elsewhere.roles, elsewhere.keys) == (without_network, default.keys)
    assert {path for path, policy in default.identity.items() if elsewhere.identity[path] != policy} == {"mwaa/sign_in/policy"}
    assert set(default.roles) - set(government.roles) == {path for path in default.roles if path.startswith("marquez/")}
