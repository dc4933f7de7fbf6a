"""The lake's crawl: started where the event that should have started it was lost, and awaited."""

import time
from collections.abc import Callable
from typing import Any

from data.tickit import TABLES
from local.console import Progress
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem

CRAWL_SECONDS = 600
POLL_SECONDS = 5


def ensure_crawled(
    deployment: Deployment, progress: Progress, *, seconds: float = CRAWL_SECONDS, poll_seconds: float = POLL_SECONDS
) -> Finding:
    """See to it that the Glue database holds the lake's tables, within `seconds`. Raises NotDeployed where there is no lake."""
    outputs = deployment.outputs("lake")
    crawl = _Crawl(deployment.client("glue"), outputs["crawler_name"], outputs["glue_database"], poll_seconds)
    if not crawl.missing():
        return ok("lake", f"{crawl.database} holds its {len(TABLES)} tables")
    with progress.step(f"crawl the lake with {crawl.crawler}"):
        came = crawl.fill(time.monotonic() + seconds)
    missing = crawl.missing()
    if not missing:
        return ok("lake", f"the crawl has made {', '.join(came)}")
    detail = f"{crawl.database} lacks {', '.join(missing)} after a crawl: {crawl.error()}"
    return problem("lake", detail, "read its log, mend what it names, then `make deploy STACK=lake` again: it starts the next crawl")


class _Crawl:
    def __init__(self, glue: Any, crawler: str, database: str, poll_seconds: float) -> None:
        self.crawler, self.database = crawler, database
        self._glue, self._poll_seconds = glue, poll_seconds

    def missing(self) -> list[str]:
        """The tables that are not there."""
        pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
        there = {table["Name"] for page in pages for table in page["TableList"]}
        return sorted(set(TABLES) - there)

    def fill(self, deadline: float) -> list[str]:
        """Crawl until every table is there, a whole crawl has brought no more, or it is too late; returns the tables that came."""
        before = self.missing()
        last = self._last()
        if not self._start():
            # One that runs already may have begun before the data was complete.
            self._wait(self.idle, deadline)
            last = self._last()
            if self.missing() and self.idle():
                self._start()
        self._wait(lambda: self.idle() and self._last() != last, deadline)
        return sorted(set(before) - set(self.missing()))

    def idle(self) -> bool:
        """Whether no crawl runs."""
        return str(self._described()["State"]) == "READY"

    def error(self) -> str:
        """What is to be known of the last crawl."""
        last = self._last()
        how = last.get("ErrorMessage") or last.get("Status", "UNKNOWN") if self.idle() else "it still runs"
        return f"{how} (log group {last.get('LogGroup', '/aws-glue/crawlers')}, stream {last.get('LogStream', self.crawler)})"

    def _last(self) -> dict[str, Any]:
        last: dict[str, Any] = self._described().get("LastCrawl", {})
        return last

    def _described(self) -> dict[str, Any]:
        crawler: dict[str, Any] = self._glue.get_crawler(Name=self.crawler)["Crawler"]
        return crawler

    def _start(self) -> bool:
        """Start a crawl; False if one runs already."""
        try:
            self._glue.start_crawler(Name=self.crawler)
        except self._glue.exceptions.CrawlerRunningException:
            return False
        return True

    def _wait(self, over: Callable[[], bool], deadline: float) -> None:
        """Wait until a crawl is over, or has brought everything."""
        while not over() and self.missing() and time.monotonic() < deadline:
            time.sleep(self._poll_seconds)
