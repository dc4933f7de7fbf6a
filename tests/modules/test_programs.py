"""The programs without which other tests of this folder are not run at all."""

from tests.modules.programs import require


def test_node_is_there() -> None:
    require("node", "synthesis, and so every other test of tests/modules,")


def test_terraform_is_there() -> None:
    require("terraform", "validation of the stacks")
