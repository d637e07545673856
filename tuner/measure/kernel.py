"""The recipe of a kernel with a template: rows become machine code, verified against the reference.

While a search goes on, LLVM compiles candidates, which takes it a tenth of a C compiler's time. Those of the
final comparison are compiled by what compiles the kernel in the end.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import cycle
from pathlib import Path

import platformdirs

from ...compiler.cases import load_cases, make_cases, save_cases
from ...compiler.codegen.emit import emit
from ...compiler.codegen.interface import Interface, interface
from ...compiler.codegen.llvm.invoke import text_of
from ...compiler.codegen.llvm.module import module
from ...compiler.dag import Dag
from ...compiler.driver import nest_of
from ...compiler.loop.ir import Invoke, Nest
from ...compiler.loop.visit import walk_stmts
from ...compiler.numerics import Array
from ...compiler.passes.pipeline import optimise
from ...compiler.runtime.function import KernelFunction
from ...compiler.runtime.jit import Jitted, compiled
from ...compiler.runtime.library import Function
from ...compiler.runtime.toolchain import build_shared
from ...compiler.schedule.default import default_schedule
from ...compiler.schedule.errors import ScheduleError
from ...compiler.target.target import Target
from ...compiler.verify import PATTERNS, Run
from ...dsl.diagnostics import TxcError
from ...dsl.parser import parse_directives
from ..sketch import Sketch
from ..sketches import SketchSpace
from .arena import Arena
from .failure import COMPILE_ERROR, INVALID, OUT_OF_MEMORY, UNKNOWN, WRONG, Rejected
from .recipe import Filling
from .twins import compiled_once

NO_MEMORY = "allocation failed"
"""What generated code says where memory is short."""

OBJECT = "kernel.pickle"
"""The file of what LLVM makes of a candidate."""

KEPT_CASES = 16
"""Files of expected results that stay in the cache, the latest ones, whatever their age."""

KEPT_FOR = 24 * 60 * 60
"""Seconds after its last use for which any of them stays: a run of many kernels needs more of them."""

EXPECTED = "expected.npz"
"""The file of expected results in the folder that all candidates of a run share."""


@dataclass(frozen=True)
class KernelRecipe:
    """Builds rows of `SketchSpace(graph, sketches, target)`.

    `expected` is the file of the inputs and expected outputs, made by `prepare` where it does not exist; a
    relative path is one in the cache of the user and machine that the recipe is used on. A run has the file
    under a second name: whatever is removed from the cache meanwhile, it goes on.
    `backend` compiles candidates and `ships` those of the final comparison: `c` or `llvm`.
    """

    graph: Dag
    sketches: tuple[Sketch, ...]
    target: Target
    threads: int
    expected: Path
    backend: str = "c"
    ships: str = "c"

    def prepare(self, shared: Path) -> None:
        """Evaluate the reference, unless that was done before."""
        kept = self._cases_file
        try:
            os.utime(kept)
        except FileNotFoundError:
            self._evaluate(kept)
        _link(kept, shared / EXPECTED)

    def _evaluate(self, kept: Path) -> None:
        folder = kept.parent
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            pass
        save_cases(Path(part.name), make_cases(self.graph))
        os.replace(part.name, kept)     # whole or not at all, whoever else does the same
        for file in sorted(folder.iterdir(), key=_last_used)[:-KEPT_CASES]:
            if time.time() - _last_used(file) > KEPT_FOR:
                file.unlink(missing_ok=True)

    def warm(self, shared: Path) -> None:
        """Read what `prepare` left, into the process that runs candidates."""
        _arenas(shared / EXPECTED)

    def build(self, row: Filling, folder: Path, *, final: bool) -> str:
        """Generate and compile the candidate of a row or schedule; None is the built-in default one."""
        try:
            nest = self._nest(row)
        except ScheduleError as error:
            raise Rejected(INVALID, str(error)) from error
        try:
            if self.ships == "llvm" if final else self.backend == "llvm" and _whole_in_llvm(nest):
                return self._by_llvm(nest, folder)
            return self._by_c(nest, folder)
        except TxcError as error:
            kind = COMPILE_ERROR if error.diagnostics[0].code in ("R611", "R631") else INVALID
            raise Rejected(kind, str(error)) from error

    def _by_llvm(self, nest: Nest, folder: Path) -> str:
        made = module(nest, self._interface, self.target)

        def compile_it() -> None:
            (folder / OBJECT).write_bytes(pickle.dumps(compiled(made, self.target)))

        return compiled_once(folder, made.text, compile_it)

    def _by_c(self, nest: Nest, folder: Path) -> str:
        package = emit(nest, self.graph, self.target)
        text = "".join(package.files.values())
        return compiled_once(folder, text, lambda: build_shared(package, folder, bench=True))

    def load(self, folder: Path) -> KernelBench:
        """Load the library or object of a candidate."""
        function: KernelFunction
        if (folder / OBJECT).exists():
            function = Jitted(pickle.loads((folder / OBJECT).read_bytes()), self._interface)
        else:
            function = Function(folder / f"lib{self._interface.name}.so", self._interface)
        function.set_threads(self.threads)
        return KernelBench(function, _arenas(folder.parent / EXPECTED))

    def _nest(self, row: Filling) -> Nest:
        if row is None:
            return nest_of(self.graph, default_schedule(self.graph, self.target), self.target)
        if isinstance(row, str):
            return nest_of(self.graph, parse_directives(row), self.target)
        return optimise(self._space.lower(row), self.target)

    @cached_property
    def _space(self) -> SketchSpace:
        return SketchSpace(self.graph, self.sketches, self.target)

    @property
    def _cases_file(self) -> Path:
        return platformdirs.user_cache_path("txc") / "expected" / self.expected

    @cached_property
    def _interface(self) -> Interface:
        return interface(self.graph)


@dataclass(frozen=True)
class KernelBench:
    """A loaded candidate in the arenas that all candidates share."""

    function: KernelFunction
    arenas: tuple[Arena, ...]

    def verify(self) -> float:
        """Run every case in every way; the seconds of the fastest of these runs.

        The case that is timed comes last: its tensors are in the caches then.
        """
        seconds: list[float] = []
        try:
            for way in self.function.ways():
                run = _timed(way, seconds)
                for arena in reversed(self.arenas):
                    verdict = arena.verify(run)
                    if not verdict.ok:
                        raise Rejected(WRONG, verdict.message)
        except TxcError as error:
            kind = OUT_OF_MEMORY if NO_MEMORY in str(error) else UNKNOWN
            raise Rejected(kind, str(error)) from error
        return min(seconds)

    def time(self, repeats: int) -> float:
        """The seconds of the fastest of so many calls, timed one by one in C."""
        arena = self.arenas[0]
        return int(self.function.bench(arena.inputs, arena.outputs, repeats).min()) * 1e-9


@lru_cache(maxsize=1)
def _arenas(expected: Path) -> tuple[Arena, ...]:
    """One for each case; in the first, of normally distributed inputs, every candidate is timed."""
    return tuple(map(Arena, load_cases(expected), cycle(PATTERNS)))


def _link(file: Path, name: Path) -> None:
    """Give a file a second name; a copy has it where that is in another file system."""
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, name)


def _last_used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0      # another run has removed it


def _timed(run: Run, seconds: list[float]) -> Run:
    def call(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        start = time.perf_counter()
        run(inputs, outputs)
        seconds.append(time.perf_counter() - start)

    return call


def _whole_in_llvm(nest: Nest) -> bool:
    """Whether LLVM gets all instructions of the nest as such; those with a text for C alone it does not."""
    return all(text_of(s) for s in walk_stmts(nest.body) if isinstance(s, Invoke))
