"""The doctor in a process of its own, in which Airflow has loaded the plugins: its findings as JSON, in the last line.

`examine.py FOLDER` looks into FOLDER for what is installed nowhere else.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any

sys.path.append(sys.argv[1])

# isort: split

from airflow.listeners.listener import get_listener_manager

from mwaa_lineage.doctor import arrival
from mwaa_lineage.doctor.arrival import OwnRun
from mwaa_lineage.doctor.doctor import examine


def main() -> None:
    manager: Any = get_listener_manager
    manager()
    arrival.STORING = 0.3
    findings = examine(OwnRun("lineage_doctor.examine", datetime.now(UTC))).findings
    print(json.dumps([[finding.kind.name if finding.kind else "", str(finding)] for finding in findings]))


if __name__ == "__main__":
    main()
