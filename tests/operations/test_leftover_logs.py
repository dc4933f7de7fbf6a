"""Which log groups a deployed stack still writes to: removed now, they would be there again."""

import pytest

from modules.environment import EXAMPLE
from modules.settings import load
from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found
from operations.leftovers.logs import KINDS

HELD = {"aws_mwaa_environment": frozenset({"tickit"}), "aws_db_instance": frozenset({"tickit-marquez"})}


@pytest.mark.parametrize(
    ("name", "written_to"),
    [
        ("airflow-tickit", True),
        ("airflow-tickit-Task", True),
        ("airflow-tickitprod-Task", False),
        ("airflow-tickit_2-Task", False),
        ("/aws/rds/instance/tickit-marquez", True),
        ("/aws/rds/instance/tickit-marquez/postgresql", True),
        ("/aws/rds/instance/tickit/postgresql", False),
        ("/aws/eks/tickit/cluster", False),
        ("tickit", False),
    ],
)
def test_a_log_group_of_what_a_stack_holds_is_left_alone(name: str, written_to: bool) -> None:
    (kind,) = KINDS
    belongings = Belongings(load(EXAMPLE, {}), "1", {}, HELD, frozenset())
    assert kind.excepted(belongings, Found(name, name, "", {}, {})) == written_to
