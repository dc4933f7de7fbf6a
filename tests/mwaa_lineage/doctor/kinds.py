"""What a test expects of a report."""

from mwaa_lineage.doctor.findings import Finding, Kind, Level, Report


def kinds(report: Report) -> list[Kind]:
    """All that was found."""
    return [finding.kind for finding in report.findings if finding.kind]


def only(report: Report) -> Finding:
    """The one thing that was found."""
    (finding,) = (finding for finding in report.findings if finding.level is not Level.OK)
    return finding


def text(report: Report) -> str:
    """The report's lines."""
    return "\n".join(map(str, report.findings))
