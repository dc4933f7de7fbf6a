"""A folder of DAGs as Airflow reads it: what is found, the order, and what cannot be imported."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.dag_folder import TOOL, Dag, DagFolder, Task, UnusableFolder, parsed, read_alone
from local.settings import CI_VERSIONS, DAGS
from modules.runtimes import runtime

HERE = Path(__file__).parent / "folders"


def a_dag(name: str, reads: str = "", writes: str = "", *tags: str) -> Dag:
    return Dag(name, Path(f"{name}.py"), frozenset(tags), (), frozenset(reads.split()), frozenset(writes.split()))


def order(*dags: Dag) -> list[str]:
    return [dag.id for dag in DagFolder(Path("dags"), dags).pipeline]


def names(*found: Dag) -> list[str]:
    return [dag.id for dag in found]


CHAIN = DagFolder(
    Path("dags"), (a_dag("a_mart", "dm.t", "mart.t"), a_dag("b_dm", "staging.t", "dm.t"), a_dag("c_load", "", "staging.t"), a_dag("other"))
)


def test_a_dag_comes_after_those_that_write_what_it_reads() -> None:
    assert names(*CHAIN.pipeline) == ["c_load", "b_dm", "a_mart", "other"]


def test_where_nothing_tells_the_names_do_and_tools_are_left_out() -> None:
    assert order(a_dag("b"), a_dag("a"), a_dag("tool", "", "", TOOL)) == ["a", "b"]


def test_a_dag_that_reads_what_it_writes_waits_for_nobody() -> None:
    assert order(a_dag("b", "t", "t"), a_dag("c")) == ["b", "c"]


def test_dags_in_a_circle_run_by_name_and_all_of_them() -> None:
    assert order(a_dag("b", "t", "u"), a_dag("a", "u", "t"), a_dag("c", "u", "v")) == ["a", "b", "c"]


def test_a_chosen_dag_brings_what_it_needs_and_no_more() -> None:
    assert names(*CHAIN.with_needed(["b_dm"])) == ["c_load", "b_dm"]
    assert names(*CHAIN.with_needed(["a_mart"])) == ["c_load", "b_dm", "a_mart"]
    assert CHAIN.with_needed([]) == CHAIN.pipeline


def test_chosen_dags_run_as_they_were_named() -> None:
    assert names(*CHAIN.chosen(["other", "b_dm"])) == ["other", "b_dm"]
    assert CHAIN.chosen([]) == CHAIN.pipeline


def test_a_dag_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnusableFolder, match=r"there is no DAG nowhere, b in dags: there are c_load, b_dm, a_mart, other"):
        CHAIN.chosen(["nowhere", "b"])


def test_a_tool_can_be_chosen() -> None:
    folder = DagFolder(Path("dags"), (a_dag("pipe"), a_dag("tool", "", "", TOOL)))
    assert names(*folder.chosen(["tool"])) == ["tool"]
    assert names(*folder.with_needed(["tool"])) == ["tool"]


def test_a_folder_without_a_pipeline_is_no_folder_to_run() -> None:
    with pytest.raises(UnusableFolder, match="there is no DAG in dags"):
        order(a_dag("tool", "", "", TOOL))


OWN, DEEPER, LIBRARY = 'File "{file}", line 7, in <module>', 'File "{file}", line 3, in f', 'File "/lib/{name}", line 90, in g'
DUPLICATE = "AirflowDagDuplicatedIdException: also found elsewhere"
ERRORS: Mapping[str, tuple[str, str]] = {
    "in the file": (f"  {OWN}\n    from nowhere import x\nModuleNotFoundError: no", ":7: ModuleNotFoundError: no"),
    "in a library": (f"  {OWN}\n  {LIBRARY}\nValueError: not so\n", ":7: ValueError: not so"),
    "in the file, deeper": (f"  {OWN}\n  {DEEPER}\nKeyError: 1", ":3: KeyError: 1"),
    "without a traceback": (DUPLICATE, f": {DUPLICATE}"),
    "of which nothing is said": ("", ": cannot be imported"),
}


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("spelled", ["whole", "from the folder"])
def test_an_error_is_told_with_the_line_of_the_file_itself(tmp_path: Path, kind: str, spelled: str) -> None:
    text, told = ERRORS[kind]
    file = tmp_path / "team.py"
    found = {str(file) if spelled == "whole" else "team.py": text.format(file=file, name=file.name)}
    assert parsed(tmp_path, {"dags": [], "errors": found}).errors == (f"{file}{told}",)


@pytest.mark.system
@pytest.mark.parametrize("version", CI_VERSIONS)
def test_every_version_reads_the_same(version: str, tmp_path: Path) -> None:
    """Templates, lists of SQL, inlets and outlets; and a file that cannot be imported keeps nothing of the others away."""
    folder = shutil.copytree(HERE, tmp_path / "dags")
    (folder / "broken.py").write_text("# airflow DAG\n\nfrom nowhere import x\n")
    found = read_alone(version, folder)
    assert found.errors == (f"{folder}/broken.py:3: ModuleNotFoundError: No module named 'nowhere'",)
    (team,) = found.dags
    assert (team.id, team.file, *team.tags) == ("team", folder / "team.py", "of_the_team")
    assert team.tasks == (Task("first", "LineageSQLOperator"), Task("second", "LineageSQLOperator"), Task("third", "EmptyOperator"))
    assert team.reads == {"dm.dim_event", "staging.sales", "s3://elsewhere/in"}
    assert team.writes == {"mart.venues", "mart.sales", "s3://elsewhere/out"}
    with pytest.raises(UnusableFolder, match="nowhere"):
        found.pipeline  # noqa: B018


@pytest.mark.system
def test_the_repositorys_own_folder_is_ordered_by_its_sql() -> None:
    ordered = read_alone(runtime().airflow, DAGS).pipeline
    assert len(ordered) > 1
    for place, dag in enumerate(ordered):
        assert not any(dag.reads & later.writes for later in ordered[place + 1 :])
