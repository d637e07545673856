"""The recipe of a kernel with a template: rows become shared libraries, verified against the reference."""

from __future__ import annotations

import os
import pickle
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...compiler.cases import Case, load_cases, make_cases, save_cases
from ...compiler.codegen.emit import emit
from ...compiler.codegen.interface import Interface, interface
from ...compiler.codegen.llvm.module import module
from ...compiler.dag import Dag
from ...compiler.driver import nest_of
from ...compiler.guarded import GuardedBuffer
from ...compiler.loop.ir import Nest
from ...compiler.numerics import Array
from ...compiler.passes.pipeline import optimise
from ...compiler.runtime.function import KernelFunction
from ...compiler.runtime.jit import Jitted, compiled
from ...compiler.runtime.library import Function
from ...compiler.runtime.toolchain import build_shared
from ...compiler.schedule.default import default_schedule
from ...compiler.schedule.errors import ScheduleError
from ...compiler.schedule.template import Template
from ...compiler.target.target import Target
from ...compiler.verify import PATTERNS, Run, verify_cases, worst_of
from ...dsl import ast
from ...dsl.diagnostics import TxcError
from .failure import COMPILE_ERROR, INVALID, OUT_OF_MEMORY, UNKNOWN, WRONG, Rejected
from .recipe import Row

NO_MEMORY = "allocation failed"
"""What generated code says where memory is short."""

OBJECT = "kernel.pickle"
"""The file of what LLVM makes of a candidate."""

KEPT_CASES = 16
"""Files of expected results that stay in the cache, the latest ones."""


@dataclass(frozen=True)
class KernelRecipe:
    """Builds rows of `Template(graph, directives, target)`.

    `expected` is the file of the inputs and expected outputs, made by `prepare` where it does not exist.
    """

    graph: Dag
    directives: tuple[ast.Directive, ...]
    target: Target
    threads: int
    expected: Path
    backend: str = "c"

    def prepare(self) -> None:
        """Evaluate the reference, unless that was done before."""
        if self.expected.exists():
            self.expected.touch()
            return
        folder = self.expected.parent
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            pass
        save_cases(Path(part.name), make_cases(self.graph))
        os.replace(part.name, self.expected)        # whole or not at all, whoever else does the same
        latest = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in latest[:-KEPT_CASES]:
            file.unlink(missing_ok=True)

    def build(self, row: Row | None, folder: Path) -> None:
        """Generate and compile the candidate of a row; None is the built-in default schedule."""
        try:
            nest = self._nest(row)
        except ScheduleError as error:
            raise Rejected(INVALID, str(error)) from error
        try:
            if self.backend == "llvm":
                made = compiled(module(nest, self._interface, self.target), self.target)
                (folder / OBJECT).write_bytes(pickle.dumps(made))
            else:
                build_shared(emit(nest, self.graph, self.target), folder, bench=True)
        except TxcError as error:
            kind = COMPILE_ERROR if error.diagnostics[0].code in ("R611", "R631") else INVALID
            raise Rejected(kind, str(error)) from error

    def load(self, folder: Path) -> KernelBench:
        """Load the library or object of a candidate."""
        function: KernelFunction
        if self.backend == "llvm":
            function = Jitted(pickle.loads((folder / OBJECT).read_bytes()), self._interface)
        else:
            function = Function(folder / f"lib{self._interface.name}.so", self._interface)
        function.set_threads(self.threads)
        return KernelBench(function, self._cases, self._inputs, self._outputs)

    def _nest(self, row: Row | None) -> Nest:
        if row is None:
            return nest_of(self.graph, default_schedule(self.graph, self.target), self.target)
        return optimise(self._template.lower(row), self.target)

    @cached_property
    def _template(self) -> Template:
        return Template(self.graph, self.directives, self.target)

    @cached_property
    def _interface(self) -> Interface:
        return interface(self.graph)

    @cached_property
    def _cases(self) -> tuple[Case, ...]:
        return load_cases(self.expected)

    @cached_property
    def _inputs(self) -> list[Array]:
        """Normally distributed inputs, aligned to cache lines; every candidate is timed on these."""
        return [GuardedBuffer(t, PATTERNS[0], array).array for t, array in self._cases[0].inputs]

    @cached_property
    def _outputs(self) -> list[Array]:
        return [GuardedBuffer(t, 0).array for t, _ in self._cases[0].outputs]


@dataclass(frozen=True)
class KernelBench:
    """A loaded candidate with the tensors that all candidates share."""

    function: KernelFunction
    cases: tuple[Case, ...]
    inputs: list[Array]
    outputs: list[Array]

    def verify(self) -> float:
        """Run every case between red zones in every way; the seconds of the fastest of these runs."""
        seconds: list[float] = []

        def timed(run: Run) -> Run:
            def call(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
                start = time.perf_counter()
                run(inputs, outputs)
                seconds.append(time.perf_counter() - start)
            return call

        try:
            verdict = worst_of(verify_cases(self.cases, timed(run)) for run in self.function.ways())
        except TxcError as error:
            kind = OUT_OF_MEMORY if NO_MEMORY in str(error) else UNKNOWN
            raise Rejected(kind, str(error)) from error
        if not verdict.ok:
            raise Rejected(WRONG, verdict.message)
        return min(seconds)

    def time(self, repeats: int) -> float:
        """The seconds of the fastest of so many calls, timed one by one in C."""
        return int(self.function.bench(self.inputs, self.outputs, repeats).min()) * 1e-9
