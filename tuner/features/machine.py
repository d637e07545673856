"""Features of our own: what fills registers, caches and cores, relative to how much of each there is.

Cache sizes divide bytes, so that what is learnt for one shape says something of another.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.target.target import Target
from .accesses import Access, extents
from .formula import Number, at_most, below, ceil, least, most, pick, product, total
from .operations import flops
from .statement import Kernel, Statement
from .tile import Tile, tile

PAGE = 4096.0  # bytes; rows a multiple of them apart share the sets of a first-level cache

NAMES = (
    "vectors", "accumulators", "loaded", "broadcasts", "scattered", "written_out", "filled", "live",
    "live_per_register", "spilled", "work_per_load", "tasks", "tasks_per_core", "imbalance", "tail_work",
    "work_share", "again", "guarded", "chain", "written_per_l1", "written_per_l2", "inner_per_l1",
    "inner_per_l2", "task_per_l1", "task_per_l2", "all_per_l2", "all_per_l3", "l1_bytes_per_flop",
    "l2_bytes_per_flop", "l2_intensity", "conflicts", "pages", "inner_runs", "element_bytes",
)


def machine(kernel: Kernel, statement: Statement) -> Iterator[Number]:
    """The features, in the order of NAMES."""
    target = kernel.target
    made = tile(statement, target)
    yield from _registers(made, target)
    yield from _cores(statement, target)
    yield from _work(kernel, statement)
    yield from _caches(kernel, statement, target)
    inner = _inner(statement)
    yield total([_conflicts(access, statement, inner) for access in statement.accesses])
    yield total([_pages(access, statement, inner) for access in statement.accesses])
    yield statement.inside(inner)
    yield statement.accesses[0].bytes


def _registers(made: Tile, target: Target) -> Iterator[Number]:
    registers = float(target.vector_registers)
    yield from (made.vectors, made.accumulators, made.loaded, made.broadcasts, made.scattered,
                made.written_out, made.filled, made.live)
    yield made.live / registers
    yield most(made.live - registers, 0.0)
    yield made.vectors / most(made.loads, 1.0)


def _cores(statement: Statement, target: Target) -> Iterator[Number]:
    cores = float(max(target.cores, 1))
    number = tasks(statement)
    yield number
    yield number / cores
    yield ceil(number / cores) * cores / number
    covered = product([least(level.full / level.trips, 1.0) for level in statement.levels])
    yield 1.0 - covered


def tasks(statement: Statement) -> Number:
    """Iterations of the parallel loop around a statement; 1 without one."""
    return product([level.full for level in statement.levels if level.mark == "parallel"])


def _work(kernel: Kernel, statement: Statement) -> Iterator[Number]:
    everything = total([each.runs * flops(each.counts) for each in kernel.statements])
    yield statement.runs * flops(statement.counts) / most(everything, 1.0)
    yield statement.runs / float(statement.nest.stage.stage.points)
    yield float(sum(access.guarded for access in statement.accesses))
    yield product([level.trips for level in statement.levels[statement.nest.outer:] if level.reduction])


def _inner(statement: Statement) -> int:
    """The first level of a reduction, else the first of the stage's own loops."""
    return min(statement.nest.first_reduction, max(len(statement.levels) - 1, statement.nest.outer))


def _caches(kernel: Kernel, statement: Statement, target: Target) -> Iterator[Number]:
    l1, l2, l3 = (float(max(size, 1)) for size in (target.l1, target.l2, target.l3 or target.l2))
    written = statement.accesses[0].size() * statement.accesses[0].bytes
    inner = statement.footprint(_inner(statement))
    levels = statement.levels
    first = max((k + 1 for k, level in enumerate(levels) if level.mark == "parallel"), default=0)
    task, everything = statement.footprint(first), statement.footprint(0)
    yield from (written / l1, written / l2, inner / l1, inner / l2, task / l1, task / l2,
                everything / l2, everything / l3)
    work = statement.runs * most(flops(statement.counts), 1.0)
    traffic = _traffic(kernel, statement, l2)
    yield _traffic(kernel, statement, l1) / work
    yield traffic / work
    yield work / most(traffic, 1.0)


def _traffic(kernel: Kernel, statement: Statement, size: float) -> Number:
    """Bytes that a cache of a size must fetch: each buffer's part inside the outermost loop whose iteration
    fits, as often as that is passed."""
    runs, found = statement.runs, statement.runs * total([access.bytes for access in statement.accesses])
    outside: Number = runs
    for k in range(len(statement.levels) - 1, -1, -1):
        outside = outside / statement.levels[k].trips
        inside = kernel.working_set(statement, k - 1) if k else statement.footprint(0)
        found = pick(at_most(inside, size), outside * statement.footprint(k), found)
    return found


def _conflicts(access: Access, statement: Statement, inner: int) -> Number:
    """Rows that stand a multiple of a page apart and are used together in the inner loops: they compete for
    the same sets of a cache."""
    if access.local or len(access.shape) < 2 or not isinstance(access.rows, float):
        return 0.0
    if access.rows * access.bytes % PAGE:
        return 0.0
    return extents(access, statement.levels, inner)[-2]


def _pages(access: Access, statement: Statement, inner: int) -> Number:
    """Pages that the inner loops touch."""
    sizes = extents(access, statement.levels, inner)
    together = ceil(product(sizes) * access.bytes / PAGE)
    if access.local or len(sizes) < 2:
        return together
    row = access.rows * access.bytes
    return pick(below(row, PAGE), together, product(sizes[:-1]) * ceil(sizes[-1] * access.bytes / PAGE))
