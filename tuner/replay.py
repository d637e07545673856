"""Schedules from records, without measuring: what tuning found is built again from its text.

The text of a record is its meaning. Neither the template that it filled nor the rules that derived that are
needed, so a record outlives a change of either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..compiler.build import Build
from ..compiler.dag import Dag, kernel_hash
from ..compiler.schedule.default import default_schedule
from ..compiler.schedule.select import Choice, Directives, Recorded
from ..compiler.target.target import Target, host
from ..dsl import typed
from ..dsl.diagnostics import Diagnostic, TxcError
from ..dsl.parser import parse_directives
from .record import OK, Record, TaskKey
from .records import Records, default_path
from .versions import generator_version

TRIES = 4
"""Records of a task that are looked at: one that does not hold any more gives way to the next best."""


def task_key(kernel: typed.Kernel, target: Target, threads: int) -> TaskKey:
    """What the records of a kernel compete under; `threads` 0 is all cores of the target."""
    return TaskKey(kernel_hash(kernel), str(target), threads or target.cores)


@dataclass(frozen=True, slots=True)
class Found:
    """A recorded schedule that holds; `record` is None where the untuned one won, in `default` seconds."""

    directives: Directives
    record: Record | None
    default: float = 0.0

    @property
    def seconds(self) -> float:
        """The time that it has shown."""
        return self.record.score or 0.0 if self.record else self.default


def ranked(kernel: typed.Kernel, target: Target, threads: int, path: Path | None) -> list[Record]:
    """The records of a kernel that a build may use, best first."""
    path = path or default_path()
    if not path.exists():
        return []
    with Records(path) as store:
        return list(store.ranked(task_key(kernel, target, threads)))


def best(kernel: typed.Kernel, graph: Dag, target: Target, threads: int, path: Path | None) -> Found | None:
    """What tuning found best, the built-in default included; None where nothing was tuned.

    Of the best few records it is the first that holds. Raises TxcError R663 if none of them does.
    """
    found = ranked(kernel, target, threads, path)[:TRIES]
    for record in found:
        try:
            return Found(replayed(record, kernel, graph, target), record)
        except TxcError:
            if record is found[-1]:
                raise
    return _default(kernel, graph, target, threads, path)


def recorded(kernel: typed.Kernel, graph: Dag, target: Target, threads: int,
             path: Path | None) -> Recorded | None:
    """What a build takes: `best`, with facts for its manifest; None where no record holds."""
    try:
        found = best(kernel, graph, target, threads, path)
    except TxcError:
        return None
    return None if found is None else Recorded(found.directives, _facts(found, threads or target.cores))


def _default(kernel: typed.Kernel, graph: Dag, target: Target, threads: int,
             path: Path | None) -> Found | None:
    """The built-in schedule, if it was better than what tuning found."""
    path = path or default_path()
    if not path.exists():
        return None
    key = task_key(kernel, target, threads)
    with Records(path) as store:
        last = store.choice(key)
    if last is None or (last.provisional and not last.after):      # nothing was compared yet
        return None
    return Found(default_schedule(graph, target), None, last.default_seconds)


def replayed(record: Record, kernel: typed.Kernel, graph: Dag, target: Target) -> Directives:
    """The schedule of a record; where another code generator or machine made it, it is verified again.

    Raises TxcError R663 for one that does not hold any more.
    """
    try:
        directives = parse_directives(record.schedule)
        if record.outdated(generator_version()):
            _verify(Build(kernel, graph, target, Choice(directives, "record")))
    except TxcError as error:
        raise _stale(record, error.diagnostics[0].message) from error
    return directives


def _verify(build: Build) -> None:
    if not build.target.features <= host().features:
        raise _error("R620", f"another txc made it, and this machine cannot run code for {build.target}")
    verdict = build.verify()
    if not verdict.ok:
        raise _error("R622", f"its result is wrong: {verdict.message}")


def _facts(found: Found, threads: int) -> dict[str, object]:
    """What the manifest says of a record."""
    record = found.record
    if record is None:
        return {"verdict": OK, "seconds": found.seconds, "threads": threads,
                "note": "no trial was faster than the default"}
    return {"id": record.id, "verdict": record.verdict, "seconds": record.score,
            "threads": record.key.threads, "template": record.template_hash, "seed": record.seed,
            "compiler": record.ships or record.compiler, "txc": record.version,
            "generator": record.generator, "created": record.created}


def _stale(record: Record, reason: str) -> TxcError:
    return _error("R663", f"record {record.id} of {record.kernel} does not hold any more: {reason}",
                  "tune it again, or choose another of `txc records list`")


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
