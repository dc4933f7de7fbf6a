"""What the bench of the emission says of a figure, and on which versions."""

import pytest

from local.settings import CI_VERSIONS, ROOT
from modules.runtimes import load_runtimes, runtime
from tools.bench_emission import bounds
from tools.bench_emission.airflow_run import NONE, SPOOL
from tools.bench_emission.bounds import AIM, FLOOR, OVER
from tools.bench_emission.endpoints import DOWN, HEALTHY
from tools.bench_emission.tasks import Row, Run

BASELINE = Row("", NONE, [Run([100, 50, 50], 100)])


def test_the_versions_are_those_that_ci_compares() -> None:
    assert f'VERSIONS="{" ".join(CI_VERSIONS)}"' in (ROOT / ".ci/run").read_text()
    assert CI_VERSIONS[0] == runtime().airflow
    assert set(CI_VERSIONS) <= set(load_runtimes())


@pytest.mark.parametrize(
    ("store", "run", "said"),
    [
        (HEALTHY, Run([130, 80, 50], 130), AIM),
        (HEALTHY, Run([131, 50, 50], 100), FLOOR),
        (HEALTHY, Run([100, 50, 50], 201), OVER),
        (DOWN, Run([350, 70, 70], 120), AIM),
        (DOWN, Run([351, 70, 70], 120), FLOOR),
        (DOWN, Run([350, 71, 71], 120), FLOOR),
        (DOWN, Run([350, 70, 70], 121), FLOOR),
        (DOWN, Run([100, 50, 50], 201), OVER),
        (DOWN, Run([2101, 50, 50], 100), OVER),
    ],
)
def test_what_is_added_counts_and_the_worst_of_it(store: str, run: Run, said: str) -> None:
    assert Row(store, SPOOL, [run]).verdict(BASELINE) == said


def test_a_pipeline_may_take_what_its_tasks_may() -> None:
    assert bounds.pipeline(11, healthy=True) == bounds.Bound(330, 1100)
    assert bounds.pipeline(11, healthy=False) == bounds.Bound(450, 3000)
