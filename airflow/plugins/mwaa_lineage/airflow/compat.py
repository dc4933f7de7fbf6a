"""What has moved between Airflow 2.7 and 3.3, under one name."""

try:
    from airflow.sdk import BaseHook
except ImportError:
    from airflow.hooks.base import BaseHook

try:
    from airflow.sdk import BaseSensorOperator
except ImportError:
    from airflow.sensors.base import BaseSensorOperator

try:
    from airflow.sdk.exceptions import AirflowSensorTimeout
except ImportError:
    from airflow.exceptions import AirflowSensorTimeout

__all__ = ["AirflowSensorTimeout", "BaseHook", "BaseSensorOperator"]
