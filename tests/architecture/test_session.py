"""The test session itself: tools that are missing, caches of its own."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.tools import require_tool


def test_a_tool_that_is_there_is_found() -> None:
    """The answer is a path that can be run."""
    assert os.access(require_tool("sh"), os.X_OK)


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_tool_skips_here_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[Exception]
) -> None:
    """Continuous integration must never pass because something was not tried."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-tool is not installed"):
        require_tool("no-such-tool")


def test_caches_and_settings_are_the_sessions_own() -> None:
    """Tests neither read nor leave anything in the folders of whoever runs them."""
    temporary = Path(tempfile.gettempdir()).resolve()
    for kind in ("CACHE", "DATA", "CONFIG", "STATE"):
        assert Path(os.environ[f"XDG_{kind}_HOME"]).resolve().is_relative_to(temporary)
    assert not [name for name in os.environ if name.startswith("TXC_")]


def test_golden_files_must_match(golden: Callable[[str, str], None], request: pytest.FixtureRequest) -> None:
    """A missing golden file is a failure, not a pass."""
    if request.config.getoption("--update-golden"):
        pytest.skip("it would be written")
    with pytest.raises(AssertionError, match="no/such/file.txt is missing"):
        golden("no/such/file.txt", "text")
