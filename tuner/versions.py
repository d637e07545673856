"""Which code made a record: the code generator's and the C compiler's versions."""

from __future__ import annotations

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from .. import compiler


@cache
def generator_version() -> str:
    """Names the compiler's sources as they are: any change to them may change what a schedule does."""
    digest = hashlib.sha256()
    folder = Path(compiler.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def compiler_version(command: tuple[str, ...]) -> str:
    """The first line that a C compiler says of its version; its name where it says nothing."""
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False,
                              timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return command[0]
    return (done.stdout.splitlines() or [command[0]])[0].strip()
