"""Where moto's Glue answers differently from AWS: it crawls nothing, and asks neither IAM nor Lake Formation."""

# ruff: noqa: PLC0415 - moto's Glue takes its time to import, and not everybody uses it

from collections.abc import Callable
from typing import Any

from local.aws.emulator.gaps import gap_in, replace
from local.aws.emulator.place import Place


def _place(backend: Any) -> Place:
    return Place(backend.region_name, account=backend.account_id)


@gap_in("glue")
def _crawl() -> None:
    """moto's crawls find nothing, and do not end while one looks at their crawler only."""
    from moto.glue.models import FakeCrawler

    from local.aws.emulator.crawl import CrawlFailed, crawl

    @replace(FakeCrawler, "start_crawler")
    def start_crawler(old: Callable[..., None], crawler: Any) -> None:
        old(crawler)
        this = crawler.crawls[-1]
        this.error = ""
        try:
            crawl(crawler)
        except CrawlFailed as failed:
            this.error = str(failed)

    @replace(FakeCrawler, "as_dict")
    def as_dict(old: Callable[..., dict[str, Any]], crawler: Any) -> dict[str, Any]:
        described = old(crawler)
        if not crawler.crawls:
            return described
        this = crawler.crawls[-1]
        if described["LastCrawl"]["Status"] == "RUNNING":
            this.advance()
            del described["LastCrawl"]
        elif described["LastCrawl"]["Status"] == "COMPLETED":
            ended = {"Status": "FAILED", "ErrorMessage": this.error} if this.error else {"Status": "SUCCEEDED"}
            described["LastCrawl"] |= ended
        return described


@gap_in("glue")
def _try_a_crawlers_role() -> None:
    """Glue takes a crawler's role on before it makes the crawler."""
    from moto.glue.exceptions import InvalidInputException
    from moto.glue.models import GlueBackend

    from local.aws.emulator.crawl import cannot_assume, role_arn

    @replace(GlueBackend, "create_crawler")
    def create_crawler(old: Callable[..., None], backend: Any, *given: Any, **named: Any) -> None:
        place = _place(backend)
        role = role_arn(place, named["role"])
        if reason := cannot_assume(place, named["name"], role):
            message = f"Service is unable to assume role {role}. Please verify role's TrustPolicy: {reason}"
            raise InvalidInputException("CreateCrawler", message)
        old(backend, *given, **named)


@gap_in("glue")
def _give_what_is_made_to_lake_formation() -> None:
    """moto's Lake Formation has settings, but nothing that is made comes under them."""
    from moto.glue.models import GlueBackend

    from local.aws.emulator import lake_formation
    from local.aws.emulator.caller import CALLER

    @replace(GlueBackend, "create_database")
    def create_database(old: Callable[..., Any], backend: Any, database_name: str, database_input: dict[str, Any], *rest: Any) -> Any:
        made = old(backend, database_name, database_input, *rest)
        lake_formation.created_database(_place(backend), database_name, database_input)
        return made

    @replace(GlueBackend, "create_table")
    def create_table(old: Callable[..., Any], backend: Any, database_name: str, table_name: str, *rest: Any) -> Any:
        made = old(backend, database_name, table_name, *rest)
        lake_formation.created_table(_place(backend), database_name, table_name, by=CALLER.format(account=backend.account_id))
        return made
