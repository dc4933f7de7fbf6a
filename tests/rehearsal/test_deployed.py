"""What a rehearsal makes of the deployed connection to the warehouse."""

from pathlib import Path

import pytest

from local.postgres import Postgres
from local.settings import GLUE_DATABASE, WORKGROUP
from modules.runtimes import connection_uri
from modules.settings import Settings
from modules.warehouse import DATABASE, connection_secret, sign_in_extras
from rehearsal.deployed import fill_warehouse
from tests.local.dag_runs import SHOP, minting, warehouse_of

ENDPOINT = "tickit.123456789012.eu-west-3.redshift-serverless.amazonaws.com"


@pytest.mark.system
@pytest.mark.parametrize("more", [{}, {"region": "eu-west-3"}])
def test_it_leads_to_this_machine_and_signs_in_as_it_was_deployed(more: dict[str, str], tmp_path: Path) -> None:
    settings = Settings.model_construct(deployment_id=WORKGROUP)
    extras = {**sign_in_extras(WORKGROUP), **more}
    with warehouse_of(SHOP, tmp_path) as warehouse, minting(warehouse, tmp_path) as aws:
        aws.client("glue").create_database(DatabaseInput={"Name": GLUE_DATABASE})
        aws.put_secrets({connection_secret(settings): connection_uri(f"@{ENDPOINT}:5439", DATABASE, extras)})
        fill_warehouse(settings, aws, warehouse)
        (value,) = {aws.client("secretsmanager").get_secret_value(SecretId=connection_secret(settings))["SecretString"]}
    assert value == led_to(warehouse, extras)


def led_to(warehouse: Postgres, extras: dict[str, object]) -> str:
    return connection_uri(f"@127.0.0.1:{warehouse.redshift_port}", DATABASE, extras)
