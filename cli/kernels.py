"""The kernels that a command line is about."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .inputs import read_source, sizes, usage
from .settings import Settings

if TYPE_CHECKING:
    from ..api import Kernel, Module


def open_module(path: Path) -> Module:
    """The kernels of a file or of standard input."""
    from ..api import Module

    return Module(read_source(path))


def one(path: Path, name: str | None, define: Sequence[str] | None = None) -> Kernel:
    """The kernel of that name, or the only one of the file. Raises R621 where that is not clear, T113 for a
    name that the file does not have.
    """
    return several(path, [name] if name else [], define)[0]


def parted(path: Path, name: str | None) -> tuple[Path, str | None]:
    """The file and the kernel's name, which may be given as FILE:KERNEL."""
    if name is None and ":" in path.name and not path.exists():
        file, _, kernel = str(path).rpartition(":")
        return Path(file), kernel
    return path, name


def several(path: Path, names: Sequence[str], define: Sequence[str] | None = None, *,
            everything: bool = False) -> list[Kernel]:
    """The kernels of these names; without names the only one of the file, or each if `everything`."""
    module, given = open_module(path), sizes(define)
    chosen = list(names) or list(module.names)
    if not chosen:
        raise usage("R621", f"there is no kernel in {path}")
    if not names and len(chosen) > 1 and not everything:
        raise usage("R621", f"{path} has several kernels", f"name one of {', '.join(chosen)}")
    return [module.kernel(name)(**given) for name in chosen]


def tune_command(path: Path, name: str, define: Sequence[str] | None, settings: Settings) -> str:
    """The command that tunes a kernel as it was asked for here."""
    words = ["txc", "tune", str(path), name]
    for text in define or ():
        words += ["-D", text]
    words += ["--target", settings.target] if settings.target != Settings().target else []
    words += ["--threads", str(settings.threads)] if settings.threads else []
    return shlex.join([*words, "--budget", "60s"])
