"""checkov over the chart's rendered manifests: which findings are left.

Of Kubernetes manifests checkov reads suppressions itself, from annotations: `checkov.io/skip1: CKV_K8S_43=the reason`. What is added here:
one without a reason, or for a check that does not fail, is found.
"""

from pathlib import Path
from typing import Any

import yaml

from tools.scan import Finding, Scan, checkov

ANNOTATION = "checkov.io/skip"


def scan(folder: Path) -> Scan:
    """Scan a folder of files with manifests. Raises CalledProcessError when checkov itself fails."""
    report = checkov(folder, "kubernetes")
    failed, suppressed = (_findings(report["results"].get(kind, [])) for kind in ("failed_checks", "skipped_checks"))
    keys = {finding.key for finding in suppressed}
    return Scan(
        passed=report["summary"]["passed"],
        failed=failed,
        suppressed=suppressed,
        unused=tuple(sorted(Finding(*key) for key in suppressions(folder) if key not in keys)),
    )


def suppressions(folder: Path) -> dict[tuple[str, str, str], str]:
    """{(file, kind.namespace.name, check): reason} of all that is accepted. Raises ValueError for one without a reason."""
    accepted = {}
    for path in sorted(folder.glob("*.yaml")):
        for manifest in filter(None, yaml.safe_load_all(path.read_text())):
            metadata = manifest["metadata"]
            name = f"{manifest['kind']}.{metadata.get('namespace', 'default')}.{metadata['name']}"
            for key, text in metadata.get("annotations", {}).items():
                if key.startswith(ANNOTATION):
                    check, _, reason = text.partition("=")
                    if not reason.strip():
                        raise ValueError(f"{path.stem}: {name}: {check} is suppressed without a reason")
                    accepted[path.stem, name, check] = reason
    return accepted


def _findings(entries: list[Any]) -> tuple[Finding, ...]:
    return tuple(
        sorted(Finding(Path(entry["file_path"]).stem, entry["resource"], entry["check_id"], entry["check_name"]) for entry in entries)
    )
