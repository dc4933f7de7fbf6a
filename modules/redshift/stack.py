"""The redshift stack."""

from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.lake import LakeStack
from modules.lake.tickit import FOLDER
from modules.network import NetworkStack
from modules.place import place
from modules.redshift.alarms import watch_usage
from modules.redshift.lake_reader import LakeReader, LakeReaderProps
from modules.redshift.serverless import Serverless, ServerlessProps
from modules.redshift.statements import Statements, StatementsProps
from modules.runtimes import connection_uri
from modules.settings import REDSHIFT_PORT, Settings
from modules.stack import DeploymentStack
from modules.suppressions import suppress
from modules.warehouse import DATABASE, connection_secret, sign_in_extras, workgroup_name


class RedshiftStack(DeploymentStack):
    """The warehouse with its schemas and role, and the Airflow connection to it."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkStack, lake: LakeStack) -> None:
        super().__init__(scope, "redshift", settings, upstream=[network, lake])
        self._key = network.outputs.kms_key_arn
        reader = self._lake_reader(lake)
        serverless = self._serverless(network, reader)
        Statements(
            self,
            "sql",
            StatementsProps(
                workgroup=serverless.workgroup.workgroup_name,
                database=DATABASE,
                admin_secret_arn=serverless.namespace.admin_password_secret_arn,
                glue_database=lake.outputs.glue_database,
                lake_reader_arn=reader.role_arn,
                after=reader.policy,
            ),
        )
        watch_usage(
            self,
            serverless.usage_limit.id,
            workgroup=serverless.workgroup.workgroup_name,
            name=settings.name("warehouse-usage"),
            daily_rpu_hours=settings.redshift_daily_rpu_hours,
            topic_arn=network.outputs.alarm_topic_arn,
        )
        host = serverless.workgroup.endpoint.get(0).address
        secret = self._connection(host)
        self.publish("workgroup_name", serverless.workgroup.workgroup_name, "Name of the Redshift workgroup")
        self.publish("workgroup_arn", serverless.workgroup.arn, "ARN of the Redshift workgroup")
        self.publish("endpoint_host", host, f"Host of the warehouse, inside the VPC, port {REDSHIFT_PORT}")
        self.publish("connection_secret_arn", secret.arn, "ARN of the secret with Airflow's connection")

    def _lake_reader(self, lake: LakeStack) -> LakeReader:
        return LakeReader(
            self,
            "lake_reader",
            LakeReaderProps(
                name=self.settings.name("redshift"),
                place=place(self, self.settings.region),
                bucket_arn=lake.outputs.bucket_arn,
                folder=FOLDER,
                glue_database=lake.outputs.glue_database,
                kms_key_arn=self._key,
            ),
        )

    def _serverless(self, network: NetworkStack, reader: LakeReader) -> Serverless:
        return Serverless(
            self,
            "serverless",
            ServerlessProps(
                name=self.settings.deployment_id,
                workgroup=workgroup_name(self.settings),
                database=DATABASE,
                lake_reader_arn=reader.role_arn,
                kms_key_arn=self._key,
                subnet_ids=network.outputs.private_subnet_ids,
                security_group_id=network.outputs.redshift_security_group_id,
                port=REDSHIFT_PORT,
                base_capacity=self.settings.redshift_base_capacity,
                max_capacity=self.settings.redshift_max_capacity,
                daily_rpu_hours=self.settings.redshift_daily_rpu_hours,
                protect=self.settings.protect,
            ),
        )

    def _connection(self, host: str) -> SecretsmanagerSecret:
        """Airflow's connection to the warehouse, without a password: the operators mint credentials by IAM, as the extras tell them to."""
        secret = SecretsmanagerSecret(
            self,
            "connection",
            name=connection_secret(self.settings),
            description="Airflow's connection to the warehouse; holds no password",
            kms_key_id=self._key,
            recovery_window_in_days=0,  # else its name stays taken for days after a destroy
        )
        suppress(secret, CKV2_AWS_57="holds no password: there is nothing to rotate")
        uri = connection_uri(f"@{host}:{REDSHIFT_PORT}", DATABASE, sign_in_extras(workgroup_name(self.settings)))
        SecretsmanagerSecretVersion(self, "connection_uri", secret_id=secret.id, secret_string=uri)
        return secret
