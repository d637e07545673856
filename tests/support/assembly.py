"""The assembly that C compilers make of a scheduled kernel, and the loop of it where the work is done."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from support.kernels import typed_kernel
from txc.compiler.codegen.emit import emit, write
from txc.compiler.dag import build
from txc.compiler.driver import nest_of
from txc.compiler.target.target import parse
from txc.dsl.parser import parse_directives

LABEL = re.compile(r"^(\.L\w+):")
JUMP = re.compile(r"^\s+j\w+\s+(\.L\w+)")
STACK_STORE = re.compile(r"^\s+v?mov\w+\s+%[xyz]mm\d+, -?\w*\(%r[sb]p\)")
FMA = re.compile(r"^\s+vfn?m\w+")


def assembly(kernel: str, schedule: str, target: str, compiler: str) -> list[str]:
    """The lines of `compiler -O2 -S` for a kernel and its directives."""
    checked, machine = typed_kernel(kernel), parse(target)
    package = emit(nest_of(build(checked), parse_directives(schedule), machine), checked, machine)
    with tempfile.TemporaryDirectory(prefix="txc-") as folder:
        write(package, Path(folder))
        output = Path(folder, "out.s")
        subprocess.run([compiler, "-O2", "-S", str(Path(folder, f"{package.name}.c")), "-o", str(output)],
                       check=True)
        return output.read_text().splitlines()


def hottest_loop(lines: list[str], what: str = r"vfn?m") -> list[str]:
    """The instructions of the innermost loop with the most of some, such as multiply-adds."""
    work = re.compile(rf"\s+{what}")
    return max(_inner_loops(lines), key=lambda loop: sum(work.match(line) is not None for line in loop))


def _inner_loops(lines: list[str]) -> Iterator[list[str]]:
    """From each label to a jump back to it, where no other such loop is inside."""
    labels = {match[1]: n for n, line in enumerate(lines) if (match := LABEL.match(line))}
    back = [(labels[match[1]], n) for n, line in enumerate(lines)
            if (match := JUMP.match(line)) and labels.get(match[1], len(lines)) < n]
    for start, end in back:
        if not any(start < other and last < end for other, last in back):
            yield [line for line in lines[start : end + 1] if re.match(r"^\s+[a-z]", line)]


def is_fma(line: str) -> bool:
    """Whether an instruction multiplies and adds vectors."""
    return FMA.match(line) is not None


def is_spill(line: str) -> bool:
    """Whether an instruction stores a vector on the stack."""
    return STACK_STORE.match(line) is not None
