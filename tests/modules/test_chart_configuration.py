"""Marquez's configuration file, key by key, as Dropwizard and Marquez 0.51 name them.

https://www.dropwizard.io/en/stable/manual/configuration.html, and marquez.example.yml in Marquez's repository.
"""

from typing import Any

import pytest
import yaml

from tests.modules.chart import DEFAULT, HARDENED, Values, manifests, one

RETENTION = {"dbRetention": {"retentionDays": 365}}


def configuration(values: Values, name: str = "api") -> Any:
    return yaml.safe_load(one(manifests(values), "ConfigMap", name)["data"]["marquez.yml"])


@pytest.mark.parametrize(("values", "more"), [(DEFAULT, {}), (HARDENED, RETENTION)], ids=["default", "hardened"])
def test_every_key(values: Values, more: dict[str, Any]) -> None:
    assert configuration(values) == more | {
        "server": {
            "applicationConnectors": [{"type": "http", "bindHost": "127.0.0.1", "port": 8080, "httpCompliance": "RFC7230_LEGACY"}],
            "adminConnectors": [{"type": "http", "bindHost": "127.0.0.1", "port": 8082}],
            "requestLog": {"appenders": []},
        },
        "db": {
            "driverClass": "org.postgresql.Driver",
            "url": "jdbc:postgresql://db.example.com:5432/marquez?sslmode=verify-full&sslrootcert=/etc/marquez/rds-ca.pem",
            "user": "marquez",
            "password": "${POSTGRES_PASSWORD}",
            "initialSize": 2,
            "minSize": 2,
            "maxSize": 20,
            "maxWaitForConnection": "10s",
            "checkConnectionOnBorrow": True,
        },
        "migrateOnStartup": False,
        "graphql": {"enabled": False},
        "search": {"enabled": False},
        "logging": {"level": "INFO", "appenders": [{"type": "console"}]},
    }


def test_the_migration_has_the_same() -> None:
    assert configuration(DEFAULT, "migration") == configuration(DEFAULT)


def test_the_environment_gives_the_password_alone() -> None:
    """Marquez would put anything else that looks like a reference in place as well, comments included."""
    text = one(manifests(HARDENED), "ConfigMap", "api")["data"]["marquez.yml"]
    assert text.count("${") == 1


def test_it_is_the_one_that_marquez_starts_with() -> None:
    (api, _) = one(manifests(DEFAULT), "Deployment", "api")["spec"]["template"]["spec"]["containers"]
    assert {"name": "MARQUEZ_CONFIG", "value": "/etc/marquez/marquez.yml"} in api["env"]
    assert {"name": "files", "mountPath": "/etc/marquez", "readOnly": True} in api["volumeMounts"]
    assert api["command"] == ["/bin/sh", "/etc/marquez/start.sh", "server"]


def test_another_database_is_where_it_says() -> None:
    database = DEFAULT["database"] | {"host": "other.example.com", "port": 6432, "name": "lineage", "user": "writer"}
    found = configuration(DEFAULT | {"database": database})["db"]
    assert found["url"].startswith("jdbc:postgresql://other.example.com:6432/lineage?")
    assert found["user"] == "writer"
