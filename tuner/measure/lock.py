"""One lock for the machine, so that nothing of txc runs while another txc times something."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path


class MachineLock:
    """Work that may disturb others holds it shared, work that must not be disturbed holds it alone.

    The operating system lets go of it when its holder dies. `path` is by default one file for all users of
    the machine.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(tempfile.gettempdir(), "txc-timing.lock")

    @contextmanager
    def shared(self) -> Generator[None]:
        """Hold it beside others that hold it shared: for builds."""
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold it alone: for timing."""
        with self._held(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _held(self, kind: int) -> Generator[None]:
        with suppress(FileExistsError):     # another user's file can be locked, but not created or written
            made = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o644)
            os.fchmod(made, 0o644)      # to be opened by all users, whatever the umask of this one
            os.close(made)
        file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(file, kind)
            yield
        finally:
            os.close(file)


class Unlocked:
    """For a tuner whose measurements run on other machines, which have locks of their own."""

    def shared(self) -> AbstractContextManager[None]:
        """Hold nothing."""
        return nullcontext()

    def alone(self) -> AbstractContextManager[None]:
        """Hold nothing."""
        return nullcontext()
