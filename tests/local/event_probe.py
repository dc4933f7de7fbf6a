"""Loads plugin and provider as any Airflow process does; prints whether the provider makes an event in this process or in a fork of it."""

import importlib
import os
import tempfile
from pathlib import Path

importlib.import_module("mwaa_lineage.plugin")  # which Airflow loads before the provider
listener = importlib.import_module("airflow.providers.openlineage.plugins.listener").get_openlineage_listener()

made = Path(tempfile.mkdtemp()) / "pid"
listener._execute(lambda: made.write_text(str(os.getpid())), "probe", use_fork=True)
print("made here" if int(made.read_text()) == os.getpid() else "made in a fork")
