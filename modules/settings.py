"""The settings of a deployment: one object, read from one file and the environment, refused with every problem at once."""

import tomllib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from modules import redshift_capacity, regions, tag_rules
from modules import setting_rules as rules

MANDATORY_TAGS = ("owner", "deployment", "managed-by")
EXPIRY_TAG = "expires"
REDSHIFT_PORT = 5439


DeploymentId = Annotated[str, AfterValidator(rules.deployment_id)]
Owner = Annotated[str, AfterValidator(tag_rules.owner)]
Region = Annotated[str, AfterValidator(regions.region)]
AccountId = Annotated[str, AfterValidator(rules.account_id)]
ExternalIp = Annotated[str, AfterValidator(rules.external_ip)]
VpcCidr = Annotated[str, AfterValidator(rules.vpc_cidr)]
VpcId = Annotated[str, AfterValidator(rules.vpc_id)]
SubnetId = Annotated[str, AfterValidator(rules.subnet_id)]
EksVersion = Annotated[str, AfterValidator(rules.eks_version)]
ImageDigests = Annotated[dict[str, str], AfterValidator(rules.image_digests)]
InstanceType = Annotated[str, AfterValidator(rules.instance_type)]
Rpus = Annotated[int, AfterValidator(redshift_capacity.rpus)]
LineageNamespace = Annotated[str, AfterValidator(rules.lineage_namespace)]
LineageUrl = Annotated[str, AfterValidator(rules.lineage_url)]
Domain = Annotated[str, AfterValidator(rules.domain)]
SecretsPrefix = Annotated[str, AfterValidator(rules.secrets_prefix)]
CertificateArn = Annotated[str, AfterValidator(rules.certificate_arn)]
TickitLocation = Annotated[str, AfterValidator(rules.tickit_location)]
StateBackend = Annotated[str, AfterValidator(rules.state_backend)]
Email = Annotated[str, AfterValidator(rules.email)]


def setting(description: str, default: Any = ..., *, example: Any = None, **limits: Any) -> Any:
    """A field with what the settings table and the error messages say of it; the default is its own example."""
    return Field(default=default, description=description, examples=[default if example is None else example], **limits)


class InvalidSettings(Exception):
    """Settings that cannot be used; the message has a line for every problem: the setting, what is wrong, a good value."""


class Settings(BaseModel):
    """One deployment. Every field can be set in settings.toml, and overridden by the environment variable of its upper-case name."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    deployment_id: DeploymentId = setting("Begins the name of everything, and tags it.", example="tickit")
    owner: Owner = setting("Who answers for the deployment; tags everything.", example="data-platform@example.com", min_length=1)
    region: Region = setting("AWS region.", example="us-east-1")
    account_id: AccountId | None = setting("The only AWS account to deploy to. Unset: the credentials' own.", None, example="123456789012")
    external_ip: list[ExternalIp] = setting(
        "Your own addresses, CIDRs: the only ones that reach Marquez's UI, and that the deployed policy lets sign in to Airflow.",
        example=["203.0.113.7/32"],
        min_length=1,
    )

    vpc_cidr: VpcCidr = setting("Addresses of the deployment's own VPC.", "10.20.0.0/16")
    existing_vpc_id: VpcId | None = setting(
        "Deploy into this VPC, whose private subnets must have a route out, as through NAT.", None, example="vpc-0a1b2c3d4e5f60718"
    )
    existing_private_subnet_ids: list[SubnetId] = setting(
        "Its private subnets, one in each of three availability zones.", [], example=["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"]
    )
    existing_public_subnet_ids: list[SubnetId] = setting(
        "Its public subnets, one in each of the same zones.", [], example=["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"]
    )

    airflow_environment_exists: bool = setting(
        "The environment exists: an Airflow version that can no longer be created is allowed.", False
    )
    airflow_version: str = setting("A row of airflow/runtimes.toml.", "2.7.2")
    mwaa_min_workers: int = setting("Workers that always run.", 1, ge=1, le=25)
    mwaa_max_workers: int = setting("Workers at most.", 2, ge=1, le=25)
    mwaa_class: Literal["mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"] = setting(
        "Size of MWAA's schedulers and workers; mw1.micro has one worker, which three tasks share.", "mw1.small"
    )
    mwaa_webserver: Literal["public", "private"] = setting(
        "Airflow's UI: public means signed in through IAM, private means inside the VPC only.", "public"
    )

    redshift_base_capacity: Rpus = setting("RPUs that a query starts with; AWS offers 4 in ten regions, 8 in all.", 8, ge=4, le=1024)
    redshift_max_capacity: Rpus = setting("RPUs at most.", 16, ge=4, le=5632)
    redshift_daily_rpu_hours: int = setting("RPU hours a day, after which queries are refused.", 20, ge=1)

    eks_version: EksVersion = setting("Kubernetes version of Marquez's cluster.", "1.35")
    eks_extended_support: bool = setting(
        "Keep the version when its standard support ends, at six times the price. If false, AWS raises it itself.", False
    )
    eks_node_type: InstanceType = setting("EC2 type of the cluster's nodes.", "t3.medium")
    eks_nodes: int = setting("Nodes of the cluster.", 2, ge=1, le=20)
    eks_spot: bool = setting("Spot nodes: cheaper, and taken away at two minutes' notice.", False)
    marquez_read_only: bool = setting("Marquez's UI only reads. If false, whoever reaches it may delete and tag.", True)
    marquez_retention_days: int | None = setting(
        "Days after which Marquez deletes lineage. Unset: never.", None, example=365, ge=1, le=36500
    )
    image_digests: ImageDigests = setting(
        "What pins the container images api, web, proxy and credentials: tag@digest; docs/marquez.md says how to find them.", {}
    )

    secrets_prefix: SecretsPrefix = setting(
        "Begins the names of Airflow's secrets, <prefix>/connections and <prefix>/variables: one a deployment of a region.", "airflow"
    )
    lineage_namespace: LineageNamespace = setting("OpenLineage namespace of Airflow's jobs.", "tickit")
    lineage_url: LineageUrl | None = setting(
        "An OpenLineage endpoint that exists already, with its path if it is no Marquez: then this deployment has no Marquez.",
        None,
        example="https://lineage.example.com:443",
    )
    domain: Domain | None = setting(
        "A domain of yours, for TLS in front of Marquez; with certificate_arn.", None, example="data.example.com"
    )
    certificate_arn: CertificateArn | None = setting(
        "ACM certificate for marquez.<domain> and lineage.<domain>, in the region; with domain.",
        None,
        example="arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
    )

    tickit_location: TickitLocation = setting(
        "The sample data: generated, or copied from this folder in S3, one folder a table.", "generated"
    )
    state_backend: StateBackend = setting(
        "Terraform's state: beside main.py, or in this folder in S3; each deployment has its own there.",
        "local",
        example="s3://my-states/lineage",
    )
    protect: bool = setting("Deletion protection and final snapshots: a destroy is then refused.", False)
    expires: date | None = setting(
        "The last day of the deployment, a tag on everything; after it nothing more is deployed, and nothing destroyed by itself.",
        None,
        example=date(2099, 12, 31),
    )
    budget_usd: int | None = setting(
        "US dollars a month: at 80 % spent and at 100 % forecast a mail is sent; counts once the tag deployment is activated for billing.",
        None,
        example=900,
        ge=1,
    )
    budget_email: Email | None = setting("Where that mail goes; unset: to the owner.", None, example="data-platform@example.com")
    alarm_email: Email | None = setting(
        "Where alarms go: a mail each. Unset: to the owner, if that is a mail address.", None, example="data-platform@example.com"
    )
    tags: dict[str, str] = setting("More tags for everything.", {}, example={"cost-centre": "4711"})

    @model_validator(mode="before")
    @classmethod
    def _check_defaults_like_values(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Pydantic's own validate_default stops at the first default that is wrong, and reports nothing else."""
        return {name: field.default for name, field in cls.model_fields.items() if not field.is_required()} | values

    @field_validator("existing_private_subnet_ids", "existing_public_subnet_ids")
    @classmethod
    def _three_subnets_of_an_existing_vpc(cls, ids: list[str], info: ValidationInfo) -> list[str]:
        wanted = 3 if info.data.get("existing_vpc_id") else 0
        if "existing_vpc_id" in info.data and len(set(ids)) != wanted:
            raise ValueError("names three subnets with existing_vpc_id, and none without it")
        return ids

    @field_validator("airflow_version")
    @classmethod
    def _airflow_version(cls, version: str, info: ValidationInfo) -> str:
        return rules.airflow_version(version, exists=bool(info.data.get("airflow_environment_exists")))

    @field_validator("redshift_base_capacity")
    @classmethod
    def _capacity_that_aws_gives(cls, rpus: int, info: ValidationInfo) -> int:
        cidr = None if info.data.get("existing_vpc_id") else info.data.get("vpc_cidr")
        return redshift_capacity.base(rpus, info.data.get("region"), cidr)

    @field_validator("mwaa_max_workers", "redshift_max_capacity")
    @classmethod
    def _at_least_the_minimum(cls, value: int, info: ValidationInfo) -> int:
        minimum = {"mwaa_max_workers": "mwaa_min_workers", "redshift_max_capacity": "redshift_base_capacity"}[str(info.field_name)]
        if value < info.data.get(minimum, value):
            raise ValueError(f"is below {minimum} = {info.data[minimum]}")
        return value

    @field_validator("mwaa_class")
    @classmethod
    def _micro_has_one_worker(cls, size: str, info: ValidationInfo) -> str:
        if size == "mw1.micro" and info.data.get("mwaa_max_workers", 1) > 1:
            raise ValueError("has one worker and no more: goes with mwaa_max_workers = 1")
        return size

    @field_validator("certificate_arn")
    @classmethod
    def _tls_needs_both(cls, arn: str | None, info: ValidationInfo) -> str | None:
        if "domain" in info.data and (arn is None) != (info.data["domain"] is None):
            raise ValueError("goes with domain: set both for TLS, neither for plain HTTP inside the VPC")
        if arn and (region := info.data.get("region")) and arn.split(":")[3] != region:
            raise ValueError(f"is of another region than {region}: a load balancer takes certificates of its own region only")
        return arn

    @field_validator("lineage_url")
    @classmethod
    def _marquez_knows_its_database(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None and (region := info.data.get("region")) and not regions.has_certificate_authority(region):
            raise ValueError(
                f"is needed in {region}: a Marquez of its own lacks RDS's certificate authority there, which tools/rds_ca/write.py adds"
            )
        return url

    @field_validator("budget_email")
    @classmethod
    def _budget_reaches_someone(cls, address: str | None, info: ValidationInfo) -> str | None:
        if address and info.data.get("budget_usd", 0) is None:
            raise ValueError("goes with budget_usd: without a budget there is nothing to send")
        owner = info.data.get("owner")
        if address is None and info.data.get("budget_usd") and owner and not rules.is_email(owner):
            raise ValueError("is needed with budget_usd: owner is no mail address")
        return address

    @field_validator("tags")
    @classmethod
    def _tags(cls, tags: dict[str, str]) -> dict[str, str]:
        return tag_rules.extra_tags(tags, (*MANDATORY_TAGS, EXPIRY_TAG))

    def name(self, suffix: str) -> str:
        """The name of one of the deployment's things."""
        return f"{self.deployment_id}-{suffix}"

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags of everything: the mandatory ones, the day it expires, if any, and the deployment's own."""
        expiry = {EXPIRY_TAG: self.expires.isoformat()} if self.expires else {}
        return self.tags | expiry | dict(zip(MANDATORY_TAGS, (self.owner, self.deployment_id, "cdktf"), strict=True))

    @property
    def has_expired(self) -> bool:
        """Whether the deployment is wanted no longer. It can still be looked at and destroyed, so such settings are valid."""
        return self.expires is not None and rules.is_past(self.expires)

    @property
    def budget_name(self) -> str:
        """The name of the budget, if there is one."""
        return self.name("monthly")

    @property
    def budget_address(self) -> str:
        """Who is told of the budget."""
        return self.budget_email or self.owner

    @property
    def alarm_address(self) -> str | None:
        """Who gets the alarms; None where nobody is named."""
        return self.alarm_email or (self.owner if rules.is_email(self.owner) else None)

    @property
    def connections_prefix(self) -> str:
        """Below it in Secrets Manager stand Airflow's connections."""
        return f"{self.secrets_prefix}/connections"

    @property
    def variables_prefix(self) -> str:
        """Below it in Secrets Manager stand Airflow's Variables."""
        return f"{self.secrets_prefix}/variables"

    @property
    def with_marquez(self) -> bool:
        """Whether the deployment has a Marquez of its own."""
        return self.lineage_url is None

    @property
    def private_domain(self) -> str:
        """The Route 53 private zone of the deployment."""
        return f"{self.deployment_id}.internal"

    @property
    def lineage_host(self) -> str:
        """Marquez's name inside the VPC, known before there is a Marquez."""
        return f"marquez.{self.private_domain}"

    @property
    def lineage_port(self) -> int:
        """The port of Marquez's API at its internal load balancer."""
        return 443 if self.domain else 5000

    @property
    def lineage_endpoint(self) -> str:
        """Where Airflow sends lineage events: protocol://host:port, and a path where it is a catalog's own."""
        own = f"https://lineage.{self.domain}:{self.lineage_port}" if self.domain else f"http://{self.lineage_host}:{self.lineage_port}"
        return self.lineage_url or own

    @property
    def lineage_origin(self) -> str:
        """Its protocol://host:port."""
        return "/".join(self.lineage_endpoint.split("/")[:3])

    @property
    def lineage_path(self) -> str:
        """Its path, without the first slash; empty for OpenLineage's own."""
        return "/".join(self.lineage_endpoint.split("/")[3:])

    @property
    def warehouse_namespace(self) -> str:
        """OpenLineage's name of the workgroup: redshift://<workgroup>.<region>:<port>."""
        return f"redshift://{self.deployment_id}.{self.region}:{REDSHIFT_PORT}"


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in a TOML file, overridden by environment variables. Raises InvalidSettings."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSettings(f"{path.name} cannot be read: {error}") from error
    for name, field in Settings.model_fields.items():
        if (text := environ.get(name.upper())) is not None:
            values[name] = _from_environment(text, field.annotation)
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = [_problem(problem) for problem in error.errors()]
        raise InvalidSettings("\n".join([f"Settings to mend, in {path.name} or the environment:", *lines])) from None


def _from_environment(text: str, annotation: Any) -> Any:
    """Lists are comma separated, tables `key=value` pairs, and an empty text unsets what may be unset."""
    kind = get_origin(annotation)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if kind is list:
        return parts
    if kind is dict:
        return {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in parts)}
    if type(None) in get_args(annotation) and not text.strip():
        return None
    return text


def _problem(error: Any) -> str:
    """One line: the setting, what is wrong with it, a good value."""
    name = ".".join(map(str, error["loc"]))
    field = Settings.model_fields.get(str(error["loc"][0]))
    if field is None:
        near = get_close_matches(name, Settings.model_fields, 1)
        return f"  {name}: there is no such setting; {f'did you mean {near[0]}? ' if near else ''}settings.example.toml has them all"
    example = f"for example {error['loc'][0]} = {rules.toml(field.examples[0] if field.examples else None)}"
    if error["type"] == "missing":
        return f"  {name}: is missing; {example}"
    message = error["msg"].removeprefix("Value error, ")
    return f"  {name}: {message[0].lower()}{message[1:]} (it is {error['input']!r}); {example}"
