"""What is read from a plan: Terraform's JSON of it, as its documentation has it."""

from pathlib import Path
from typing import Any

import pytest

from lineage.report import console
from operations import planned
from operations.cdktf import TERRAFORM_NAME, CannotRun


def change(*actions: str, reason: str = "", paths: tuple[list[Any], ...] = (), before: dict[str, Any] | None = None) -> dict[str, Any]:
    changed = {"actions": list(actions), "before": before, "after": {}, "replace_paths": list(paths)}
    return {"address": "aws_db_instance.one", "change": changed, "action_reason": reason}


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (["create"], "add"),
        (["update"], "change"),
        (["delete"], "destroy"),
        (["delete", "create"], "replace"),
        (["create", "delete"], "replace"),
        (["no-op"], None),
        (["read"], None),
        (["forget"], None),
    ],
)
def test_each_action_is_of_one_kind(actions: list[str], kind: str | None) -> None:
    found = planned.of({"resource_changes": [change(*actions)]})
    assert dict(found.counts) == ({kind: 1} if kind else {})


def test_a_plan_without_changes_has_none() -> None:
    assert planned.of({"format_version": "1.2"}) == planned.Planned({}, ())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            change("delete", "create", paths=(["engine"], ["tags", "x"]), before={"name": "tickit-marquez", "password": "hunter2"}),
            "aws_db_instance.one (tickit-marquez): engine, tags",
        ),
        (
            change("create", "delete", reason="replace_because_tainted", before={"id": "db-1"}),
            "aws_db_instance.one (db-1): it was left half made",
        ),
        (change("create", "delete", reason="replace_by_triggers"), "aws_db_instance.one: what it hangs on changes"),
        (change("create", "delete", reason="replace_by_request", before={"id": None}), "aws_db_instance.one: as asked"),
    ],
)
def test_a_replacement_is_named_with_its_reason_and_without_values(changed: dict[str, Any], said: str) -> None:
    assert planned.of({"resource_changes": [change("update"), changed]}).replaced == (said,)


def test_a_plan_that_cannot_be_shown_is_removed_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\necho no such plan >&2\nexit 1\n")
    terraform.chmod(0o755)
    monkeypatch.setenv(TERRAFORM_NAME, str(terraform))
    plan = tmp_path / "cdktf.out/stacks/network" / planned.FILE
    plan.parent.mkdir(parents=True)
    plan.write_text("values")
    with pytest.raises(CannotRun, match="does not show what it has planned for network: no such plan"):
        planned.read(tmp_path, "network")
    assert not plan.exists()


def test_the_table_ends_with_what_is_replaced_and_what_could_not_be_planned(capfd: pytest.CaptureFixture[str]) -> None:
    found = planned.of({"resource_changes": [change("create"), change("create"), change("delete", "create", paths=(["engine"],))]})
    planned.show({"network": found}, {"lake": "lake reads network, which is not deployed"}, console())
    heading, row, *rest = capfd.readouterr().out.strip().splitlines()
    assert heading.split() == ["Stack", "Add", "Change", "Replace", "Destroy"]
    assert row.split() == ["network", "2", "0", "1", "0"]
    assert rest == [
        "network replaces aws_db_instance.one: engine",
        "lake reads network, which is not deployed: it can be planned after that",
    ]
