"""Which settings a command reads, by the variable ENV; and that no two of a folder are of one deployment."""

from pathlib import Path

import pytest

from modules.environment import EXAMPLE, chosen, chosen_or_example, main, settings_file
from modules.settings import InvalidSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the deployments tickit and tickit-prod."""
    example = EXAMPLE.read_text()
    (tmp_path / "settings.toml").write_text(example)
    (tmp_path / "settings.prod.toml").write_text(example.replace('"tickit"', '"tickit-prod"'))
    (tmp_path / EXAMPLE.name).write_text(example)
    return tmp_path


@pytest.mark.parametrize(
    ("env", "id_"),
    [(None, "tickit"), ("", "tickit"), ("prod", "tickit-prod"), ("/etc/shinit", "tickit")],
    ids=["unset", "empty", "an environment", "a start file of sh"],
)
def test_the_variable_chooses_the_settings(folder: Path, env: str | None, id_: str) -> None:
    settings = chosen(folder, {} if env is None else {"ENV": env})
    assert settings is not None
    assert settings.deployment_id == id_


def test_a_variable_overrides_the_settings_of_an_environment_too(folder: Path) -> None:
    settings = chosen(folder, {"ENV": "prod", "REGION": "eu-west-1"})
    assert settings is not None
    assert (settings.deployment_id, settings.region) == ("tickit-prod", "eu-west-1")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ("stage", "ENV = stage, and settings.stage.toml is missing: `cp settings.example.toml settings.stage.toml`, then change"),
        ("example", "ENV = 'example' names no environment"),
        ("Prod", "ENV = 'Prod' names no environment: lower-case letters, digits and hyphens, such as prod"),
        ("prod.toml", "ENV = 'prod.toml' names no environment"),
        (" prod", "ENV = ' prod' names no environment"),
        ("..", "names no environment"),
        ("prod-", "names no environment"),
    ],
)
def test_an_environment_without_settings_is_refused(folder: Path, env: str, said: str) -> None:
    """The example in its place, or the other deployment, would be changed without a word."""
    for read in (settings_file, chosen, chosen_or_example):
        with pytest.raises(InvalidSettings) as error:
            read(folder, {"ENV": env})
        assert said in str(error.value)


def test_without_any_settings_there_are_the_example_s(tmp_path: Path) -> None:
    assert chosen(tmp_path, {}) is None
    settings, file = chosen_or_example(tmp_path, {})
    assert (settings.deployment_id, file) == ("tickit", EXAMPLE)


@pytest.mark.parametrize("env", ["", "prod"])
def test_two_settings_of_one_deployment_are_refused(folder: Path, env: str) -> None:
    (folder / "settings.prod.toml").write_text(EXAMPLE.read_text())
    with pytest.raises(InvalidSettings, match=r"deployment_id: 'tickit' stands in settings\S*\.toml and in settings\S*\.toml, and names"):
        chosen(folder, {"ENV": env})


def test_a_broken_neighbour_stops_no_other_deployment(folder: Path) -> None:
    (folder / "settings.prod.toml").write_text("= nothing")
    settings = chosen(folder, {})
    assert settings is not None
    assert settings.deployment_id == "tickit"


def test_make_hears_of_missing_and_wrong_settings_before_anything_is_built(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ENV", raising=False)
    main()
    (folder / "settings.toml").write_text('region = "us-esat-1"')
    with pytest.raises(SystemExit, match=r"^error: [\s\S]*did you mean us-east-1"):
        main()
    (folder / "settings.toml").unlink()
    with pytest.raises(SystemExit, match=r"^error: settings\.toml is missing"):
        main()
