"""What Airflow 3's masker hides: after the plugins are imported, after a supervisor has reset it, and once a task starts.

`supervise` of the task SDK (airflow/sdk/execution_time/supervisor.py) resets the masker before it starts a task.
"""

from airflow.sdk._shared.secrets_masker import redact, reset_secrets_masker
from airflow.sdk.listener import get_listener_manager

KEY, PASSWORD = "c4n4ryStoreKey-d41d8cd9", "c4n4ryUrlPass"


def main() -> None:
    """Print a line for each."""
    manager = get_listener_manager()
    print("imported:", redact(f"{KEY} {PASSWORD}"))
    reset_secrets_masker()
    print("reset:", redact(f"{KEY} {PASSWORD}"))
    (ours,) = (plugin for plugin in manager.pm.get_plugins() if type(plugin).__name__ == "TaskStarts")
    ours.on_task_instance_running()
    print("started:", redact(f"{KEY} {PASSWORD}"))


if __name__ == "__main__":
    main()
