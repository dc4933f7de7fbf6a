"""Airflow reads its home when it is imported: the tests give it one of their own, and none of a person's settings, of AWS neither."""

import gc
import os
import signal
import tempfile
from collections.abc import Generator

import pytest

for name in [name for name in os.environ if name == "ENV" or name.startswith(("AIRFLOW_", "OPENLINEAGE_", "AWS_"))]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
_home = tempfile.TemporaryDirectory(prefix="airflow-")
os.environ["AIRFLOW_HOME"] = _home.name
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "WARNING"  # Airflow logs to standard output, which other tests read
if "TESTS_SYNTHESIZED" not in os.environ:  # for tests/synthesis.py; workers have it from the process that starts them
    _synthesized = tempfile.TemporaryDirectory(prefix="synthesized-")
    os.environ["TESTS_SYNTHESIZED"] = _synthesized.name

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a script, where all that tests start would ignore it, too
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All that is imported stays: the garbage collector need not look at it, then and in every test again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


pytest_plugins = ("tests.deployment.figures",)
