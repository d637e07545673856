"""Random kernels with random schedules are code for every machine, those that are not here too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.candidate import Candidate, candidate
from support.choices import Seeded
from support.tools import require_tool
from txc.compiler.codegen.emit import emit, write
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.driver import nest_of
from txc.compiler.loop.ir import Nest
from txc.compiler.runtime.llvm import object_code

COUNT = 12
MACHINES = {"cpu:x86-64-v4": ("gcc", "clang"), "cpu:aarch64": ("aarch64-linux-gnu-gcc",),
            "cpu:riscv64": ("riscv64-linux-gnu-gcc",)}


def nests(machine: str) -> list[tuple[Candidate, Nest]]:
    """Kernels that are lowered for a machine."""
    drawn = [candidate(Seeded(number), (machine,)) for number in range(COUNT)]
    return [(one, nest_of(one.graph, one.directives, one.target, check=True)) for one in drawn]


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
def test_kernels_are_objects_of_every_machine(machine: str, tmp_path: Path) -> None:
    sources: list[str] = []
    for number, (one, nest) in enumerate(nests(machine)):
        assert object_code(module(nest, interface(one.graph), one.target).text, one.target)
        package = emit(nest, one.graph, one.target, name=f"case{number}")
        sources += [str(path) for path in write(package, tmp_path) if path.suffix == ".c"]
    for compiler in MACHINES[machine]:
        command = [require_tool(compiler), "-O1", "-Werror=implicit-function-declaration", "-c", *sources]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
