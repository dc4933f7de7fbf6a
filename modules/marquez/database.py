"""Marquez's PostgreSQL, and its password: a secret that no Terraform state, plan or manifest ever holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.marquez.alarms import DatabaseAlarms
from modules.marquez.workload import DATABASE_NAME, DATABASE_PORT, DATABASE_USER
from modules.place import Place
from modules.service_role import ServiceRole, ServiceRoleProps
from modules.suppressions import suppress

POSTGRES = "16"
PASSWORD_VERSION = 1
"""One more makes a new password, in the secret and in the database. Marquez reads it when its pods start."""

BACKUP_DAYS = 7
LOG_RETENTION_DAYS = 365
LOGS = ["postgresql", "upgrade"]
PARAMETERS = {"log_statement": "ddl", "log_min_duration_statement": "1000"}
TLS_ONLY = DbParameterGroupParameter(name="rds.force_ssl", value="1", apply_method="pending-reboot")
"""The value is the default since PostgreSQL 15, and RDS reports it so, whatever is asked: another method differs at every plan.

Source: hashicorp/terraform-provider-aws#39252. The group is there before the instance first starts, so it holds from then on.
"""


@dataclass(frozen=True)
class DatabaseProps:
    """`client_security_group_id` is who may connect; `protect` refuses the destroy and keeps a last snapshot."""

    name: str
    place: Place
    vpc_id: str
    subnet_ids: Sequence[str]
    client_security_group_id: str
    kms_key_arn: str
    protect: bool
    alarm_topic_arn: str


class Database(Construct):
    """The database instance. `host` is its address, `secret_arn` where its password is."""

    def __init__(self, scope: Construct, id_: str, props: DatabaseProps) -> None:
        super().__init__(scope, id_)
        password = Password(self, "password", name=f"{props.name}-password", kms_key_arn=props.kms_key_arn)
        self.secret_arn = password.secret_arn
        instance = self._instance(props, password)
        self.host = instance.address
        DatabaseAlarms(self, "alarms", name=props.name, instance=instance.identifier, topic_arn=props.alarm_topic_arn)

    def _instance(self, props: DatabaseProps, password: "Password") -> DbInstance:
        monitoring = ServiceRole(
            self,
            "monitoring",
            ServiceRoleProps(
                name=f"{props.name}-monitoring",
                service="monitoring.rds.amazonaws.com",
                place=props.place,
                source_arn=props.place.arn("rds", f"db:{props.name}"),
                managed_policies=["service-role/AmazonRDSEnhancedMonitoringRole"],
            ),
        )
        # RDS would make them itself, without an end to their retention, and leave them behind.
        logs = [
            CloudwatchLogGroup(
                self,
                log,
                name=f"/aws/rds/instance/{props.name}/{log}",
                retention_in_days=LOG_RETENTION_DAYS,
                kms_key_id=props.kms_key_arn,
            )
            for log in LOGS
        ]
        instance = DbInstance(
            self,
            "instance",
            identifier=props.name,
            engine="postgres",
            engine_version=POSTGRES,
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=True,  # one happens only when POSTGRES says so
            apply_immediately=True,  # a deployment that ends has changed what it was told to, instead of a week later
            instance_class="db.t4g.micro",
            storage_type="gp3",
            allocated_storage=20,
            max_allocated_storage=100,
            storage_encrypted=True,
            kms_key_id=props.kms_key_arn,
            db_name=DATABASE_NAME,
            port=DATABASE_PORT,
            username=DATABASE_USER,
            password_wo=password.value,
            password_wo_version=PASSWORD_VERSION,
            iam_database_authentication_enabled=True,  # for people; Marquez keeps one password, and IAM's last 15 minutes
            ca_cert_identifier="rds-ca-rsa2048-g1",
            parameter_group_name=self._parameters(props).name,
            publicly_accessible=False,
            db_subnet_group_name=DbSubnetGroup(self, "subnets", name=props.name, subnet_ids=list(props.subnet_ids)).name,
            vpc_security_group_ids=[self._security_group(props).id],
            backup_retention_period=BACKUP_DAYS,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not props.protect,
            deletion_protection=props.protect,
            skip_final_snapshot=not props.protect,
            final_snapshot_identifier=f"{props.name}-final" if props.protect else None,
            enabled_cloudwatch_logs_exports=LOGS,
            monitoring_interval=60,
            monitoring_role_arn=monitoring.arn,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=props.kms_key_arn,
            performance_insights_retention_period=7,
            depends_on=[*logs, *monitoring.permissions],
        )
        accepted = {"CKV_AWS_157": "lineage can wait for a restart, and a second instance doubles the price"}
        if not props.protect:
            accepted["CKV_AWS_293"] = "a demo is destroyed without asking; `protect` turns it on"
        suppress(instance, **accepted)
        return instance

    def _parameters(self, props: DatabaseProps) -> DbParameterGroup:
        """TLS only; statements that change the schema, and slow ones, are logged.

        A group belongs to a major version: another one needs another group, there before the instance changes and gone after it.
        """
        return DbParameterGroup(
            self,
            "parameters",
            name=f"{props.name}-postgres{POSTGRES}",
            family=f"postgres{POSTGRES}",
            description="Marquez: TLS only",
            parameter=[TLS_ONLY, *(DbParameterGroupParameter(name=name, value=value) for name, value in PARAMETERS.items())],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _security_group(self, props: DatabaseProps) -> SecurityGroup:
        name = f"{props.name}-database"
        group = SecurityGroup(self, "security_group", name=name, description="Marquez database: its nodes only", vpc_id=props.vpc_id)
        VpcSecurityGroupIngressRule(
            self,
            "from_nodes",
            security_group_id=group.id,
            description="PostgreSQL from the nodes",
            referenced_security_group_id=props.client_security_group_id,
            ip_protocol="tcp",
            from_port=DATABASE_PORT,
            to_port=DATABASE_PORT,
        )
        return group


class Password(Construct):
    """A password that AWS makes up and Secrets Manager keeps; `value` is for write-only arguments, which Terraform does not record.

    The database takes what the secret holds, not the random value itself: that is another one in every run, and a run that fails
    between the two would leave them different. CDKTF has no ephemeral blocks, hence the overrides.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, kms_key_arn: str) -> None:
        super().__init__(scope, id_)
        random = self._ephemeral("aws_secretsmanager_random_password", {"password_length": 40, "exclude_punctuation": True})
        secret = SecretsmanagerSecret(
            self, "secret", name=name, description="Password of Marquez's database", kms_key_id=kms_key_arn, recovery_window_in_days=0
        )
        suppress(secret, CKV2_AWS_57="Marquez reads it when its pods start: rotation on a timer would lock running ones out")
        version = SecretsmanagerSecretVersion(
            self,
            "version",
            secret_id=secret.id,
            secret_string_wo=f"${{{random}.random_password}}",
            secret_string_wo_version=PASSWORD_VERSION,
        )
        held = self._ephemeral(
            "aws_secretsmanager_secret_version",
            {"secret_id": f"${{{version.fqn}.secret_id}}", "version_id": f"${{{version.fqn}.version_id}}"},
        )
        self.secret_arn = secret.arn
        self.value = f"${{{held}.secret_string}}"

    def _ephemeral(self, kind: str, arguments: dict[str, object]) -> str:
        """Add an ephemeral block; returns its address."""
        address = f"ephemeral.{kind}.marquez_database"
        TerraformStack.of(self).add_override(address, arguments)
        return address
