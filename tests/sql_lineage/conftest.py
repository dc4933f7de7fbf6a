"""Airflow with a home of its own, before the first test module imports it."""

import os
import tempfile
from unittest import mock

_home = tempfile.TemporaryDirectory(prefix="airflow-")
with mock.patch.dict(os.environ, AIRFLOW_HOME=_home.name):
    import airflow.models  # noqa: F401
