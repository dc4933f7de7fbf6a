"""Marquez on AWS: an EKS cluster with its nodes, PostgreSQL, the load balancers in front and their names."""

from modules.marquez.stack import MarquezOutputs, MarquezStack

__all__ = ["MarquezOutputs", "MarquezStack"]
