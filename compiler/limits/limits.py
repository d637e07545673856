"""What was measured of a machine, and what it means for a kernel: the least time that its work can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import prod
from typing import Any

from ...dsl.record import record
from ...dsl.typed import Tensor
from ..dag import Dag

LEVELS = ("L1", "L2", "L3", "DRAM")


@record
class Rates:
    """What a number of threads reach together.

    `arithmetic` is 10^9 operations a second by element type (f32, f64, i8), `read` and `copy` 10^9 bytes a
    second by where the data lies (L1, L2, L3, DRAM); a copy moves each byte twice, and both count.
    """

    arithmetic: Mapping[str, float]
    read: Mapping[str, float]
    copy: Mapping[str, float]


@record
class Limits:
    """The limits of a machine, of one thread and of one thread on each of `cores`.

    `sizes` is the capacity in bytes of each cache there is, L1 and L2 of one core.
    """

    cpu: str
    target: str
    txc: str
    compiler: str
    created: str
    cores: int
    sizes: Mapping[str, int]
    one: Rates
    all: Rates

    def fields(self) -> dict[str, Any]:
        """As it is kept in JSON."""
        return asdict(self)     # pyright: ignore[reportArgumentType]


@record
class Work:
    """What a kernel has to do: operations, of what type, and bytes that must be read and written."""

    operations: int
    kind: str
    read: int
    written: int


@record
class Bound:
    """The least seconds that work can take, and what sets them: `f32 peak`, or `L2 bandwidth`."""

    seconds: float
    what: str


def limits_of(fields: Mapping[str, Any]) -> Limits:
    """The inverse of `Limits.fields`. Raises KeyError or TypeError for anything else."""
    values: dict[str, Any] = {**fields, "one": Rates(**fields["one"]), "all": Rates(**fields["all"])}
    return Limits(**values)


def work_of(dag: Dag, operations: int | None = None) -> Work:
    """The work of a kernel; `operations` replaces those that its text spells out."""
    types = {t.dtype.name for t in dag.inputs if t.shape} or {"f32"}
    kind = "f64" if "f64" in types else "i8" if types <= {"i8", "u8"} else "f32"
    if not types & {"f64", "f32", "f16", "bf16"} and kind != "i8":
        kind = min(types)           # integers that nothing was measured for: bandwidth alone is a limit
    count = dag.flops() if operations is None else operations
    return Work(count, kind, _bytes(dag.inputs), _bytes(dag.outputs))


def bound(limits: Limits, work: Work, threads: int) -> Bound:
    """The roofline: arithmetic at its peak or data at the bandwidth of where they lie, whichever is longer.

    Data lie in the smallest cache that holds all inputs and outputs, as they do when a kernel is called again
    and again. A byte read goes with a byte written at the rate of a copy; what is left is read, or written,
    at the rate of reading. Between one thread and all, rates grow with threads up to those of all.
    """
    level = _level(limits, work.read + work.written, threads)
    paired = min(work.read, work.written)
    read, copy = (_rate(limits, kind, level, threads) for kind in ("read", "copy"))
    moved = (2 * paired / copy + (work.read + work.written - 2 * paired) / read) * 1e-9
    peak = _rate(limits, "arithmetic", work.kind, threads) if work.kind in limits.one.arithmetic else 0.0
    computed = work.operations / peak * 1e-9 if peak else 0.0
    if computed >= moved:
        return Bound(computed, f"{work.kind} peak")
    return Bound(moved, f"{level} bandwidth")


def _rate(limits: Limits, what: str, key: str, threads: int) -> float:
    one, every = (getattr(rates, what)[key] for rates in (limits.one, limits.all))
    return min(one * threads, max(one, every)) if threads < limits.cores else max(one, every)


def _level(limits: Limits, size: int, threads: int) -> str:
    for level in LEVELS:
        share = 1 if level == "L3" else min(threads, limits.cores)
        if size <= limits.sizes.get(level, 0) * share and level in limits.one.read:
            return level
    return "DRAM"


def _bytes(tensors: tuple[Tensor, ...]) -> int:
    return sum(t.dtype.bytes * prod(t.shape) for t in tensors)
