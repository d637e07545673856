"""Two tuners never time at once."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from txc.tuner.measure.lock import MachineLock


def obtainable(path: Path, kind: int) -> bool:
    """Whether somebody else could take the lock now."""
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def test_timing_excludes_everybody(tmp_path: Path):
    lock = MachineLock(tmp_path / "lock")
    with lock.alone():
        assert not obtainable(tmp_path / "lock", fcntl.LOCK_SH)
    assert obtainable(tmp_path / "lock", fcntl.LOCK_EX)


def test_builds_exclude_timing_only(tmp_path: Path):
    lock = MachineLock(tmp_path / "lock")
    with lock.shared():
        assert obtainable(tmp_path / "lock", fcntl.LOCK_SH)
        assert not obtainable(tmp_path / "lock", fcntl.LOCK_EX)


def test_every_user_can_open_it_whatever_the_umask_of_the_first(tmp_path: Path):
    before = os.umask(0o077)
    try:
        with MachineLock(tmp_path / "lock").shared():
            assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o644
    finally:
        os.umask(before)
