"""What all tests share: caches of their own, a fixed hypothesis, golden files, tools that may be missing."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import hypothesis
import pytest
from support.tools import in_ci, require_tool

ROOT = Path(__file__).resolve().parent.parent
SESSION = "PYTEST_TXC_SESSION"      # a folder of this test session: caches and locks

hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)
hypothesis.settings.register_profile("dev", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if in_ci() else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """Give the session caches and settings of its own, before any module can read the environment."""
    for name in [n for n in os.environ if n.startswith("TXC_")]:
        del os.environ[name]
    for name in ("FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS"):     # they change what the command line prints
        os.environ.pop(name, None)
    if SESSION not in os.environ:       # workers inherit it
        os.environ[SESSION] = home = tempfile.mkdtemp(prefix="txc-tests-")
        config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.__delitem__(SESSION))
    for kind in ("CACHE", "DATA", "CONFIG", "STATE"):
        os.environ[f"XDG_{kind}_HOME"] = str(Path(os.environ[SESSION], kind.lower()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test marked `alone` runs while the other workers of the session wait between two tests."""
    home = Path(os.environ[SESSION])
    with open(home / "gate", "w") as gate, open(home / "room", "w") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)        # who waits for the room keeps later ones from entering
        fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            return (yield)
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)    # closing would not do: a forked child may hold the file too


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def examples_dir() -> Path:
    """The folder of the example programs."""
    return ROOT / "examples"


@pytest.fixture(name="require_tool", scope="session")
def require_tool_fixture() -> Callable[[str], str]:
    """The helper of `support.tools`, for tests that would rather not import it."""
    return require_tool


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden("sched/split/tail.txt", text)` compares a text with tests/golden/…, or writes it there."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests" / "golden" / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path.relative_to(ROOT)} is missing: run pytest --update-golden"
        assert text == path.read_text()

    return compare
