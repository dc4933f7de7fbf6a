"""What a destroy has left behind, and the command that removes each; nothing is removed here."""

from operations.leftovers.kind import Leftover
from operations.leftovers.report import report
from operations.leftovers.survey import Survey, find, survey

__all__ = ["Leftover", "Survey", "find", "report", "survey"]
