"""Where a life cycle's figures are kept for the end of the test run's output."""

import pytest

SECONDS = pytest.StashKey[dict[str, float]]()
