"""Where the measured limits of a machine are kept: a small file in the user's cache folder."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path

from ...grammar.tables import cache_directory
from ...version import __version__
from ..target.host import model
from ..target.target import host
from .limits import Limits, limits_of

FORMAT = 1


def path() -> Path:
    """The file for this machine, as it is named and as many cores as are usable, and this txc."""
    key = f"{FORMAT} {model()} {host()} {host().cores} {__version__}"
    return cache_directory() / f"limits-{zlib.crc32(key.encode()):08x}.json"


def save(limits: Limits) -> Path:
    """Keep limits; the file they are in. Raises OSError where the folder cannot be written."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(limits.fields(), indent=2) + "\n")
    return file


def saved() -> Limits | None:
    """What `save` has kept for this machine; None where nothing was, or nothing readable."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return limits_of(json.loads(path().read_text()))
    return None
