"""The programs that a rehearsal needs on this machine."""

import json
import re
import shutil
import subprocess

from operations.cdktf import terraform
from operations.preflight.programs import NODE, TERRAFORM

NEEDED: dict[str, tuple[list[str], tuple[int, ...], str]] = {
    "make": (["make", "--version"], (), "install it with your system's packages"),
    "git": (["git", "--version"], (), "https://git-scm.com/downloads"),
    "Node.js": (["node", "--version"], NODE, "https://nodejs.org"),
    "npm": (["npm", "--version"], (), "it comes with Node.js: https://nodejs.org"),
    "Terraform": ([terraform(), "version", "-json"], TERRAFORM, "https://developer.hashicorp.com/terraform/install"),
}
"""{name: (the command that tells its version, the oldest that will do, how to get it)}"""
SECONDS = 30


def missing() -> list[str]:
    """One line for each program that is not there, does not start, or is too old."""
    return [line for name in NEEDED if (line := _problem(name))]


def _problem(name: str) -> str:
    command, oldest, cure = NEEDED[name]
    wanted = f"{name} {'.'.join(map(str, oldest))} or newer" if oldest else name
    version = _version(command)
    if version is None:
        return f"{wanted} is needed, and `{command[0]}` is not on PATH or does not start: {cure}"
    found = tuple(int(part) for part in re.findall(r"\d+", version)[: len(oldest)])
    return f"{wanted} is needed, and `{command[0]}` is {version}: {cure}" if found < oldest else ""


def _version(command: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        return None
    said = done.stdout.strip()
    return str(json.loads(said)["terraform_version"]) if said.startswith("{") else said.splitlines()[0].removeprefix("v")
