"""Terraform as a rehearsal runs it: the real AWS provider from a mirror or the registry, and a double of Helm's."""

import os
import platform
from pathlib import Path

from tools.helm.program import helm
from tools.tool_environment import ROOT, environment

DOUBLE = ROOT / "tools/helm_double/provider.py"
PLUGINS = ROOT / ".state/terraform"
HELM = "registry.terraform.io/hashicorp/helm"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def terraform_environment(folder: Path) -> dict[str, str]:
    """The variables that make Terraform take its providers so; AWS's is in TF_PLUGIN_MIRROR if that is set, and downloaded otherwise."""
    mirror = os.environ.get("TF_PLUGIN_MIRROR")
    others = f'filesystem_mirror {{\n path = "{mirror}"\n exclude = ["{HELM}"]\n}}' if mirror else f'direct {{\n exclude = ["{HELM}"]\n}}'
    double = f'filesystem_mirror {{\n path = "{_install_double(folder / "mirror")}"\n include = ["{HELM}"]\n}}'
    config = folder / "terraform.rc"
    config.write_text(f"provider_installation {{\n{double}\n{others}\n}}\n")
    cache = folder / "plugins" if mirror else PLUGINS  # a cache is for one Terraform at a time; of a mirror it has links only
    cache.mkdir(parents=True, exist_ok=True)
    return {"TF_CLI_CONFIG_FILE": str(config), "TF_PLUGIN_CACHE_DIR": str(cache), "CHECKPOINT_DISABLE": "1"}


def _install_double(mirror: Path) -> Path:
    """The double where Terraform looks for a provider's program."""
    system = f"{platform.system().lower()}_{ARCHITECTURES.get(platform.machine(), platform.machine())}"
    program = mirror / HELM / "2.17.0" / system / "terraform-provider-helm_v2.17.0"
    program.parent.mkdir(parents=True)
    path = f'PATH="{found.parent}:$PATH" ' if (found := helm()) else ""
    program.write_text(f'#!/bin/sh\n{path}exec "{environment("helm_double") / "python"}" "{DOUBLE}" "$@"\n')
    program.chmod(0o755)
    return mirror
