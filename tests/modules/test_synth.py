"""`main.py` as `cdktf` runs it: what it writes, how it refuses bad settings, and that it loads no more of the providers than it uses."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.lazy_providers import PROVIDERS, LazyPackage, install
from tests.modules.programs import require

ROOT = Path(__file__).parent.parent.parent
COUNTER = Path(__file__).with_name("count_modules.cjs")
MAIN = "import main; main.ROOT /= 'docs'; main.main()"
"""main.py, as if nobody had put settings.toml into this checkout."""

USED_AT_MOST = 400
ALL_AT_LEAST = 2000
Stacks = dict[str, dict[str, Any]]


def synth(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run main.py; what it writes is in `folder`, and in folder/loaded the number of modules that Node has loaded of the providers."""
    require("node", "synthesis")
    variables = {
        "CDKTF_OUTDIR": str(folder / "cdktf.out"),
        "LOADED_MODULES": str(folder / "loaded"),
        "NODE_OPTIONS": f"--require {COUNTER}",
    }
    environment = {name: value for name, value in os.environ.items() if name != "PLAIN_SYNTH"} | variables | environ
    command = [sys.executable, "-c", MAIN]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)


def written(folder: Path) -> Stacks:
    """{stack: its JSON}."""
    return {path.parent.name: json.loads(path.read_text()) for path in folder.glob("cdktf.out/stacks/*/cdk.tf.json")}


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fast")
    done = synth(folder, EXTERNAL_IP="203.0.113.7/32")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder


@pytest.mark.system
def test_all_stacks_are_written(fast: Path) -> None:
    manifest = json.loads((fast / "cdktf.out/manifest.json").read_text())
    dependencies = {name: sorted(stack["dependencies"]) for name, stack in manifest["stacks"].items()}
    assert dependencies == {
        "network": [],
        "lake": ["network"],
        "redshift": ["lake", "network"],
        "mwaa": ["network"],
        "marquez": ["network"],
        "marquez-chart": ["marquez", "network"],
    }


@pytest.mark.system
def test_nothing_in_it_belongs_to_this_machine(fast: Path) -> None:
    text = "".join(path.read_text() for path in fast.rglob("*.json"))
    assert str(ROOT) not in text
    assert str(fast) not in text
    assert str(Path.home()) not in text


@pytest.mark.system
def test_node_loads_the_providers_modules_that_are_used(fast: Path) -> None:
    assert 0 < int((fast / "loaded").read_text()) < USED_AT_MOST


@pytest.mark.system
def test_the_plain_path_writes_the_same(fast: Path, tmp_path: Path) -> None:
    done = synth(tmp_path, EXTERNAL_IP="203.0.113.7/32", PLAIN_SYNTH="1")
    assert done.returncode == 0, done.stderr
    assert int((tmp_path / "loaded").read_text()) > ALL_AT_LEAST
    assert written(tmp_path) == written(fast)


@pytest.mark.system
def test_bad_settings_are_one_report_and_no_traceback(tmp_path: Path) -> None:
    done = synth(tmp_path, EXTERNAL_IP="0.0.0.0/0", EKS_VERSION="1.20", DEPLOYMENT_ID="X")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]] == ["deployment_id", "external_ip.0", "eks_version"]
    assert written(tmp_path) == {}


def test_python_loads_the_providers_modules_that_are_used(synthesized: Stacks) -> None:
    assert synthesized
    for name in PROVIDERS:
        assert isinstance(sys.modules[name], LazyPackage)
        assert 0 < sum(module.startswith(f"{name}.") for module in sys.modules) < USED_AT_MOST


def test_node_options_are_as_they_were(synthesized: Stacks) -> None:
    assert synthesized
    assert "lazy_providers" not in os.environ.get("NODE_OPTIONS", "")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A provider package that is not loaded yet."""
    folder = tmp_path / "a_provider"
    folder.mkdir()
    (folder / "__init__.py").write_text("from a_provider import whole\nANSWER = 42\n")
    (folder / "part.py").write_text("NAME = 'part'\n")
    (folder / "whole.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("modules.lazy_providers.PROVIDERS", ("a_provider", "not_installed"))
    install()
    yield folder
    for name in [name for name in sys.modules if name.startswith("a_provider")]:
        del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_a_module_is_loaded_alone() -> None:
    from a_provider.part import NAME  # type: ignore[import-not-found] # noqa: PLC0415

    assert NAME == "part"
    assert "a_provider.whole" not in sys.modules


@pytest.mark.usefixtures("package")
def test_whatever_else_is_asked_for_loads_the_whole_package() -> None:
    from a_provider import ANSWER  # type: ignore[import-not-found] # noqa: PLC0415

    assert ANSWER == 42
    assert "a_provider.whole" in sys.modules


@pytest.mark.usefixtures("package")
def test_what_a_package_does_not_have_it_does_not_have() -> None:
    with pytest.raises(ImportError, match="nothing"):
        from a_provider import nothing  # noqa: F401, PLC0415 # type: ignore[import-not-found]
