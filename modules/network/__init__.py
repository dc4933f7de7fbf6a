"""The network stack: where everything stands, who reaches whom, the key, and what must be known before anything else is there."""

from modules.network.stack import NetworkOutputs, NetworkStack

__all__ = ["NetworkOutputs", "NetworkStack"]
