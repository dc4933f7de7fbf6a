"""Where Airflow sends lineage: Airflow Variables that its plugin reads when a process starts, so they must exist before Airflow does."""

from dataclasses import dataclass

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.suppressions import suppress

KEY_LENGTH = 48
KEY_VERSION = 1
"""Raise it to have another key made."""


@dataclass(frozen=True)
class LineageSecretsProps:
    """The secrets stand below `prefix`. Events go to `path` at `origin`; without a path, to OpenLineage's own.

    An endpoint that is not `of_ours` has its own key, and may want headers: their secrets stay empty.
    """

    prefix: str
    origin: str
    path: str
    namespace: str
    of_ours: bool
    kms_key_arn: str


class LineageSecrets(Construct):
    """The secrets `url`, `namespace` and `api_key`. The key is made while Terraform applies and stands in no plan and no state."""

    def __init__(self, scope: Construct, id_: str, props: LineageSecretsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.url = self._variable("OPENLINEAGE_URL", "Where Airflow sends lineage events", props.origin)
        self.namespace = self._variable("OPENLINEAGE_NAMESPACE", "OpenLineage namespace of Airflow's jobs", props.namespace)
        self.api_key = self._secret("OPENLINEAGE_API_KEY", "Key of the lineage API")
        if props.path:
            self._variable("OPENLINEAGE_ENDPOINT", "The path that takes lineage events", props.path)
        if props.of_ours:
            self._make_key()
        else:
            self._secret("OPENLINEAGE_HEADERS", "More headers for the lineage API, a JSON object")

    def _secret(self, name: str, description: str) -> SecretsmanagerSecret:
        secret = SecretsmanagerSecret(
            self,
            name.lower(),
            name=f"{self._props.prefix}/{name}",
            description=description,
            kms_key_id=self._props.kms_key_arn,
            recovery_window_in_days=0,  # else its name stays taken for days after a destroy
        )
        suppress(secret, CKV2_AWS_57="Airflow reads it when a process starts: rotation on a timer would cut running processes off")
        return secret

    def _variable(self, name: str, description: str, value: str) -> SecretsmanagerSecret:
        secret = self._secret(name, description)
        SecretsmanagerSecretVersion(self, f"{name.lower()}_value", secret_id=secret.id, secret_string=value)
        return secret

    def _make_key(self) -> None:
        stack = TerraformStack.of(self)
        # CDKTF has no block for ephemeral resources.
        stack.add_override(
            "ephemeral.aws_secretsmanager_random_password.lineage_api_key", {"password_length": KEY_LENGTH, "exclude_punctuation": True}
        )
        SecretsmanagerSecretVersion(
            self,
            "api_key_value",
            secret_id=self.api_key.id,
            secret_string_wo="${ephemeral.aws_secretsmanager_random_password.lineage_api_key.random_password}",  # noqa: S106 - a reference
            secret_string_wo_version=KEY_VERSION,
        )
