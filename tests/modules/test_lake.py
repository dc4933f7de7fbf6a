"""The stack `lake`: one test for each control and each line of the mission."""

import json

import pytest

from data import tickit
from modules.lake.tickit import MARKER, TABLES
from tests.modules.terraform_json import Stack, address, before, block, blocks, outputs, statements

KEY = "${data.terraform_remote_state.network.outputs.kms_key_arn}"
ACCOUNT = "${data.aws_caller_identity.account.account_id}"
BUCKETS = ["raw", "access_logs"]


@pytest.fixture
def lake(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["lake"]


def reference(stack: Stack, kind: str, path: str, attribute: str = "id") -> str:
    return f"${{{address(stack, kind, path)}.{attribute}}}"


class TestBuckets:
    @pytest.mark.parametrize("name", BUCKETS)
    def test_it_is_closed_to_the_public(self, name: str, lake: Stack) -> None:
        closed = blocks(lake, "aws_s3_bucket_public_access_block")[f"{name}/public_access"]
        assert closed.pop("bucket") == reference(lake, "aws_s3_bucket", f"{name}/bucket")
        names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        assert closed == dict.fromkeys(names, True)

    @pytest.mark.parametrize("name", BUCKETS)
    def test_it_refuses_requests_without_tls(self, name: str, lake: Stack) -> None:
        bucket = reference(lake, "aws_s3_bucket", f"{name}/bucket", "arn")
        assert statements(lake, f"{name}/policy_document")["TlsOnly"] == {
            "sid": "TlsOnly",
            "effect": "Deny",
            "actions": ["s3:*"],
            "principals": [{"type": "*", "identifiers": ["*"]}],
            "resources": [bucket, f"{bucket}/*"],
            "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
        }

    @pytest.mark.parametrize("name", BUCKETS)
    def test_it_keeps_versions_for_a_while(self, name: str, lake: Stack) -> None:
        versioning = blocks(lake, "aws_s3_bucket_versioning")[f"{name}/versioning"]
        assert versioning["versioning_configuration"] == {"status": "Enabled"}
        (rule,) = blocks(lake, "aws_s3_bucket_lifecycle_configuration")[f"{name}/lifecycle"]["rule"]
        assert rule["status"] == "Enabled"
        assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]
        assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]

    def test_the_raw_bucket_is_encrypted_with_the_deployments_key(self, lake: Stack) -> None:
        (rule,) = blocks(lake, "aws_s3_bucket_server_side_encryption_configuration")["raw/encryption"]["rule"]
        expected = {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}
        assert rule == {"apply_server_side_encryption_by_default": expected, "bucket_key_enabled": True}

    def test_the_access_logs_are_encrypted_as_s3_delivers_them(self, lake: Stack) -> None:
        (rule,) = blocks(lake, "aws_s3_bucket_server_side_encryption_configuration")["access_logs/encryption"]["rule"]
        assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "AES256"}

    def test_accesses_to_the_raw_bucket_are_logged(self, lake: Stack) -> None:
        logging = block(lake, "aws_s3_bucket_logging")
        assert logging["bucket"] == reference(lake, "aws_s3_bucket", "raw/bucket")
        assert logging["target_bucket"] == reference(lake, "aws_s3_bucket", "access_logs/bucket")
        delivery = statements(lake, "access_logs/policy_document")["AccessLogs"]
        assert delivery["principals"] == [{"type": "Service", "identifiers": ["logging.s3.amazonaws.com"]}]
        assert delivery["condition"] == [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]

    def test_access_logs_end_after_a_year(self, lake: Stack) -> None:
        (rule,) = blocks(lake, "aws_s3_bucket_lifecycle_configuration")["access_logs/lifecycle"]["rule"]
        assert rule["expiration"] == [{"days": 365}]


class TestData:
    def test_the_tables_are_the_generators(self) -> None:
        assert set(TABLES) == set(tickit.TABLES)

    @pytest.mark.parametrize("table", TABLES)
    def test_each_table_is_one_object_in_a_folder_of_its_own(self, table: str, lake: Stack) -> None:
        found = blocks(lake, "aws_s3_object")[f"tickit/{table}"]
        assert found["key"] == f"tickit/{table}/{table}.parquet"
        assert found["source"] == f"${{path.module}}/../../../build/tickit/{table}/{table}.parquet"
        assert found["kms_key_id"] == KEY

    def test_changed_data_is_seen_by_the_next_plan(self, lake: Stack) -> None:
        found = blocks(lake, "aws_s3_object")["tickit/sales"]
        assert f'filesha256("{found["source"]}")' in found["source_hash"]

    def test_missing_data_names_the_target_that_makes_it(self, lake: Stack) -> None:
        (precondition,) = blocks(lake, "aws_s3_object")["tickit/sales"]["lifecycle"]["precondition"]
        assert precondition["error_message"].startswith("build/tickit/sales/sales.parquet is missing: run `make tickit`")

    def test_the_public_data_sets_location_is_copied_from(self, chosen: dict[str, Stack]) -> None:
        lake = chosen["lake"]
        copies = blocks(lake, "aws_s3_object_copy")
        assert copies["tickit/event"]["source"] == "public-data/samples/tickit/event/event.parquet"
        assert copies["tickit/event"]["key"] == "tickit/event/event.parquet"
        assert (len(copies), list(blocks(lake, "aws_s3_object"))) == (len(TABLES), ["tickit/marker"])

    def test_the_marker_comes_after_all_tables_and_changes_with_them(self, lake: Stack) -> None:
        marker = blocks(lake, "aws_s3_object")["tickit/marker"]
        for table in TABLES:
            assert f"{table} {reference(lake, 'aws_s3_object', f'tickit/{table}', 'version_id')}" in marker["content"]

    def test_the_marker_is_no_table(self, lake: Stack) -> None:
        (target,) = block(lake, "aws_glue_crawler")["s3_target"]
        folder = target["path"].split("/", 3)[3]
        assert folder == "tickit/"
        assert not MARKER.startswith(folder)


class TestCrawler:
    def test_it_fills_the_glue_database(self, lake: Stack) -> None:
        crawler = block(lake, "aws_glue_crawler")
        assert crawler["database_name"] == "${aws_glue_catalog_database.database.name}"
        assert block(lake, "aws_glue_catalog_database")["name"] == "tickit_lake"
        assert json.loads(crawler["configuration"])["Grouping"] == {"TableLevelConfiguration": 3}

    def test_its_security_configuration_encrypts_logs_bookmarks_and_objects(self, lake: Stack) -> None:
        assert block(lake, "aws_glue_crawler")["security_configuration"] == reference(
            lake, "aws_glue_security_configuration", "crawler/security", "name"
        )
        encryption = block(lake, "aws_glue_security_configuration")["encryption_configuration"]
        assert encryption["cloudwatch_encryption"] == {"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": KEY}
        assert encryption["job_bookmarks_encryption"] == {"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": KEY}
        assert encryption["s3_encryption"] == {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": KEY}

    def test_its_role_reads_the_folder_and_writes_the_database_only(self, lake: Stack) -> None:
        permissions = statements(lake, "crawler/permissions")
        bucket = reference(lake, "aws_s3_bucket", "raw/bucket", "arn")
        assert permissions["Objects"]["resources"] == [f"{bucket}/tickit/*"]
        assert permissions["Objects"]["actions"] == ["s3:GetObject"]
        assert permissions["Key"]["resources"] == [KEY]
        database = "${aws_glue_catalog_database.database.name}"
        assert [resource.rsplit(":", 1)[1] for resource in permissions["Catalog"]["resources"]] == [
            "catalog",
            f"database/{database}",
            f"table/{database}/*",
        ]
        assert not [action for statement in permissions.values() for action in statement["actions"] if action.endswith("*")]
        assert [name for name, statement in permissions.items() if "*" in statement["resources"]] == ["Configuration"]

    def test_it_may_read_its_security_configuration_which_has_no_resource_type(self, lake: Stack) -> None:
        """Service Authorization Reference, AWS Glue: no resource but `*` grants the action."""
        permissions = statements(lake, "crawler/permissions")
        granting = [statement for statement in permissions.values() if "glue:GetSecurityConfiguration" in statement["actions"]]
        assert [(statement["actions"], statement["resources"]) for statement in granting] == [(["glue:GetSecurityConfiguration"], ["*"])]

    @pytest.mark.parametrize(("path", "service"), [("crawler", "glue"), ("crawl", "events")])
    def test_roles_serve_this_account_only(self, path: str, service: str, lake: Stack) -> None:
        (trust,) = blocks(lake, "aws_iam_policy_document", "data")[f"{path}/trust"]["statement"]
        assert trust["principals"] == [{"type": "Service", "identifiers": [f"{service}.amazonaws.com"]}]
        assert trust["condition"] == [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]

    def test_its_log_group_is_ours(self, lake: Stack) -> None:
        group = block(lake, "aws_cloudwatch_log_group")
        security = reference(lake, "aws_glue_security_configuration", "crawler/security", "name")
        assert group["name"] == f"/aws-glue/crawlers-role/tickit-lake-crawler-{security}"
        assert (group["retention_in_days"], group["kms_key_id"]) == (365, KEY)


class TestCrawl:
    def test_the_marker_starts_the_crawler(self, lake: Stack) -> None:
        notification = block(lake, "aws_s3_bucket_notification")
        bucket = reference(lake, "aws_s3_bucket", "raw/bucket")
        assert notification == {"bucket": bucket, "eventbridge": True}
        pattern = json.loads(blocks(lake, "aws_cloudwatch_event_rule")["crawl/marker"]["event_pattern"])
        assert pattern["source"] == ["aws.s3"]
        assert pattern["detail-type"] == ["Object Created"]
        assert pattern["detail"] == {"bucket": {"name": [bucket]}, "object": {"key": [MARKER]}}
        target = blocks(lake, "aws_cloudwatch_event_target")["crawl/target"]
        assert target["arn"] == reference(lake, "aws_glue_workflow", "crawl/workflow", "arn")
        trigger = block(lake, "aws_glue_trigger")
        assert (trigger["type"], trigger["event_batching_condition"]) == ("EVENT", [{"batch_size": 1}])
        assert trigger["workflow_name"] == reference(lake, "aws_glue_workflow", "crawl/workflow", "name")
        assert trigger["actions"] == [{"crawler_name": reference(lake, "aws_glue_crawler", "crawler/crawler", "name")}]

    def test_the_way_stands_before_the_marker_arrives(self, lake: Stack) -> None:
        earlier = before(lake, address(lake, "aws_s3_object", "tickit/marker"))
        way = {
            "aws_s3_bucket_notification": "crawl/notification",
            "aws_cloudwatch_event_rule": "crawl/marker",
            "aws_cloudwatch_event_target": "crawl/target",
            "aws_glue_trigger": "crawl/trigger",
            "aws_glue_crawler": "crawler/crawler",
        }
        assert {address(lake, kind, path) for kind, path in way.items()} <= earlier

    def test_eventbridge_may_notify_this_workflow_only(self, lake: Stack) -> None:
        (notify,) = blocks(lake, "aws_iam_policy_document", "data")["crawl/notify"]["statement"]
        workflow = reference(lake, "aws_glue_workflow", "crawl/workflow", "arn")
        assert notify == {"actions": ["glue:notifyEvent"], "resources": [workflow]}

    def test_an_output_is_the_command_for_the_times_when_no_event_comes(self, lake: Stack) -> None:
        crawler = reference(lake, "aws_glue_crawler", "crawler/crawler", "name")
        assert outputs(lake)["start_crawl"] == f"aws glue start-crawler --region us-east-1 --name {crawler}"
