"""One process for one number of threads: builds and verifies everything, times it in turns, gives rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from txc.compiler.cases import Case as Inputs
from txc.compiler.cases import make_case, make_inputs
from txc.compiler.limits.limits import Limits, Rates, bound, work_of
from txc.compiler.limits.measure import Measuring
from txc.compiler.limits.probe import Probe
from txc.compiler.target.target import host
from txc.dsl.diagnostics import TxcError

from .cases import Case
from .ours import Ours, aligned, built
from .peers import Peer, Variant, problem, timed
from .rounds import Contender, interleave

NEAR = 1.3      # ways of a peer that seem at most so much slower than its best at first sight are timed
SETTLE = 0.05   # seconds in which threads that wait actively go to sleep; OpenBLAS waits for 2^26 cycles

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a worker is asked to do. `budget` is seconds for one contender in all rounds together."""

    threads: int = 1
    rounds: int = 20
    budget: float = 20.0
    schedules: Sequence[str] = ("",)
    backends: Sequence[str] = ("gcc",)


@dataclass
class Entry:
    """A case with its contenders: ours by back end and schedule, each peer's ways, and their empty calls."""

    case: Case
    ours: dict[str, tuple[Ours, Contender]]
    peers: dict[str, list[tuple[Variant, Contender, Contender]]]
    rejected: dict[str, str]
    peak: float = 0.0

    def contenders(self) -> list[Contender]:
        """In the order of their turns."""
        found = [contender for _, contender in self.ours.values()]
        for ways in self.peers.values():
            for _, contender, empty in ways:
                found += [contender, empty]
        return found


def run(cases: Sequence[Case], peers: Sequence[Peer], measuring: Measuring, options: Options,
        say: Say) -> tuple[Limits, list[dict[str, Any]]]:
    """The limits of the machine while this ran, and rows, one for each case that could be prepared.

    Before each round is a round of `measuring`, before the turns of each case a window of FMAs.
    """
    entries = [entry for case in cases if (entry := prepare(case, peers, options, say))]
    probe = Probe(host())

    def before(number: int) -> None:
        if number == 0:
            measuring.round()
        entry = entries[number]
        entry.peak = max(entry.peak, probe.arithmetic("f32", options.threads))

    groups = [entry.contenders() for entry in entries]
    interleave(groups, options.rounds, before, lambda done: say(f"round {done} of {options.rounds}"))
    peak = max((entry.peak for entry in entries), default=0.0)
    limits = _with_peak(measuring.limits(), peak, options.threads)
    return limits, [row(entry, limits, options) for entry in entries]


def prepare(case: Case, peers: Sequence[Peer], options: Options, say: Say) -> Entry | None:
    """Build and verify everything for a case, and drop what is clearly slower than another way of a peer."""
    say(f"{case.name}: verifying")
    inputs = make_case(case.made.dag, "normal", 0)
    inputs = replace(inputs, inputs=tuple((t, aligned(array)) for t, array in inputs.inputs))
    entry = Entry(case, {}, {}, {})
    pause = SETTLE if options.threads > 1 else 0.0
    for backend, schedule in product(options.backends, options.schedules):
        name = f"{backend}, {schedule}" if schedule else backend
        try:
            ours = built(case, backend, options.threads, schedule or None, inputs)
        except (TxcError, ValueError) as error:
            entry.rejected[name] = str(error)
            continue
        entry.ours[name] = ours, _contender(f"txc {name}", ours.timed, pause, options)
    for peer in peers:
        entry.peers[peer.name] = _ways(peer, case, inputs, pause, options, entry.rejected)
    for name, why in entry.rejected.items():
        say(f"  not timed: {name}: {why}")
    return entry if entry.ours or any(entry.peers.values()) else None


def _ways(peer: Peer, case: Case, inputs: Inputs, pause: float, options: Options,
          rejected: dict[str, str]) -> list[tuple[Variant, Contender, Contender]]:
    arrays = {t.name: array for t, array in inputs.inputs}
    small = case.small
    empties = {v.name: v for v in peer.build(case.operator, small.all_sizes,
                                             make_inputs(small.made.dag, "normal", 0))}
    found: list[tuple[Variant, Contender, Contender]] = []
    for variant in peer.build(case.operator, case.all_sizes, arrays):
        if why := problem(variant, inputs):
            rejected[f"{peer.name}, {variant.name}"] = why
            continue
        contender = _contender(f"{peer.name}, {variant.name}", _looped(variant), pause, options)
        nothing = empties.get(variant.name, next(iter(empties.values())))
        empty = _contender(f"{peer.name}, empty", _looped(nothing), 0.0, options)
        found.append((variant, contender, empty))
    first = [min(c.run(min(c.calls, 50))) for _, c, _ in found]
    return [way for way, ns in zip(found, first, strict=True) if ns <= NEAR * min(first)]


def _looped(variant: Variant) -> Callable[[int], list[int]]:
    return lambda calls: timed(variant.call, calls)


def _contender(name: str, run: Callable[[int], list[int]], pause: float, options: Options) -> Contender:
    contender = Contender(name, run, pause)
    contender.calibrate(options.rounds, options.budget)
    return contender


def row(entry: Entry, limits: Limits, options: Options) -> dict[str, Any]:
    """Everything about a case, for JSON. Times are seconds."""
    case = entry.case
    work = work_of(case.made.dag, case.flops)
    least = bound(limits, work, options.threads)
    ours = {backend: {"seconds": c.best, "median": c.median, "rounds": len(c.minima), "calls": c.calls,
                      "schedule": o.origin, "gflops": case.flops / c.best / 1e9,
                      "fraction": least.seconds / c.best}
            for backend, (o, c) in entry.ours.items()}
    return {"case": case.name, "operator": case.operator, "suite": case.suite, "sizes": case.all_sizes,
            "threads": options.threads, "flops": case.flops, "bytes": work.read + work.written,
            "peak": entry.peak, "limit": {"seconds": least.seconds, "what": least.what}, "ours": ours,
            "peers": {name: _peer_row(ways) for name, ways in entry.peers.items() if ways},
            "rejected": entry.rejected}


def _peer_row(ways: list[tuple[Variant, Contender, Contender]]) -> dict[str, Any]:
    """The fastest way of a peer, its empty call taken off, and all that were timed."""
    rows = [{"way": variant.name, "seconds": max(c.best - empty.best, 1e-9), "median": c.median - empty.best,
             "empty": empty.best, "rounds": len(c.minima), "calls": c.calls} for variant, c, empty in ways]
    best = min(rows, key=lambda r: r["seconds"])
    return {**best, "ways": rows}


def _with_peak(limits: Limits, peak: float, threads: int) -> Limits:
    """The limits with the best FMA window between the turns, where it is better."""

    def better(old: Rates) -> Rates:
        return replace(old, arithmetic={**old.arithmetic, "f32": max(peak, old.arithmetic["f32"])})

    if threads == 1:
        return replace(limits, one=better(limits.one))
    return replace(limits, all=better(limits.all)) if threads == limits.cores else limits
