"""What is to be known of the lake: a crawl that has failed."""

from collections.abc import Mapping
from typing import Any


def failed_crawl(crawler: str) -> Mapping[str, Any]:
    """The event of it: crawlers publish no metric of their failures.

    Source: Amazon EventBridge Events Reference, "AWS Glue events"; AWS Glue User Guide, "Automating AWS Glue with EventBridge".
    """
    detail = {"crawlerName": [crawler], "state": ["Failed"]}
    return {"source": ["aws.glue"], "detail-type": ["Glue Crawler State Change"], "detail": detail}
