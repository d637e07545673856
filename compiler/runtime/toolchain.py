"""The C compiler: which one, what it can do, and building libraries with it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ...dsl.diagnostics import Diagnostic, TxcError
from ..codegen.bench import bench_source
from ..codegen.emit import Package, write
from ..codegen.llvm.machines import architecture, architecture_here
from ..target.target import Target

SHOWN_LINES = 20


def compiler(cc: str | None = None) -> tuple[str, ...]:
    """The command of the C compiler: `cc`, else `TXC_CC`, else `CC`, else `cc`; further words are flags.

    Raises TxcError R610 if there is no such program.
    """
    text = cc or os.environ.get("TXC_CC") or os.environ.get("CC") or "cc"
    command = tuple(shlex.split(text))
    if shutil.which(command[0]) is None:
        raise TxcError([Diagnostic("R610", f"there is no C compiler '{command[0]}'",
                                   hint="install one, or name yours in the environment variable TXC_CC")])
    return command


def compiler_for(target: Target, cc: str | None = None) -> str | None:
    """The C compiler to ask for where code is for another machine than this: GCC's cross compiler, unless
    `cc` or `TXC_CC` names one. None for this machine's own."""
    named = cc or os.environ.get("TXC_CC")
    machine = architecture(target)
    return named or (None if machine == architecture_here() else f"{machine}-linux-gnu-gcc")


@cache
def supports(command: tuple[str, ...], *flags: str) -> bool:
    """Whether a shared library can be compiled and linked with these flags."""
    with tempfile.TemporaryDirectory(prefix="txc-") as folder:
        source = Path(folder, "probe.c")
        source.write_text("int probe(void) { return 0; }\n")
        output = str(Path(folder, "probe"))
        done = subprocess.run([*command, *flags, "-shared", "-fPIC", str(source), "-o", output],
                              capture_output=True, check=False)
    return done.returncode == 0


def default_flags(command: tuple[str, ...]) -> tuple[str, ...]:
    """`-O2`, and OpenMP where the compiler has it."""
    return ("-O2", "-fopenmp") if supports(command, "-fopenmp") else ("-O2",)


def build_shared(package: Package, folder: Path, cc: str | None = None, flags: Sequence[str] | None = None, *,
                 bench: bool = False) -> Path:
    """Write a package into a folder and compile it there to `libNAME.so`, whose path this gives.

    With `bench` the library has `NAME_bench` too (see `codegen.bench`). Raises TxcError R610, R611.
    """
    command = compiler(cc)
    write(package, folder)
    sources = [folder / f"{package.name}.c"]
    if bench:
        sources.append(folder / f"{package.name}_bench.c")
        sources[-1].write_text(bench_source(package.interface), encoding="utf-8")
    library = folder / f"lib{package.name}.so"
    chosen = default_flags(command) if flags is None else tuple(flags)
    with _replacing(library) as fresh:
        compile_shared(command, chosen, sources, fresh)
    return library


def compile_shared(command: Sequence[str], flags: Sequence[str], sources: Sequence[Path],
                   library: Path) -> Path:
    """Compile files to a shared library, whose path this gives. Raises TxcError R611."""
    files = [*map(str, sources), "-o", str(library), "-lm"]
    compile_files([*command, *flags, "-shared", "-fPIC", *files], sources[0])
    return library


def build_static(package: Package, folder: Path, cc: str | None = None,
                 flags: Sequence[str] | None = None) -> Path:
    """Write a package into a folder and compile it there to `libNAME.a`, whose path this gives.

    Raises TxcError R610 where the compiler or `ar` is missing, R611 where compiling fails.
    """
    command = compiler(cc)
    archiver = compiler(os.environ.get("AR") or "ar")
    write(package, folder)
    source, library = folder / f"{package.name}.c", folder / f"lib{package.name}.a"
    chosen = default_flags(command) if flags is None else tuple(flags)
    with _replacing(library) as fresh:
        thing = fresh.parent / f"{package.name}.o"
        compile_files([*command, *chosen, "-fPIC", "-c", str(source), "-o", str(thing)], source)
        compile_files([*archiver, "rcs", str(fresh), str(thing)], source)
    return library


@contextmanager
def _replacing(library: Path) -> Generator[Path]:
    """Where to make a library that then takes its place at once: one that is loaded is never written to."""
    with tempfile.TemporaryDirectory(prefix=".txc-", dir=library.parent) as folder:
        fresh = Path(folder, library.name)
        yield fresh
        os.replace(fresh, library)


def compile_files(command: list[str], source: Path) -> None:
    """Run a compiler; R611 names the source where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()[:SHOWN_LINES]
        message = [f"the C compiler failed ({shlex.join(command)})", *(f"  {line}" for line in lines)]
        raise TxcError([Diagnostic("R611", "\n".join(message), hint=f"the source is kept in {source}")])
