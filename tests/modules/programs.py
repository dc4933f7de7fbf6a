"""The programs that some tests need."""

import os
import shutil

import pytest


def require(program: str, purpose: str) -> str:
    """The path of a program. Without it the test is skipped, and fails with CI=true."""
    found = shutil.which(program)
    if found is None:
        reason = f"{purpose} needs `{program}`, which is not on PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
