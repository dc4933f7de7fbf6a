"""The module that the sensor was in; the package says where it is now."""

from mwaa_lineage import ExternalTablesSensor

__all__ = ["ExternalTablesSensor"]
