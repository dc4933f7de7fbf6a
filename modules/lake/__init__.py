"""The lake stack: the raw bucket, landing area of the TICKIT data, and the Glue catalog over it."""

from modules.lake.stack import LakeOutputs, LakeStack

__all__ = ["LakeOutputs", "LakeStack"]
