"""What a private web server installs from: wheels in plugins.zip, as it reaches no package index."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from modules.runtimes import load_runtimes, runtime
from tools.lock_runtimes import LOCKS, required
from tools.package_plugin import ROOT, main, package_for, private_runtime
from tools.wheels import REQUIREMENTS, offline_requirements, pins

PLUGINS = ROOT / "airflow/plugins"
IN_THE_IMAGE = "apache-airflow-providers-postgres"


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Path]:
    """settings.toml, the example's with other lines."""

    def write(*lines: str) -> Path:
        path, names = tmp_path / "settings.toml", {line.split()[0] for line in lines}
        example = (ROOT / "settings.example.toml").read_text().splitlines()
        path.write_text("\n".join([*(line for line in example if not names & set(line.split()[:1])), *lines]))
        return path

    return write


@pytest.mark.parametrize("version", load_runtimes())
def test_what_the_image_lacks_is_listed_as_it_is_constrained(version: str) -> None:
    own = REQUIREMENTS / f"constraints-{version}.txt"
    allowed = (own if own.exists() else LOCKS / f"{version}.txt").read_text().splitlines()
    listed = set(pins(version))
    assert {pin for pin in required(runtime(version)) if pin[0] != "#"} - listed == {pin for pin in allowed if pin.startswith(IN_THE_IMAGE)}
    assert {pin for pin in allowed if pin.startswith("openlineage-")} <= listed <= set(allowed)


def test_no_list_holds_what_every_image_has() -> None:
    listed = {pin for version in load_runtimes() for pin in pins(version)}
    assert not any(pin.startswith(("apache-airflow==", "apache-airflow-providers-amazon", IN_THE_IMAGE, "boto3")) for pin in listed)


def test_the_requirements_look_nowhere_but_among_the_plugins() -> None:
    lines = offline_requirements(runtime()).splitlines()
    assert lines[:2] == ["--no-index", "--find-links /usr/local/airflow/plugins"]


@pytest.mark.parametrize(
    ("lines", "wheels", "version"),
    [
        ([], None, None),
        ([], True, "3.3.1"),
        (['mwaa_webserver = "private"'], None, "3.3.1"),
        (['mwaa_webserver = "private"', 'airflow_version = "2.10.3"'], None, "2.10.3"),
        (['airflow_version = "2.10.3"'], True, "2.10.3"),
        (['mwaa_webserver = "private"'], False, None),
    ],
)
def test_the_settings_say_for_which_web_server_and_a_flag_overrules_them(
    settings: Callable[..., Path], lines: list[str], wheels: bool | None, version: str | None
) -> None:
    chosen = private_runtime(settings(*lines).parent, wheels)
    assert (chosen and chosen.airflow) == version


@pytest.mark.parametrize(("wheels", "version"), [(None, None), (True, "2.7.2")])
def test_without_settings_the_web_server_is_public_and_the_flag_means_the_default_version(
    tmp_path: Path, wheels: bool | None, version: str | None
) -> None:
    chosen = private_runtime(tmp_path, wheels)
    assert (chosen and chosen.airflow) == version


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['mwaa_webserver = "hidden"'], "Error: Settings to mend, in settings.toml or the environment:\n  mwaa_webserver: "),
        (
            ['mwaa_webserver = "private"', "airflow_environment_exists = true", 'airflow_version = "2.6.3"'],
            "Error: Airflow '2.6.3' is none that MWAA creates environments of: 2.7.2",
        ),
    ],
)
def test_settings_that_name_no_archive_are_one_message(
    settings: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, lines: list[str], said: str
) -> None:
    monkeypatch.chdir(settings(*lines).parent)
    done = CliRunner().invoke(main, ["--target=build/plugins.zip"])
    assert done.exit_code == 1
    assert done.output.startswith(said)


@pytest.mark.system
def test_the_archive_for_a_private_web_server_has_the_wheels_and_the_one_for_a_public_has_none(tmp_path: Path) -> None:
    target = tmp_path / "plugins.zip"
    for version in (runtime().airflow, "3.3.1"):
        private = package_for(PLUGINS, target, runtime(version))
        wheels = {name.lower() for name in private.members if name.endswith(".whl")}
        assert {pin.replace("==", "-").replace("-", "_") for pin in pins(version)} == {"_".join(wheel.split("-")[:2]) for wheel in wheels}
        assert zipfile.ZipFile(target).testzip() is None
        assert [path.name for path in tmp_path.glob("requirements-*")] == [f"requirements-{version}-private.txt"]
    public = package_for(PLUGINS, target, None)
    assert not any(name.endswith(".whl") for name in public.members)
    assert not list(tmp_path.glob("requirements-*"))
