"""A DOUBLE, for rehearsals and tests, of the Terraform provider hashicorp/helm 2.17.0.

It knows the arguments of `helm_release` and reaches no cluster: with it Terraform initializes, validates, plans, applies and destroys the
chart's stack on a machine that has neither the provider's binary nor Kubernetes. To create a release it renders the chart with
`helm template`; what Helm refuses fails the apply. Blocks such as `set {}` do not exist here: the stack passes `values`. It runs in this
folder's environment.
"""

# mypy: disable-error-code="import-not-found, misc"
# `tf` is in the environment of tools/helm_double only.

import subprocess
import sys
import tempfile
from typing import Any

from tf import runner
from tf.iface import Provider, Resource
from tf.schema import Attribute, Schema
from tf.types import Bool, List, Number, String, TfType, Unknown

TEXTS = """description devel keyring namespace repository repository_ca_file repository_cert_file repository_key_file
repository_password repository_username version"""
SWITCHES = """atomic cleanup_on_fail create_namespace dependency_update disable_crd_hooks disable_openapi_validation disable_webhooks
force_update lint pass_credentials recreate_pods render_subchart_notes replace reset_values reuse_values skip_crds upgrade_install verify
wait wait_for_jobs"""
NUMBERS = "max_history timeout"


class Anything(TfType):
    """A value of any type, passed on as it is."""

    def encode(self, value: Any) -> Any:
        return value

    def decode(self, value: Any) -> Any:
        return value

    def semantically_equal(self, a_decoded: Any, b_decoded: Any) -> bool:
        return bool(a_decoded == b_decoded)

    def tf_type(self) -> bytes:
        return b'"dynamic"'


def optional(names: str, kind: TfType) -> list[Attribute]:
    """Optional arguments of one type."""
    return [Attribute(name, kind, optional=True) for name in names.split()]


class Release(Resource):
    """`helm_release`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        return "release"

    @classmethod
    def get_schema(cls) -> Schema:
        required = [Attribute(name, String(), required=True) for name in ("name", "chart")]
        computed = [Attribute(name, String(), computed=True) for name in ("id", "manifest", "status")]
        options = optional(TEXTS, String()) + optional(SWITCHES, Bool()) + optional(NUMBERS, Number()) + optional("values", List(String()))
        return Schema(attributes=[*required, *computed, *options], block_types=[])

    def create(self, ctx: Any, planned_state: Any) -> Any:
        rendered = render(planned_state)
        if rendered.returncode:
            ctx.diagnostics.add_error("helm template failed", rendered.stderr)
            return None
        return {**planned_state, "id": planned_state["name"], "manifest": rendered.stdout, "status": "deployed"}

    def plan(self, ctx: Any, current_state: Any, planned_state: Any) -> Any:
        """What a changed release renders is not known before it is."""
        return planned_state if planned_state == current_state else {**planned_state, "manifest": Unknown}

    def read(self, ctx: Any, current_state: Any) -> Any:
        return current_state

    def update(self, ctx: Any, current_state: Any, planned_state: Any) -> Any:
        return self.create(ctx, planned_state)

    def delete(self, ctx: Any, current_state: Any) -> None:
        """Nothing is anywhere."""

    def upgrade(self, ctx: Any, version: int, old: Any) -> Any:
        return old


def render(release: Any) -> subprocess.CompletedProcess[str]:
    """The chart's manifests with the release's values, one file each."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["helm", "template", release["name"], release["chart"], "--namespace", release.get("namespace") or "default"]
        for number, values in enumerate(release.get("values") or []):
            path = f"{folder}/{number}.yaml"
            with open(path, "w") as file:  # noqa: PTH123 - nothing but the standard library and tf is here
                file.write(values)
            command += ["--values", path]
        return subprocess.run(command, capture_output=True, text=True, check=False)


class Helm(Provider):
    """The provider: it takes how to reach a cluster, and does not."""

    def get_model_prefix(self) -> str:
        return "helm_"

    def full_name(self) -> str:
        return "registry.terraform.io/hashicorp/helm"

    def get_provider_schema(self, diags: Any) -> Schema:
        options = optional("kubernetes registry experiments", Anything()) + optional("debug", Bool()) + optional("helm_driver", String())
        return Schema(attributes=options, block_types=[])

    def validate_config(self, diags: Any, config: Any) -> None:
        """Terraform has checked the arguments against the schema."""

    def configure_provider(self, diags: Any, config: Any) -> None:
        """There is nothing to connect to."""

    def get_data_sources(self) -> list[Any]:
        return []

    def get_resources(self) -> list[type[Resource]]:
        return [Release]


if __name__ == "__main__":
    runner.run_provider(Helm(), sys.argv)
