"""The environment, and the log groups it writes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.mwaa_environment import (
    MwaaEnvironment,
    MwaaEnvironmentLoggingConfiguration,
    MwaaEnvironmentLoggingConfigurationDagProcessingLogs,
    MwaaEnvironmentLoggingConfigurationSchedulerLogs,
    MwaaEnvironmentLoggingConfigurationTaskLogs,
    MwaaEnvironmentLoggingConfigurationWebserverLogs,
    MwaaEnvironmentLoggingConfigurationWorkerLogs,
    MwaaEnvironmentNetworkConfiguration,
)
from constructs import Construct

from modules.suppressions import suppress

LOGS = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")
LOG_DAYS = 365


def log_group(environment: str, log: str) -> str:
    """The name that MWAA gives to the log group of one of an environment's logs."""
    return f"airflow-{environment}-{log}"


@dataclass(frozen=True)
class EnvironmentProps:
    """`subnet_ids` are two private subnets with a way out; `after` is all that must be there before MWAA starts."""

    name: str
    airflow_version: str
    size: str
    min_workers: int
    max_workers: int
    public: bool
    options: Mapping[str, str]
    role_arn: str
    kms_key_arn: str
    subnet_ids: list[str]
    security_group_id: str
    bucket_arn: str
    plugins: tuple[str, str]
    requirements: tuple[str, str]
    after: Sequence[ITerraformDependable]


class Environment(Construct):
    """`ui_host` is Airflow's; `name` that of the environment, once it is there."""

    def __init__(self, scope: Construct, id_: str, props: EnvironmentProps) -> None:
        super().__init__(scope, id_)
        (plugins, plugins_version), (requirements, requirements_version) = props.plugins, props.requirements
        environment = MwaaEnvironment(
            self,
            "environment",
            name=props.name,
            airflow_version=props.airflow_version,
            environment_class=props.size,
            min_workers=props.min_workers,
            max_workers=props.max_workers,
            webserver_access_mode="PUBLIC_ONLY" if props.public else "PRIVATE_ONLY",
            airflow_configuration_options=props.options,
            execution_role_arn=props.role_arn,
            kms_key=props.kms_key_arn,
            source_bucket_arn=props.bucket_arn,
            dag_s3_path="dags/",
            # Without their versions MWAA keeps what it first read.
            plugins_s3_path=plugins,
            plugins_s3_object_version=plugins_version,
            requirements_s3_path=requirements,
            requirements_s3_object_version=requirements_version,
            network_configuration=MwaaEnvironmentNetworkConfiguration(
                subnet_ids=props.subnet_ids, security_group_ids=[props.security_group_id]
            ),
            logging_configuration=_all_logs(),
            depends_on=[*props.after, *self._log_groups(props)],
        )
        if props.public:
            suppress(environment, CKV2_AWS_66="signing in takes IAM, and the policy for it holds from EXTERNAL_IP only")
        self.ui_host, self.name = environment.webserver_url, environment.name

    def _log_groups(self, props: EnvironmentProps) -> list[CloudwatchLogGroup]:
        """Those that MWAA makes by itself never expire and survive it."""
        return [
            CloudwatchLogGroup(self, log, name=log_group(props.name, log), retention_in_days=LOG_DAYS, kms_key_id=props.kms_key_arn)
            for log in LOGS
        ]


def _all_logs() -> MwaaEnvironmentLoggingConfiguration:
    return MwaaEnvironmentLoggingConfiguration(
        dag_processing_logs=MwaaEnvironmentLoggingConfigurationDagProcessingLogs(enabled=True, log_level="INFO"),
        scheduler_logs=MwaaEnvironmentLoggingConfigurationSchedulerLogs(enabled=True, log_level="INFO"),
        task_logs=MwaaEnvironmentLoggingConfigurationTaskLogs(enabled=True, log_level="INFO"),
        webserver_logs=MwaaEnvironmentLoggingConfigurationWebserverLogs(enabled=True, log_level="INFO"),
        worker_logs=MwaaEnvironmentLoggingConfigurationWorkerLogs(enabled=True, log_level="INFO"),
    )
