"""The mwaa stack. It waits for the network alone: names of secrets and workgroup are known before there is a Marquez or a Redshift."""

from constructs import Construct

from modules.bucket import PrivateBucket, PrivateBucketProps
from modules.mwaa.access import SignIn, SignInProps, trigger_command
from modules.mwaa.alarms import AirflowAlarms, CoverageAlarm, SpoolAlarms
from modules.mwaa.environment import Environment, EnvironmentProps
from modules.mwaa.execution_role import SPOOL, ExecutionRole, ExecutionRoleProps
from modules.mwaa.files import PLUGINS, environment_files, requirements_key
from modules.mwaa.objects import Objects, ObjectsProps
from modules.network import NetworkStack
from modules.place import place
from modules.runtimes import configuration_options
from modules.settings import Settings
from modules.stack import DeploymentStack
from modules.suppressions import suppress

SPOOL_DAYS = 90
"""How long an undelivered lineage event waits for its replay."""


class MwaaStack(DeploymentStack):
    """The environment with its bucket, role and log groups."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkStack) -> None:
        super().__init__(scope, "mwaa", settings, upstream=[network])
        self._network = network.outputs
        self._place = place(self, settings.region)
        self._name = settings.name("airflow")
        bucket = self._bucket()
        private = settings.mwaa_webserver == "private"
        files = environment_files(settings.airflow_version, private=private)
        objects = Objects(self, "objects", ObjectsProps(bucket.name, self._network.kms_key_arn, files, after=bucket.ready))
        environment = self._environment(bucket, objects, self._role(bucket))
        vpc_id = self._network.vpc_id if private else None
        people = SignInProps(settings.name("airflow-sign-in"), self._name, self._place, settings.external_ip, vpc_id)
        sign_in = SignIn(self, "sign_in", people)
        self._watch(environment, bucket)
        self._publish(environment, sign_in)

    def _bucket(self) -> PrivateBucket:
        props = PrivateBucketProps(
            prefix=self._name,
            force_destroy=not self.settings.protect,
            kms_key_arn=self._network.kms_key_arn,
            expire_prefixes={SPOOL: SPOOL_DAYS},
        )
        bucket = PrivateBucket(self, "bucket", props)
        suppress(
            bucket.bucket,
            CKV_AWS_18="holds copies of the repository's files and lineage events, which Airflow alone reads",
            CKV_AWS_144="holds copies of the repository's files, which a deploy puts back, and lineage events for days",
        )
        return bucket

    def _watch(self, environment: Environment, bucket: PrivateBucket) -> None:
        topic_arn = self._network.alarm_topic_arn
        AirflowAlarms(self, "alarms", environment=self._name, made=environment.name, topic_arn=topic_arn)
        CoverageAlarm(self, "coverage_alarm", environment=self._name, made=environment.name, topic_arn=topic_arn)
        SpoolAlarms(self, "spool_alarms", environment=self._name, bucket=bucket.name, topic_arn=topic_arn)

    def _role(self, bucket: PrivateBucket) -> ExecutionRole:
        return ExecutionRole(
            self,
            "execution_role",
            ExecutionRoleProps(
                name=self._name,
                environment=self._name,
                place=self._place,
                deployment=self.settings.deployment_id,
                secrets=(self.settings.connections_prefix, self.settings.variables_prefix),
                bucket_arn=bucket.arn,
                kms_key_arn=self._network.kms_key_arn,
            ),
        )

    def _environment(self, bucket: PrivateBucket, objects: Objects, role: ExecutionRole) -> Environment:
        settings = self.settings
        requirements = requirements_key(settings.airflow_version)
        return Environment(
            self,
            "airflow",
            EnvironmentProps(
                name=self._name,
                airflow_version=settings.airflow_version,
                size=settings.mwaa_class,
                min_workers=settings.mwaa_min_workers,
                max_workers=settings.mwaa_max_workers,
                public=settings.mwaa_webserver == "public",
                options=configuration_options(
                    settings.airflow_version,
                    warehouse_namespace=settings.warehouse_namespace,
                    secrets_prefix=settings.secrets_prefix,
                    spool=f"s3://{bucket.name}/{SPOOL}",
                ),
                role_arn=role.arn,
                kms_key_arn=self._network.kms_key_arn,
                subnet_ids=self._network.private_subnet_ids[:2],  # MWAA takes exactly two
                security_group_id=self._network.mwaa_security_group_id,
                bucket_arn=bucket.arn,
                plugins=(PLUGINS, objects.version(PLUGINS)),
                requirements=(requirements, objects.version(requirements)),
                after=[role.policy, *bucket.ready, *objects.all.values()],
            ),
        )

    def _publish(self, environment: Environment, sign_in: SignIn) -> None:
        command = trigger_command(environment=self._name, region=self.settings.region)
        self.publish("run_dag", command, "Shell commands that run the DAG that the variable DAG names, as in DAG=lineage_doctor")
        self.publish("airflow_ui_url", f"https://{environment.ui_host}", "Airflow's UI")
        self.publish("environment_name", self._name, "Name of the MWAA environment")
        self.publish("sign_in_policy_arn", sign_in.arn, "Policy for those who work with Airflow, from EXTERNAL_IP only")
