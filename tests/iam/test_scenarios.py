"""Every row of the table, in every deployment whose settings change a policy."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modules.settings import Settings
from tests.iam.conftest import DEPLOYMENTS, in_place
from tests.iam.scenario import SIGN_IN, Row, problems, rows
from tests.iam.synthesized import PolicySet, policies
from tests.modules.conftest import CHOSEN
from tools.synthesized import read

AIRFLOWS_API = "airflow.env"
"""The endpoint of a private web server."""
ROWS = {row.id: row for row in rows()}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_scenario(row: Row, deployments: Mapping[str, PolicySet]) -> None:
    found = {
        name: problems(row, found, DEPLOYMENTS[name].get("deployment_id", "tickit"))
        for name, found in deployments.items()
        if name not in row.fields.get("unless", ())
    }
    assert any(problem is not None for problem in found.values()), "no deployment has its components"
    assert not {name: problem for name, problem in found.items() if problem}


def test_the_table_is_large_and_each_row_says_whence() -> None:
    assert len(ROWS) == len(rows())
    assert sum(row.allowed for row in ROWS.values()) >= 60
    assert sum(not row.allowed for row in ROWS.values()) >= 60
    known = {"who", "does", "resource", "with", "via", "key", "owner", "unless", "source"}
    assert not {row.id for row in ROWS.values() if set(row.fields) - known}
    assert not {row.id for row in ROWS.values() if not re.fullmatch(r"[\w/.-]+\.html", row.fields["source"])}


def test_the_settings_that_change_no_policy_are_known(deployments: Mapping[str, PolicySet], synthesize_to: Callable[..., Path]) -> None:
    """Every setting is chosen otherwise than by default: those of CHOSEN in one deployment, the rest in those of the table."""
    default, second, elsewhere, government = deployments.values()
    chosen = policies(read(synthesize_to(**CHOSEN)), in_place({}))
    assert set(CHOSEN).union(*DEPLOYMENTS.values()) == set(Settings.model_fields)
    assert (chosen.roles, chosen.resources, chosen.keys) == (default.roles, default.resources, default.keys)
    assert {service: policy for service, policy in chosen.endpoints.items() if service != AIRFLOWS_API} == default.endpoints
    assert differing(chosen, default) == {SIGN_IN}, "external_ip and mwaa_webserver say from where"
    without_network = {path: role for path, role in default.roles.items() if path != "network/flow_logs/role"}
    assert (elsewhere.roles, elsewhere.keys) == (without_network, default.keys)
    assert differing(elsewhere, default) == {SIGN_IN}
    assert set(default.roles) - set(government.roles) == {path for path in default.roles if path.startswith("marquez/")}
    assert (second.roles.keys(), second.endpoints.keys()) == (default.roles.keys(), default.endpoints.keys())


def differing(one: PolicySet, other: PolicySet) -> set[str]:
    return {path for path, policy in other.identity.items() if one.identity[path] != policy}
