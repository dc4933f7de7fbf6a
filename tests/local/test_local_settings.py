import math
from pathlib import Path

import pytest

from local.settings import InvalidSettings, Settings


def test_the_defaults_are_valid(tmp_path: Path) -> None:
    assert Settings(tmp_path).scale == 1


def test_every_problem_is_reported_at_once_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as error:
        Settings(tmp_path, scale=-1, seed=-1, port=70000)
    assert [line.split()[0] for line in str(error.value).splitlines()] == ["SCALE", "SEED", "PORT"]


@pytest.mark.parametrize("scale", [0, math.nan, math.inf, 101])
def test_a_scale_that_makes_no_sense_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(InvalidSettings, match="SCALE"):
        Settings(tmp_path, scale=scale)


def test_an_unknown_airflow_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"AIRFLOW_VERSION is 2\.4\.3: one of 2\.7\.2, 2\.8\.1, .*, 3\.3\.1"):
        Settings(tmp_path, airflow_version="2.4.3")
