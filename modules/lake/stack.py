"""The lake stack."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.glue_catalog_database import GlueCatalogDatabase
from constructs import Construct

from modules.alarms import EventMail, EventMailProps
from modules.bucket import PrivateBucket, PrivateBucketProps
from modules.lake.access_logs import AccessLogBucket
from modules.lake.alarms import failed_crawl
from modules.lake.crawl import Crawl, CrawlProps
from modules.lake.crawler import Crawler, CrawlerProps
from modules.lake.tickit import FOLDER, MARKER, Tickit, TickitProps
from modules.network import NetworkStack
from modules.place import place
from modules.settings import Settings
from modules.stack import DeploymentStack
from modules.suppressions import suppress


@dataclass(frozen=True)
class LakeOutputs:
    """What the other stacks read of the lake; every value is a Terraform expression."""

    bucket_name: str
    bucket_arn: str
    glue_database: str


class LakeStack(DeploymentStack):
    """The raw bucket with TICKIT in it, and a catalog that fills itself once the data is complete."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkStack) -> None:
        super().__init__(scope, "lake", settings, upstream=[network])
        self._place = place(self, settings.region)
        self._key = network.outputs.kms_key_arn
        raw = self._raw_bucket()
        database = GlueCatalogDatabase(
            self, "database", name=f"{settings.deployment_id.replace('-', '_')}_lake", description="TICKIT as it arrives in the raw bucket"
        )
        crawler = self._crawler(raw, database)
        crawl = Crawl(self, "crawl", CrawlProps(settings.name("crawl"), self._place, raw.name, MARKER, crawler.name))
        Tickit(self, "tickit", TickitProps(raw.name, self._key, settings.tickit_location, after=(*raw.ready, *crawl.ready)))
        self._watch(crawler, network.outputs.alarm_topic_arn)
        self.publish("start_crawl", f"aws glue start-crawler --region {settings.region} --name {crawler.name}", "Fills the catalog again")
        self.publish("crawler_name", crawler.name, "The crawler that fills the database")
        self.outputs = LakeOutputs(
            bucket_name=self.publish("bucket_name", raw.name, "The raw bucket"),
            bucket_arn=self.publish("bucket_arn", raw.arn, "Its ARN"),
            glue_database=self.publish("glue_database", database.name, "The Glue database over it"),
        )

    def _watch(self, crawler: Crawler, topic_arn: str) -> None:
        meaning = "A crawl of the lake has failed: new tables stay unknown"
        pattern = failed_crawl(crawler.name)
        mail = EventMailProps(self.settings.name("crawl-failed"), self._place, pattern, meaning, topic_arn, self._key)
        EventMail(self, "crawl_failed", mail)

    def _raw_bucket(self) -> PrivateBucket:
        settings = self.settings
        logs = AccessLogBucket(self, "access_logs", settings.name("access-logs"), self._place, force_destroy=not settings.protect)
        props = PrivateBucketProps(settings.name("raw"), not settings.protect, kms_key_arn=self._key, log_bucket=logs)
        raw = PrivateBucket(self, "raw", props)
        suppress(raw.bucket, CKV_AWS_144="a landing area: what is in it came from elsewhere and can come again")
        return raw

    def _crawler(self, raw: PrivateBucket, database: GlueCatalogDatabase) -> Crawler:
        return Crawler(
            self,
            "crawler",
            CrawlerProps(
                name=self.settings.name("lake"),
                place=self._place,
                bucket_name=raw.name,
                bucket_arn=raw.arn,
                folder=FOLDER,
                database=database.name,
                kms_key_arn=self._key,
            ),
        )
