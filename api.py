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

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .compiler.check import check as check
from .compiler.schedule.select import Directives, Sources, select, template
from .compiler.target.data import AVAILABLE
from .compiler.target.target import Target, host
from .compiler.target.target import parse as parse_target
from .dsl import ast, typed
from .dsl.check.files import elaborate, kernel_names
from .dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from .dsl.load import decode
from .dsl.parser import parse, parse_directives
from .dsl.source import Source

if TYPE_CHECKING:
    from .compiler.build import Build
    from .compiler.dag import Dag
    from .compiler.loop.ir import Nest
    from .compiler.runtime.function import KernelFunction
    from .compiler.verify import Verdict
    from .tuner.events import Event
    from .tuner.freeze import Frozen
    from .tuner.outcome import Outcome
    from .tuner.records import Record
    from .tuner.sketch import Sketch
    from .tuner.tune import Task


DERIVED = "derived"
"""The schedule to name where sketches are to be searched though the file has a template."""


def load(path: str | Path) -> Module:
    """The kernels of a `.tx` file. Raises TxcError for errors in it, OSError where it cannot be read."""
    return Module(decode(Path(path).read_bytes(), str(path)))


def loads(text: str, name: str = "<text>") -> Module:
    """The kernels in a text. Raises TxcError for errors in it."""
    return Module(Source(text, name))


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
        from .compiler.build import Build, fill
        from .compiler.schedule.default import default_schedule
        from .tuner.replay import recorded

        machine = parse_target(target)
        if machine.family not in AVAILABLE:
            raise _error("R620", f"code for {machine} cannot be generated yet", "`txc targets` lists targets")
        sources = Sources(lambda: recorded(self.typed, self.dag, machine, threads, records),
                          lambda directives: fill(self.dag, directives, machine, self.source),
                          lambda: default_schedule(self.dag, machine), lambda: self._picked(target, threads))
        choice = select(self.file, self.typed, machine, sources, schedule, self.source)
        return Build(self.typed, self.dag, machine, choice, self.source, threads)

    def _picked(self, target: str, threads: int) -> Directives | None:
        """What the shipped cost model picks; None where there is none for the target."""
        from .tuner.effort import unmeasured
        from .tuner.models.pretrained import exists

        machine = parse_target(target)
        if not exists(machine.family) or not machine.features <= host().features:
            return None
        try:
            text = unmeasured(self.task(target, threads=threads, schedule=DERIVED))
        except TxcError:
            return None     # such as bad rules of an installed package; the built-in schedule needs none
        return None if text is None else parse_directives(text)

    def template(self, target: str = "cpu", *, schedule: str | None = None) -> ast.Schedule | None:
        """The schedule with holes that `tune` searches: the closest, or that number; None without one."""
        return template(self.file, self.typed, parse_target(target), schedule, self.source)

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

    def build(self, *, schedule: str | None = None, threads: int = 0, cc: str | None = None,
              backend: str = "c") -> KernelFunction:
        """The kernel compiled for this machine, as a function on numpy arrays: `f(A, B)` gives outputs.

        `backend` is `c`, with the C compiler `cc`, or `llvm`.
        """
        return self.plan(schedule=schedule, threads=threads).build(cc, backend=backend)

    def verify(self, *, schedule: str | None = None, seed: int = 0) -> Verdict:
        """Build the kernel, run it on generated inputs and compare with the reference."""
        return self.plan(schedule=schedule).verify(seed=seed)

    def tune(self, *, trials: int | None = None, budget: float | None = None, search: str = "evolution",
             model: str | None = None, target: str = "cpu", threads: int = 0, seed: int = 0,
             fresh: bool = False, early_stop: int = 0, schedule: str | None = None,
             records: Path | None = None, backend: str = "c", rules: Path | None = None, runner: str = "",
             on_event: Callable[[Event], None] = lambda event: None) -> Outcome:
        """Search for the fastest schedule of the kernel, and record every trial.

        What is searched are the fillings of its template or, where the file has none or `schedule` is
        `derived`, of the sketches that rules derive. The budget is `trials` of the kernel in total, those of
        earlier runs included, or `budget` seconds of this run, or both; a minute without either. `search` is
        a name of `txc.tuner.search.registry`, `model` what rates candidates: `ansor`, `rank`, `random` or
        `none`, by default what suits the search; `schedule` the number of the template in the file, where the
        closest is not meant; `fresh` forgets earlier trials. `backend` is what the finalists are compiled
        with, as builds are: `c` or `llvm`. `early_stop` ends the search after so many trials without
        improvement. `rules` is a Python file with derivation rules of your own, `runner` the address of a
        cluster to measure on. `on_event` hears of everything (`txc.tuner.events`). Builds use the result from
        then on. Raises TxcError R620 for a target that this machine cannot run, R675 to R679 for a cluster.
        """
        from .tuner.options import Budget, Options
        from .tuner.records import Records
        from .tuner.tune import tune

        task = self.task(target, schedule=schedule, threads=threads, backend=backend, rules=rules,
                         runner=runner)
        limit = 60.0 if trials is None and budget is None else budget
        with Records(records) as store:
            return tune(task, Budget(trials, limit), store, searcher=search, model=model, on_event=on_event,
                        options=Options(seed=seed, fresh=fresh, early_stop=early_stop, runner=runner))

    def task(self, target: str = "cpu", *, schedule: str | None = None, threads: int = 0, backend: str = "c",
             rules: Path | None = None, runner: str = "") -> Task:
        """What `tune` tunes with these options. Raises TxcError R620 as it does."""
        from .tuner.tune import Task

        machine = parse_target(target) if runner else _runnable(target)
        chosen = None if schedule == DERIVED else self.template(target, schedule=schedule)
        directives = None if chosen is None else chosen.directives
        return Task(self.typed, self.dag, directives, machine, threads, self.source, backend, rules)

    def sketches(self, target: str = "cpu", *, threads: int = 0,
                 rules: Path | None = None) -> tuple[Sketch, ...]:
        """Schedules with holes that rules derive for the kernel; `str()` of one is the body of a schedule.

        `threads` is what they are for (0: all usable cores), `rules` a Python file with rules of one's own,
        which are tried before the built-in ones. Raises TxcError R685 for a file that has none.
        """
        from .tuner.rules.derive import derive
        from .tuner.rules.user import rules as rules_of

        machine = parse_target(target)
        return derive(self.dag, machine, rules_of(rules), threads)

    def records(self, target: str = "cpu", *, threads: int = 0, records: Path | None = None) -> list[Record]:
        """What is recorded of the kernel at these sizes, best first; first what builds use.

        Empty where nothing was tuned, or the untuned default is better.
        """
        from .tuner.replay import ranked

        return ranked(self.typed, parse_target(target), threads, records)

    def freeze(self, target: str = "cpu", *, record: int | None = None, threads: int = 0,
               records: Path | None = None) -> Frozen:
        """The file with the best recorded schedule in it, or that of the record of that number.

        `.text` is the new text, `.write(path)` replaces a file. Raises TxcError R662 where nothing is
        recorded, R663 for a schedule that does not hold any more, R664 where one of the file is in the way.
        """
        from .tuner.freeze import freeze, numbered
        from .tuner.replay import best

        machine = parse_target(target)
        found = (numbered(record, self.typed, self.dag, records) if record else
                 best(self.typed, self.dag, machine, threads, records))
        return freeze(self.file, self.source, self.typed, self.dag, machine, found)


def _runnable(target: str) -> Target:
    """The target, if this machine can run code for it."""
    machine = parse_target(target)
    missing = machine.features - host().features
    if machine.family not in AVAILABLE or missing:
        raise _error("R620", f"this machine cannot run code for {machine}",
                     f"it lacks {' '.join(sorted(missing))}" if missing else "")
    return machine


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
