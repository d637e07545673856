"""Programs that some tests need and a machine may lack."""

import os
import shutil

import pytest


def in_ci() -> bool:
    """Whether this is continuous integration (`CI=true`), where everything must be there."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def require_tool(name: str) -> str:
    """Path of a program. Where it is missing the test is skipped, or fails in continuous integration."""
    path = shutil.which(name)
    if path is not None:
        return path
    if in_ci():
        pytest.fail(f"{name} is not installed, and continuous integration must have it")
    pytest.skip(f"{name} is not installed")
