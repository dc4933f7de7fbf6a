"""The crawl after a deploy: against an emulated Glue where it tells enough, and against one that answers as a test wants it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from data.tickit import TABLES
from local.aws.machine import Aws
from local.console import Progress
from operations.crawl import ensure_crawled
from operations.deployment import Deployment, NotDeployed
from operations.findings import Finding, Level
from tests.operations.answering import Answer, Request, answering
from tests.operations.outputs import publish

pytestmark = pytest.mark.system

Deploy = Callable[..., Deployment]
OUTPUTS = {"crawler_name": "tickit-lake", "glue_database": "tickit_lake"}


@pytest.fixture
def lake(deployment: Deploy, aws: Aws) -> Deployment:
    """A deployment with the lake's outputs."""
    made = deployment()
    publish(made.root, "lake", **OUTPUTS)
    return made


@dataclass
class Glue:
    """Glue as far as a crawl goes: a crawl takes three looks, and ends as the next of `endings` says: with tables or with an error."""

    endings: list[tuple[str, ...] | str]
    running: int = 0
    tables: tuple[str, ...] = ()
    started: int = 0
    last: dict[str, Any] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        operation = request.headers["x-amz-target"].removeprefix("AWSGlue.")
        return {"GetTables": self.get_tables, "GetCrawler": self.get_crawler, "StartCrawler": self.start_crawler}[operation]()

    def get_tables(self) -> Answer:
        return self.say({"TableList": [{"Name": name, "DatabaseName": "tickit_lake"} for name in self.tables]})

    def get_crawler(self) -> Answer:
        if self.running:
            self.running -= 1
            if not self.running:
                self.end(self.endings.pop(0))
        return self.say({"Crawler": {"Name": "tickit-lake", "State": "RUNNING" if self.running else "READY", "LastCrawl": self.last}})

    def start_crawler(self) -> Answer:
        if self.running:
            return self.say({"__type": "CrawlerRunningException", "Message": "it runs"}, 400)
        self.started += 1
        self.running = 3
        return self.say({})

    def end(self, how: tuple[str, ...] | str) -> None:
        self.last = {"StartTime": 1_700_000_000 + self.started, "LogGroup": "/aws-glue/crawlers", "LogStream": "tickit-lake"}
        if isinstance(how, str):
            self.last |= {"Status": "FAILED", "ErrorMessage": how}
        else:
            self.last |= {"Status": "SUCCEEDED"}
            self.tables = tuple(sorted({*self.tables, *how}))

    @staticmethod
    def say(content: dict[str, Any], status: int = 200) -> Answer:
        return Answer(status, json.dumps(content).encode())


@contextmanager
def standing_for_glue(glue: Glue) -> Iterator[None]:
    with answering(glue) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_GLUE", url)
        yield


def crawl(lake: Deployment, seconds: float = 60) -> Finding:
    return ensure_crawled(lake, Progress(Console()), seconds=seconds, poll_seconds=0.01)


def test_a_catalog_that_is_full_is_left_alone(lake: Deployment, aws: Aws) -> None:
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "tickit_lake"})
    for table in TABLES:
        glue.create_table(DatabaseName="tickit_lake", TableInput={"Name": table})
    finding = crawl(lake)  # there is no crawler that could be started
    assert (finding.level, finding.detail) == (Level.OK, "tickit_lake holds its 7 tables")


def test_a_crawl_is_started_and_awaited(lake: Deployment, capfd: pytest.CaptureFixture[str]) -> None:
    glue = Glue([TABLES], tables=("sales",))
    with standing_for_glue(glue):
        finding = crawl(lake)
    assert glue.started == 1
    assert (finding.level, finding.detail) == (Level.OK, "the crawl has made category, date, event, listing, users, venue")
    assert "✓ crawl the lake with tickit-lake" in capfd.readouterr().out


def test_a_crawl_that_runs_already_is_awaited(lake: Deployment) -> None:
    glue = Glue([TABLES], running=3)
    with standing_for_glue(glue):
        assert crawl(lake).level is Level.OK
    assert glue.started == 0


def test_another_crawl_follows_one_that_came_too_early(lake: Deployment) -> None:
    glue = Glue([("sales",), TABLES], running=3)
    with standing_for_glue(glue):
        assert crawl(lake).level is Level.OK
    assert glue.started == 1


def test_a_failed_crawl_is_a_problem_with_its_error(lake: Deployment) -> None:
    glue = Glue(["Access denied to s3://raw"], tables=("category", "date", "event", "users", "venue"))
    with standing_for_glue(glue):
        finding = crawl(lake)
    assert finding.level is Level.PROBLEM
    assert finding.detail == (
        "tickit_lake lacks listing, sales after a crawl: Access denied to s3://raw (log group /aws-glue/crawlers, stream tickit-lake)"
    )
    assert "`make deploy STACK=lake` again" in finding.cure


def test_a_crawl_that_takes_too_long_is_a_problem(lake: Deployment) -> None:
    with standing_for_glue(Glue([TABLES], running=1_000_000)):
        finding = crawl(lake, seconds=0.3)
    assert finding.level is Level.PROBLEM
    assert "it still runs" in finding.detail


def test_without_a_lake_there_is_nothing_to_crawl(deployment: Deploy) -> None:
    with pytest.raises(NotDeployed, match="lake is not deployed"):
        crawl(deployment())
