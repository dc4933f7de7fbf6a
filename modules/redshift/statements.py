"""The SQL that the deployment itself runs in the warehouse, through the Data API: schemas, and the role of the DAGs.

AWS forgets a statement after a day. While it answers that the statement has expired, the provider keeps it, and the lifecycle has it run
when it is new and when its text changes only. Once AWS answers that it knows no such statement, the provider drops it from the state
(internal/service/redshiftdata/statement.go). The next deploy makes it again, which no lifecycle prevents: a plan shows all of them
as new, and their SQL runs once more. So every one is idempotent.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cdktf import DataResource, ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.redshiftdata_statement import RedshiftdataStatement
from constructs import Construct

SQL = Path(__file__).parent.parent / "sql"
AFTER: dict[str, tuple[str, ...]] = {
    "public": (),
    "staging": (),
    "dm": (),
    "s3_datalake": (),
    "loader_procedure": ("public",),
    "loader": ("loader_procedure",),
    "loader_schemas": ("loader", "staging", "dm", "s3_datalake"),
    "loader_staging": ("loader_schemas",),
    "loader_dm": ("loader_staging",),
    "loader_s3_datalake": ("loader_dm",),
}
"""{file of modules/sql, one statement: those it runs after}. Each takes half a minute, so schemas are made side by side; grants run one
after the other, since they would get into each other's way."""


@dataclass(frozen=True)
class StatementsProps:
    """The admin whose secret `admin_secret_arn` is runs them, once `after` is there.

    The external schema reads `glue_database` in the role `lake_reader_arn`.
    """

    workgroup: str
    database: str
    admin_secret_arn: str
    glue_database: str
    lake_reader_arn: str
    after: ITerraformDependable


class Statements(Construct):
    """Everything in AFTER."""

    def __init__(self, scope: Construct, id_: str, props: StatementsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        made: dict[str, ITerraformDependable] = {}
        for name, before in AFTER.items():
            text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
            made[name] = self._statement(name, text, [made[other] for other in before] or [props.after])

    def _statement(self, name: str, text: str, before: list[ITerraformDependable]) -> RedshiftdataStatement:
        version = DataResource(self, f"{name}_version", input={"sha256": sha256(text.encode()).hexdigest()})
        return RedshiftdataStatement(
            self,
            name,
            workgroup_name=self._props.workgroup,
            database=self._props.database,
            secret_arn=self._props.admin_secret_arn,
            statement_name=name.replace("_", "-"),
            sql=text.format(glue_database=self._props.glue_database, lake_reader=self._props.lake_reader_arn),
            depends_on=before,
            # A name, because Terraform takes no ${} here, and that is what CDKTF makes of a resource.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes="all", replace_triggered_by=[f"terraform_data.{version.friendly_unique_id}"]
            ),
        )
