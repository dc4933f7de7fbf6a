"""The services of our own, one instance for each region, made when it is first used."""

import importlib
import threading
from typing import Any

from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.place import Place
from local.aws.emulator.warehouse_behind import WarehouseBehind

OWN = {
    "eks": ("local.aws.emulator.eks", "Eks"),
    "mwaa": ("local.aws.emulator.mwaa", "Mwaa"),
    "redshift-data": ("local.aws.emulator.redshift_data", "RedshiftData"),
    "redshift-serverless": ("local.aws.emulator.redshift_serverless", "RedshiftServerless"),
}
"""{botocore's name: (module, class)}."""


class Services:
    """Everything that our own services hold; `airflow` stands behind MWAA's environments, `warehouse` behind Redshift's workgroups."""

    def __init__(self, airflow: AirflowBehind, warehouse: WarehouseBehind) -> None:
        self.airflow, self.warehouse, self.web_server = airflow, warehouse, ""
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = threading.RLock()

    def get(self, service: str, region: str) -> Any:
        """A service of our own in a region."""
        with self._lock:
            if (service, region) not in self._made:
                module, name = OWN[service]
                self._made[service, region] = getattr(importlib.import_module(module), name)(self.place(region))
            return self._made[service, region]

    def place(self, region: str) -> Place:
        """A region, with our own services in it."""
        return Place(region, lambda other: self.get(other, region), self.web_server, self.airflow, self.warehouse)

    def all(self, service: str | None = None) -> list[Any]:
        """Every instance there is, of one service or of all."""
        with self._lock:
            return [made for (name, _), made in self._made.items() if service in (None, name)]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._made.clear()
