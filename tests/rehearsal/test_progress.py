"""What a person is told of a long command, from lines as cdktf 0.21 and Terraform 1.11 write them."""

from pathlib import Path

from rehearsal.progress import Watched, complaints

BEGUN = """\
network  aws_vpc.vpc_1234 (vpc/vpc): Creating...
network  aws_eip.nat_5678: Creating...
"""
LATER = """\
network  aws_eip.nat_5678: Creation complete after 1s [id=eipalloc-1]
network  aws_vpc.vpc_1234 (vpc/vpc): Still creating... [10s elapsed]
lake     aws_s3_bucket.raw: Modifying... [id=raw]
"""
END = """\
network  aws_vpc.vpc_1234 (vpc/vpc): Creation complete after 12s [id=vpc-1]
lake     aws_s3_bucket.raw: Modifications complete after 0s [id=raw]
         Apply complete! Resources: 2 added, 1 changed, 0 destroyed.
"""


def test_what_is_under_way_is_counted_and_named(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text("")
    watched = Watched(log)
    assert watched.look() == ""
    log.write_text(BEGUN)
    assert watched.look() == "0 resources done, under way: aws_vpc for 0 s, aws_eip for 0 s"
    log.write_text(BEGUN + LATER)
    assert watched.look() == "1 resources done, under way: aws_vpc for 0 s, aws_s3_bucket for 0 s"
    log.write_text(BEGUN + LATER + END)
    assert watched.look() == "Apply complete! Resources: 2 added, 1 changed, 0 destroyed."


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text(BEGUN[:30])
    watched = Watched(log)
    assert watched.look() == ""
    log.write_text(BEGUN)
    assert "aws_vpc" in watched.look()


def test_findings_are_told_with_their_cures(tmp_path: Path) -> None:
    log = tmp_path / "check.log"
    log.write_text("  ✓ one: fine\n  ✗ lake: lacks sales\n      read its log\n  ✓ another: fine\nmake: *** [Makefile:1: check] Error 1\n")
    assert complaints(log) == ["  ✗ lake: lacks sales", "      read its log"]


def test_without_findings_the_last_lines_are_told(tmp_path: Path) -> None:
    log = tmp_path / "check.log"
    log.write_text("\n".join(f"line {number}" for number in range(40)))
    assert complaints(log)[-1] == "line 39"
    assert len(complaints(log)) == 12


def test_an_error_of_one_stack_is_told_without_the_others_lines(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text(
        "network  aws_vpc.vpc: Creating...\n"
        "lake     \x1b[31mError: creating Glue Crawler: AccessDenied\x1b[0m\n"
        "           with aws_glue_crawler.crawler,\n"
        "network  aws_vpc.vpc: Creation complete after 1s\n"
        "         aws_eip.nat: Creating...\n"
    )
    assert complaints(log) == ["lake     Error: creating Glue Crawler: AccessDenied", "           with aws_glue_crawler.crawler,"]
