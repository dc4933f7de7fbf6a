"""The environment variables of a command that is to know nothing of the person's own AWS, Terraform and settings."""

import os
from collections.abc import Mapping, MutableMapping

from modules.settings import Settings

OTHERS = ("AIRFLOW_", "AWS_", "CDKTF_", "OPENLINEAGE_", "TF_")
MAKES_OWN = ("ENV", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PREFLIGHT", "STACK", "URL", "VERBOSE", "WHEELS", "YES")
"""What a make above this one, and the words on its command line, would tell the one below."""
KEPT = ("TF_PLUGIN_MIRROR",)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Without credentials, profiles, endpoints, flags, and without settings: they are all in the copy's settings.toml."""
    settings = {name.upper() for name in Settings.model_fields}
    return {
        name: value
        for name, value in environ.items()
        if name in KEPT or not (name in settings or name in MAKES_OWN or name.startswith(OTHERS))
    }


def forget(environ: MutableMapping[str, str]) -> None:
    """Take all that from this process too: its own clients are to know no profile, and to reach this machine without a proxy."""
    kept = clean(environ)
    for name in set(environ) - kept.keys():
        del environ[name]
    environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, [kept.get(name, ""), "127.0.0.1,localhost"]))
