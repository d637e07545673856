"""What `txc doctor` looks at: each check gives a finding, and none may fail with an error of its own."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ..compiler.runtime.toolchain import compiler
from ..compiler.target.host import machine, model
from ..compiler.target.target import host
from ..dsl.diagnostics import TxcError
from ..grammar.tables import cache_directory
from .settings import Settings, settings_file

OK, WARN, FAIL = "ok", "warn", "fail"

_PROBE = "int main(void) { return 0; }\n"
_OPENMP_PROBE = "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and what to do where it is not well."""

    name: str
    status: str
    text: str
    advice: str = ""


def examine(settings: Settings, records: Path) -> list[Finding]:
    """All findings about this machine, in the order in which they are shown."""
    cc = settings.cc
    checks: list[Callable[[], Finding]] = [
        _python, lambda: _compiler(cc), lambda: _openmp(cc), _processor, _vectors, _cores,
        lambda: _writable("cache", cache_directory()), lambda: _writable("records", records.parent),
        _settings, _llvm, *(lambda tool=tool: _tool(*tool) for tool in _TOOLS)]
    return [check() for check in checks]


# Programs that are good to have: what they are shown as, what for, the program where it has another name.
_TOOLS = (("gcc", "a second compiler to build with"), ("clang", "a second compiler to build with"),
          ("cmake", "C projects that include the generated CMake file"),
          ("pkg-config", "C projects that use the generated .pc file"),
          ("AArch64", "--target cpu:aarch64", "aarch64-linux-gnu-gcc"),
          ("RISC-V", "--target cpu:riscv64", "riscv64-linux-gnu-gcc"))


def _python() -> Finding:
    return Finding("python", OK, f"{platform.python_version()}, {sys.executable}")


def _compiler(cc: str) -> Finding:
    try:
        command = compiler(cc or None)
    except TxcError as error:
        found = error.diagnostics[0]
        return Finding("C compiler", FAIL, found.message, found.hint)
    if problem := _compiles(command, _PROBE):
        return Finding("C compiler", FAIL, f"{shlex.join(command)} cannot build a program: {problem}",
                       "install the C library's headers (Debian: libc6-dev)")
    return Finding("C compiler", OK, f"{shlex.join(command)}, {_first_line(command[0], '--version')}")


def _openmp(cc: str) -> Finding:
    try:
        command = compiler(cc or None)
    except TxcError:
        return Finding("OpenMP", WARN, "not looked at without a C compiler")
    if problem := _compiles((*command, "-fopenmp"), _OPENMP_PROBE):
        return Finding("OpenMP", WARN, f"not usable: {problem}",
                       "kernels run on one thread; install it (Debian, for clang: libomp-dev)")
    return Finding("OpenMP", OK, "-fopenmp works")


def _processor() -> Finding:
    name = model() or platform.machine()
    return Finding("processor", OK, f"{name}: {host()}")


def _vectors() -> Finding:
    here = host()
    text = f"{here.vector_registers} registers of {here.vector_bytes * 8} bits"
    if not here.features:
        return Finding("vectors", WARN, f"{text} assumed", "this kind of processor is not known to txc")
    return Finding("vectors", OK, text)


def _cores() -> Finding:
    here = machine()
    sizes = {"L1": here.l1, "L2": here.l2, "L3": here.l3}
    caches = ", ".join(f"{level} {size >> 10} KiB" for level, size in sizes.items() if size)
    return Finding("cores", OK, f"{here.cores} usable; {caches}")


def _writable(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        status = FAIL if name == "records" else WARN
        return Finding(name, status, f"cannot write into {folder}: {error.strerror}",
                       "take the right to write there, or set XDG_CACHE_HOME or the setting records")
    return Finding(name, OK, str(folder))


def _settings() -> Finding:
    path = settings_file(Path.cwd())
    variables = sorted(name for name in os.environ if name.startswith("TXC_"))
    where = [str(path)] if path else []
    return Finding("settings", OK, ", ".join(where + variables) or "none; everything is as by default")


def _llvm() -> Finding:
    try:
        return Finding("LLVM", OK, f"llvmlite {metadata.version('llvmlite')}")
    except metadata.PackageNotFoundError:
        return Finding("LLVM", OK, "llvmlite is not installed; optional, for objects and quicker tuning: "
                       "pip install 'txc[llvm]'")


def _tool(name: str, use: str, program: str = "") -> Finding:
    path = shutil.which(program or name)
    if path is None:
        return Finding(name, OK, f"{program or name} is not installed; optional, for {use}")
    return Finding(name, OK, f"{path}, {_first_line(path, '--version')}")


def _compiles(command: tuple[str, ...], program: str) -> str:
    """What is wrong with building a small program; empty if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(program)
        whole = [*command, str(source), "-o", str(Path(folder, "probe"))]
        try:
            built = subprocess.run(whole, capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        lines = built.stderr.strip().splitlines()
        return (lines[0] if lines else f"exit code {built.returncode}") if built.returncode else ""


def _first_line(program: str, option: str) -> str:
    try:
        shown = subprocess.run([program, option], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "version unknown"
    return next(iter(shown.stdout.splitlines()), "version unknown")
