"""The Python interface: `txc.load("dense.tx")["dense"]` is a kernel to check, tune, build and call.

    import txc

    dense = txc.load("dense.tx")["dense"]
    dense.tune(budget=60)
    f = dense(M=128).build()
    D = f(A, B, bias)

Everything raises `txc.TxcError` for what is wrong with an input. Importing this is quick: numpy and the
compiler come with the first method that needs them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .compiler.schedule.select import Choice, Directives, Sources, check_ranks, select
from .compiler.target.data import AVAILABLE
from .compiler.target.target import Target
from .compiler.target.target import parse as parse_target
from .dsl import ast, typed
from .dsl.check.files import check_file, elaborate, kernel_names
from .dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from .dsl.load import decode
from .dsl.parser import parse, parse_directives
from .dsl.source import Source

if TYPE_CHECKING:
    from .compiler.codegen.emit import Package
    from .compiler.dag import Dag
    from .compiler.loop.ir import Nest
    from .compiler.numerics import Array
    from .compiler.runtime.library import Function
    from .compiler.verify import Verdict

After = Callable[[str, "Nest"], None]
"""Called with the name of each pass and the nest that it made."""


def load(path: str | Path) -> Module:
    """The kernels of a `.tx` file. Raises TxcError for errors in it, OSError where it cannot be read."""
    return Module(decode(Path(path).read_bytes(), str(path)))


def loads(text: str, name: str = "<text>") -> Module:
    """The kernels in a text. Raises TxcError for errors in it."""
    return Module(Source(text, name))


def check(source: Source, sizes: Mapping[str, int] | None = None) -> list[Diagnostic]:
    """Every error, warning and note about a source, in the order of the text; `sizes` override defaults.

    Never raises TxcError.
    """
    try:
        file = parse(source)
    except TxcError as error:
        return list(error.diagnostics)
    found = check_file(file, source, sizes or {})
    if any(isinstance(d, ast.Schedule) for d in file.declarations):
        from .compiler.schedule.check import check_schedules

        found = [*found, *check_ranks(file, source), *check_schedules(file, source, sizes or {})]
    return sorted(found, key=lambda d: d.span)


class Module(Mapping[str, "Kernel"]):
    """The kernels and instances of a `.tx` file, by name and in its order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.file = parse(source)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of kernels and instances."""
        return kernel_names(self.file)

    def __getitem__(self, name: str) -> Kernel:
        if name not in self.names:
            hint = did_you_mean(name, self.names) or f"it has: {', '.join(self.names) or 'no kernels'}"
            raise KeyError(f"there is no kernel '{name}' in {self.source.name}; {hint}")
        return self.kernel(name)

    def kernel(self, name: str) -> Kernel:
        """The kernel of that name; one that the file does not have is told when it is used (T113)."""
        return Kernel(self.file, self.source, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def check(self) -> list[Diagnostic]:
        """Every error, warning and note about the file."""
        return check(self.source)


@dataclass(frozen=True)
class Kernel:
    """A kernel or an instance at given sizes. `kernel(M=128)` is the same kernel at another size."""

    file: ast.File
    source: Source
    name: str
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])

    def __call__(self, **sizes: int) -> Kernel:
        """The kernel at other sizes; those not named stay. Wrong ones are told when they are used."""
        return replace(self, sizes={**self.sizes, **sizes})

    @cached_property
    def typed(self) -> typed.Kernel:
        """The checked kernel. Raises TxcError with everything wrong about it."""
        return elaborate(self.file, self.name, self.sizes, self.source)

    @cached_property
    def dag(self) -> Dag:
        """The kernel in the compiler's normal form."""
        from .compiler.dag import build

        return build(self.typed)

    def check(self) -> list[Diagnostic]:
        """Every error, warning and note about the file at these sizes."""
        return check(self.source, self.sizes)

    def plan(self, target: str = "cpu", *, schedule: str | None = None, threads: int = 0,
             records: Path | None = None) -> Build:
        """How the kernel is built for a target: with which schedule.

        `schedule` is `default` or the number of one in the file; otherwise the best there is, tuned ones for
        that number of threads (0: all usable cores) included. `records` is the database to look into.
        Raises TxcError R600, R601 for an unknown target, R620 for one that is not available.
        """
        machine = parse_target(target)
        if machine.family not in AVAILABLE:
            raise _error("R620", f"code for {machine} cannot be generated yet", "`txc targets` lists targets")
        sources = Sources(lambda: self._recorded(machine, threads, records),
                          lambda directives: self._filled(directives, machine),
                          lambda: self._built_in(machine))
        choice = select(self.file, self.typed, machine, sources, schedule, self.source)
        return Build(self, machine, choice, threads)

    @property
    def schedule(self) -> ast.Schedule:
        """The schedule that a build for this machine uses; `str()` of it is `.tx` text."""
        return self.plan().schedule

    def lower(self, target: str = "cpu", *, schedule: str | None = None) -> Nest:
        """The loop nest that code is generated from; `str()` of it is readable text."""
        return self.plan(target, schedule=schedule).lower()

    def write(self, folder: str | Path, target: str = "cpu", *, name: str | None = None,
              schedule: str | None = None) -> tuple[Path, ...]:
        """Write C source, header, manifest and build snippets into a folder; their paths."""
        return self.plan(target, schedule=schedule).write(Path(folder), name)

    def build(self, *, schedule: str | None = None, threads: int = 0, cc: str | None = None) -> Function:
        """The kernel compiled for this machine, as a function on numpy arrays: `f(A, B)` gives outputs."""
        return self.plan(schedule=schedule, threads=threads).build(cc)

    def verify(self, *, schedule: str | None = None, seed: int = 0) -> Verdict:
        """Build the kernel, run it on generated inputs and compare with the reference."""
        return self.plan(schedule=schedule).verify(seed=seed)

    def _recorded(self, target: Target, threads: int, records: Path | None) -> Directives | None:
        """The schedule of the best record; None without one."""
        from .compiler.dag import kernel_hash
        from .tuner.records import Records, TaskKey, default_path

        path = records or default_path()
        if not path.exists():
            return None
        key = TaskKey(kernel_hash(self.typed), str(target), threads or target.cores)
        with Records(path) as store:
            best = store.best(key)
        return None if best is None else parse_directives(best.schedule)

    def _filled(self, directives: Directives, target: Target) -> Directives:
        """A template filled with its default row."""
        from .compiler.schedule.template import Template

        with _legal(self.source):
            template = Template(self.dag, directives, target)
            return template.fill(template.default_row())

    def _built_in(self, target: Target) -> Directives:
        """The schedule of a kernel that the file has none for."""
        from .compiler.schedule.default import default_schedule

        return default_schedule(self.dag, target)


@dataclass(frozen=True)
class Build:
    """A kernel, a target, and the schedule chosen for them."""

    kernel: Kernel
    target: Target
    choice: Choice
    threads: int = 0

    @property
    def schedule(self) -> ast.Schedule:
        """The schedule chosen, without holes, as it could stand in a file."""
        binds = tuple(ast.Bind(n, ast.Number(str(v))) for n, v in self.kernel.typed.sizes)
        declaration = self.kernel.typed.declaration
        return ast.Schedule(declaration, binds, str(self.target), self.choice.directives)

    @property
    def tuned(self) -> bool:
        """Whether nothing is left to gain by tuning first: a finished schedule of the file, or a record."""
        return self.choice.origin in ("asked", "exact", "record")

    def lower(self, after: After | None = None) -> Nest:
        """The loop nest that code is generated from, with all passes done."""
        from .compiler.driver import nest_of

        with _legal(self.kernel.source if self.choice.schedule else None):
            return nest_of(self.kernel.dag, self.choice.directives, self.target, after)

    def emit(self, name: str | None = None) -> Package:
        """The generated files; `name` replaces the kernel's in C."""
        from .compiler.codegen.emit import emit

        return emit(self.lower(), self.kernel.typed, self.target, schedule_text=str(self.schedule),
                    name=name)

    def write(self, folder: Path, name: str | None = None) -> tuple[Path, ...]:
        """Write the generated files into a folder; their paths."""
        from .compiler.codegen.emit import write

        return write(self.emit(name), folder)

    def library(self, folder: Path, name: str | None = None, *, static: bool = False,
                cc: str | None = None) -> Path:
        """Write the generated files and a library compiled from them into a folder; the library's path."""
        from .compiler.runtime.toolchain import build_shared, build_static

        return (build_static if static else build_shared)(self.emit(name), folder, cc)

    def build(self, cc: str | None = None, *, bench: bool = False) -> Function:
        """The kernel compiled and loaded. With `bench` it can time itself without Python between."""
        from .compiler.runtime.library import Function
        from .compiler.runtime.toolchain import build_shared

        package = self.emit()
        with tempfile.TemporaryDirectory(prefix="txc-") as folder:      # a loaded library needs no file
            library = build_shared(package, Path(folder), cc, bench=bench)
            function = Function(library, package.interface)
        if self.threads:
            function.set_threads(self.threads)
        return function

    def verify(self, function: Function | None = None, *, seed: int = 0) -> Verdict:
        """The verdict on the built kernel, or on a function built from this before."""
        from .compiler.verify import verify

        built = function or self.build()

        def run(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
            built(*inputs, out=outputs)

        return verify(self.kernel.dag, run, (seed,))


@contextmanager
def _legal(source: Source | None) -> Iterator[None]:
    """Turn an illegal schedule into an error that points into the file that it stands in."""
    from .compiler.schedule.errors import ScheduleError

    try:
        yield
    except ScheduleError as error:
        raise TxcError([error.diagnostic()], source) from error


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
