"""One kernel, one target, one schedule: everything that can be made of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..dsl import ast, typed
from ..dsl.diagnostics import TxcError
from ..dsl.source import Source
from .cases import make_cases, make_inputs
from .codegen.emit import Package, emit, write
from .codegen.interface import interface
from .codegen.llvm.module import Module, module
from .codegen.llvm.package import emit_around
from .dag import Dag
from .driver import nest_of
from .loop.ir import Nest
from .numerics import Array
from .runtime.function import NUMPY, KernelFunction
from .runtime.jit import jit
from .runtime.library import Function
from .runtime.llvm import assembly
from .runtime.objects import build_object
from .runtime.toolchain import build_shared, build_static, compiler_for
from .schedule.errors import ScheduleError
from .schedule.opened import opened
from .schedule.select import Choice, Directives, has_holes
from .schedule.template import Template
from .target.target import Target
from .verify import Verdict, verify_cases, worst_of

TIMING = 0.2    # seconds of calls from which the fastest is taken
MOST = 100_000  # calls at most


@dataclass(frozen=True)
class Build:
    """A kernel, a target, and the schedule chosen for them. `threads` 0 leaves their number to OpenMP."""

    kernel: typed.Kernel
    dag: Dag
    target: Target
    choice: Choice
    source: Source | None = None
    threads: int = 0

    @property
    def schedule(self) -> ast.Schedule:
        """The schedule chosen, without holes, as it could stand in a file."""
        binds = tuple(ast.Bind(n, ast.Number(str(v))) for n, v in self.kernel.sizes)
        return ast.Schedule(self.kernel.declaration, binds, str(self.target), self.choice.directives)

    def opened(self, target: str) -> ast.Schedule | None:
        """The schedule with its numbers opened, to be tuned, under that name of the target.

        None where it has nothing to open.
        """
        made = opened(self.dag, self.choice.directives, self.target)
        return ast.Schedule(self.kernel.declaration, (), target, made) if has_holes(made) else None

    @property
    def finished(self) -> bool:
        """Whether it is as its author wrote it: of the file, without holes, for whatever sizes."""
        schedule = self.choice.schedule
        return schedule is not None and not has_holes(schedule.directives)

    @property
    def tuned(self) -> bool:
        """Whether the schedule is a finished one: asked for, of the file for these sizes, or recorded."""
        return self.choice.origin in ("asked", "exact", "record")

    def lower(self, watch: Callable[[str, Nest], None] | None = None, *, check: bool = False) -> Nest:
        """The loop nest that code is generated from; `watch(name, nest)` sees it after each pass.

        With `check`, the nest is verified after each: InvalidNest names the one that broke a rule.
        """
        with legal(self.source if self.choice.schedule else None):
            return nest_of(self.dag, self.choice.directives, self.target, watch, check=check)

    def emit(self, name: str | None = None) -> Package:
        """The generated files; `name` replaces the kernel's in C."""
        return emit(self.lower(), self.kernel, self.target, schedule_text=str(self.schedule), name=name,
                    record=self.choice.facts)

    def write(self, folder: Path, name: str | None = None) -> tuple[Path, ...]:
        """Write the generated files into a folder; their paths."""
        return write(self.emit(name), folder)

    def library(self, folder: Path, name: str | None = None, *, static: bool = False,
                cc: str | None = None) -> Path:
        """Write the generated files and a library compiled from them into a folder; the library's path."""
        command = compiler_for(self.target, cc)
        return (build_static if static else build_shared)(self.emit(name), folder, command)

    def module(self, name: str | None = None) -> Module:
        """What the kernel computes, as LLVM IR."""
        return module(self.lower(), interface(self.kernel, name), self.target)

    def assembly(self, name: str | None = None) -> str:
        """The assembly that LLVM makes of it. Raises TxcError R630 without llvmlite."""
        return assembly(self.module(name).text, self.target)

    def object(self, folder: Path, name: str | None = None, *, cc: str | None = None) -> tuple[Path, Path]:
        """Write NAME.o, LLVM's code with the entry points that cc compiles, and NAME.h; their paths."""
        package, made = emit_around(self.lower(), self.kernel, self.target, name=name)
        return build_object(package, folder, compiler_for(self.target, cc), made, self.target)

    def build(self, cc: str | None = None, *, bench: bool = False, backend: str = "c") -> KernelFunction:
        """The kernel compiled and loaded, a function on arrays; `backend` is `c` or `llvm`.

        What a C compiler made can be timed only with `bench`.
        """
        if backend == "llvm":
            function = jit(self.module(), interface(self.kernel), self.target)
        else:
            function = self._compiled(cc, bench=bench)
        if self.threads:
            function.set_threads(self.threads)
        return function

    def _compiled(self, cc: str | None, *, bench: bool) -> Function:
        package = self.emit()
        with tempfile.TemporaryDirectory(prefix="txc-") as folder:      # a loaded library needs no file
            return Function(build_shared(package, Path(folder), cc, bench=bench), package.interface)

    def verify(self, function: KernelFunction | None = None, *, seed: int = 0) -> Verdict:
        """The verdict on a function built from this, or on a new one; with constants packed too."""
        built = function or self.build()
        cases = make_cases(self.dag, (seed,))
        return worst_of(verify_cases(cases, run) for run in built.ways())

    def inputs(self, seed: int = 0) -> dict[str, Array]:
        """Inputs to try the kernel with, by name: normally distributed floats, small integers."""
        return make_inputs(self.dag, "normal", seed)

    def time(self, function: KernelFunction, inputs: Mapping[str, Array], repeat: int = 0) -> float:
        """Seconds of the fastest call of a function built with `bench`.

        `repeat` 0 is as many calls as take about a fifth of a second.
        """
        outputs = [np.empty(t.shape, NUMPY[t.dtype.name]) for t in self.kernel.outputs]
        given = [inputs[t.name] for t in self.kernel.inputs]
        first = int(function.bench(given, outputs, 1).min())    # also fills caches and starts threads
        calls = repeat or max(3, min(MOST, int(TIMING * 1e9 / max(first, 1))))
        return min(int(function.bench(given, outputs, calls).min()), first) / 1e9


def fill(graph: Dag, directives: Directives, target: Target, source: Source | None) -> Directives:
    """A template filled with its default row."""
    with legal(source):
        template = Template(graph, directives, target)
        return template.fill(template.default_row())


@contextmanager
def legal(source: Source | None) -> Generator[None]:
    """Turn an illegal schedule into an error that points into the source that it stands in."""
    try:
        yield
    except ScheduleError as error:
        raise TxcError([error.diagnostic()], source) from error
