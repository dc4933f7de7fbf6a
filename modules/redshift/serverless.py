"""Redshift Serverless itself: the namespace holds data and users, the workgroup computes."""

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.redshiftserverless_namespace import RedshiftserverlessNamespace
from cdktf_cdktf_provider_aws.redshiftserverless_usage_limit import RedshiftserverlessUsageLimit
from cdktf_cdktf_provider_aws.redshiftserverless_workgroup import RedshiftserverlessWorkgroup
from cdktf_cdktf_provider_aws.redshiftserverless_workgroup import RedshiftserverlessWorkgroupConfigParameter as Parameter
from constructs import Construct

LOGS = ("connectionlog", "useractivitylog", "userlog")
LOG_DAYS = 365
PARAMETERS = {
    "auto_mv": "true",
    "datestyle": "ISO, MDY",
    "enable_case_sensitive_identifier": "false",
    "enable_user_activity_logging": "true",
    "max_query_execution_time": "3600",
    "query_group": "default",
    "require_ssl": "true",
    "search_path": "$user, public",
    "use_fips_ssl": "false",
}
"""All that Redshift has, because it reports all. A query may take an hour (in seconds).

One left out differs at every plan, as will one that AWS adds: write it down here, with AWS's value. To ignore changes instead would hide it
when somebody turns `require_ssl` off.
"""


@dataclass(frozen=True)
class ServerlessProps:
    """Capacities are in RPUs, `daily_rpu_hours` in RPU hours; `subnet_ids` lie in three availability zones."""

    name: str
    workgroup: str
    database: str
    lake_reader_arn: str
    kms_key_arn: str
    subnet_ids: list[str]
    security_group_id: str
    port: int
    base_capacity: int
    max_capacity: int
    daily_rpu_hours: int
    protect: bool


class Serverless(Construct):
    """Namespace, workgroup and the limit of what they may cost a day."""

    def __init__(self, scope: Construct, id_: str, props: ServerlessProps) -> None:
        super().__init__(scope, id_)
        # The provider can take no final snapshot: protection is that nothing gets destroyed.
        self._lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if props.protect else None
        self.namespace = self._namespace(props)
        self.workgroup = self._workgroup(props)
        RedshiftserverlessUsageLimit(
            self,
            "daily",
            resource_arn=self.workgroup.arn,
            usage_type="serverless-compute",
            period="daily",
            amount=props.daily_rpu_hours,
            breach_action="deactivate",
        )

    def _namespace(self, props: ServerlessProps) -> RedshiftserverlessNamespace:
        """Its log groups come first: those that Redshift makes by itself never expire and survive it."""
        groups = [
            CloudwatchLogGroup(
                self, log, name=f"/aws/redshift/{props.name}/{log}", retention_in_days=LOG_DAYS, kms_key_id=props.kms_key_arn
            )
            for log in LOGS
        ]
        return RedshiftserverlessNamespace(
            self,
            "namespace",
            namespace_name=props.name,
            db_name=props.database,
            # Redshift makes, keeps and rotates the password. It cannot take this over later, so it does from the first day.
            manage_admin_password=True,
            admin_password_secret_kms_key_id=props.kms_key_arn,
            kms_key_id=props.kms_key_arn,
            iam_roles=[props.lake_reader_arn],
            log_exports=list(LOGS),
            lifecycle=self._lifecycle,
            depends_on=groups,
        )

    def _workgroup(self, props: ServerlessProps) -> RedshiftserverlessWorkgroup:
        return RedshiftserverlessWorkgroup(
            self,
            "workgroup",
            workgroup_name=props.workgroup,
            namespace_name=self.namespace.namespace_name,
            base_capacity=props.base_capacity,
            max_capacity=props.max_capacity,
            publicly_accessible=False,
            enhanced_vpc_routing=True,
            subnet_ids=props.subnet_ids,
            security_group_ids=[props.security_group_id],
            port=props.port,
            config_parameter=[Parameter(parameter_key=key, parameter_value=value) for key, value in PARAMETERS.items()],
            lifecycle=self._lifecycle,
        )
