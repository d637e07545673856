"""Rows that come to the same code: what one of them was compiled to serves the others too.

Unrolling beyond a loop's end, a parallel loop of one task, a knob that a branch does not read: many rows of a
template mean the same program. Its text is known before it is compiled, which is what takes long.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CODES = "codes"
"""The folder, beside those of the candidates, whose links say who was compiled from what."""


def compiled_once(folder: Path, text: str, make: Callable[[], object]) -> str:
    """Have `make` fill the folder of a candidate, or link the files of one compiled from the same text.

    Gives the name of the code, equal for equal texts.
    """
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    known = folder.parent / CODES / name
    if not _link_files(known, folder):
        make()
        known.parent.mkdir(exist_ok=True)
        with suppress(OSError):         # another builder may be as far with the same
            known.unlink(missing_ok=True)
            known.symlink_to(folder)
    return name


def _link_files(known: Path, folder: Path) -> bool:
    """Whether the files of an earlier candidate were still there."""
    try:
        files = list(known.iterdir())
        for file in files:
            os.link(file, folder / file.name)
    except OSError:
        return False
    return bool(files)
