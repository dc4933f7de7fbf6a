"""What a rehearsal takes in place of what the settings name: each makes it, gives the settings that change, and says so in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.machine import Aws
from modules.settings import Settings
from rehearsal import stand_ins


class CannotRehearse(Exception):
    """Settings that no emulated AWS can stand for; the message names the setting."""


@dataclass(frozen=True)
class Substitution:
    """The settings that change, {name: value}, and what a person is told."""

    changed: dict[str, Any]
    said: str


def check(settings: Settings) -> None:
    """Raises CannotRehearse."""
    if settings.airflow_environment_exists:
        raise CannotRehearse(
            "airflow_environment_exists: a rehearsal makes a new environment. Leave it out, with a version that MWAA makes"
        )


def substitute(settings: Settings, aws: Aws, store_url: str, folder: Path) -> list[Substitution]:
    """Make what is needed in the emulated AWS. `folder` is for files on the way there."""
    return [
        *_vpc(settings, aws),
        *_certificate(settings, aws),
        *_tickit(settings, aws, folder),
        *_lineage(settings, store_url),
        *_rest(settings),
    ]


def chosen(settings: Settings, substitutions: list[Substitution]) -> dict[str, Any]:
    """All settings as the rehearsal's settings.toml has them."""
    values = settings.model_dump(exclude_none=True)
    for substitution in substitutions:
        values |= substitution.changed
    return values


def _vpc(settings: Settings, aws: Aws) -> Iterator[Substitution]:
    if not settings.existing_vpc_id:
        return
    made = stand_ins.make_vpc(aws)
    changed = {"existing_vpc_id": made.vpc, "existing_private_subnet_ids": made.private, "existing_public_subnet_ids": made.public}
    yield Substitution(
        changed,
        f"existing_vpc_id: {made.vpc}, made as a VPC should be, stands for {settings.existing_vpc_id}. `make preflight` looks at yours",
    )


def _certificate(settings: Settings, aws: Aws) -> Iterator[Substitution]:
    if settings.domain and settings.certificate_arn:
        arn = stand_ins.request_certificate(aws, settings.domain)
        yield Substitution({"certificate_arn": arn}, f"certificate_arn: a certificate for marquez.{settings.domain} stands for yours")


def _tickit(settings: Settings, aws: Aws, folder: Path) -> Iterator[Substitution]:
    if settings.tickit_location != "generated":
        stand_ins.upload_tickit(aws, settings.tickit_location, folder)
        yield Substitution({}, f"tickit_location: {settings.tickit_location} holds the generated data")


def _lineage(settings: Settings, store_url: str) -> Iterator[Substitution]:
    if settings.lineage_url:
        yield Substitution({"lineage_url": store_url}, f"lineage_url: the lineage store at {store_url} stands for {settings.lineage_url}")
    else:
        yield Substitution(
            {}, f"Marquez: Airflow sends its lineage to the lineage store at {store_url}, as no pod of the deployed Marquez runs"
        )


def _rest(settings: Settings) -> Iterator[Substitution]:
    yield Substitution(
        {}, "Redshift: a PostgreSQL holds the tables and runs the DAGs' SQL; Airflow signs in by passwords that the emulated AWS mints"
    )
    if settings.protect:
        yield Substitution({"protect": False}, "protect: false, as a protected deployment cannot be destroyed")
    if settings.mwaa_webserver == "private":
        yield Substitution({}, "mwaa_webserver: deployed as private; then opened, as `make run-pipeline` is not inside the VPC here")
