"""The features of Ansor (OSDI 2020, appendix B; 164 numbers a statement), as formulas.

Two decisions differ from what TVM 0.18 computes. For `lines`, runs are divided by the extent of each loop
that leaves the buffer where it is; TVM divides by the innermost loop's extent every time. Multiply-adds are
counted as such; TVM counts a multiplication and an addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .accesses import READ, UPDATE, WRITE, Access, extents
from .formula import Number, below, ceil, least, most, pick, product, total
from .levels import INNER, MIDDLE, OUTER, Level
from .operations import BOOL, KINDS, SELECT
from .statement import Kernel, Statement

LINE = 64.0  # bytes of a cache line
SLOTS = 5  # buffers that have features of their own
POINTS = 10  # of the curve of arithmetic intensity

_SORTS = ("float", "int")
_MARKS = ("vec", "unroll", "parallel")
_PLACES = ("none", *(f"{place}_{sort}" for sort in ("spatial", "reduce") for place in (INNER, MIDDLE, OUTER)),
           "mixed")
_GPU = ("is_gpu", *(f"{name}_len" for name in ("block_x", "block_y", "block_z", "thread_x", "thread_y",
                                               "thread_z", "vthread")))
_ACCESS = (*(f"is_{kind}" for kind in (READ, WRITE, UPDATE)), "bytes", "unique_bytes", "lines",
           "unique_lines", "reuse_loop", "reuse_serial", "reuse_none", "reuse_iterations", "reuse_bytes",
           "reuse_count", "bytes_per_reuse", "unique_bytes_per_reuse", "lines_per_reuse",
           "unique_lines_per_reuse", "stride")

HEAD = (*(f"{sort}_{kind}" for sort in _SORTS for kind in KINDS), "bool_op", "select_op",
        *(f"{mark}_{what}" for mark in _MARKS for what in ("num", "prod", "len",
                                                           *(f"pos_{place}" for place in _PLACES))), *_GPU)
ACCESS = len(_ACCESS)
SLOT = tuple(f"b{slot}_{name}" for slot in range(SLOTS) for name in _ACCESS)
CURVE = tuple(f"intensity_{point}" for point in range(POINTS))
TAIL = ("alloc_bytes", "alloc_prod", "alloc_outer_prod", "alloc_inner_prod", "outer_prod", "num_loops",
        "auto_unroll_max_step")
BYTES, LINES = _ACCESS.index("bytes"), _ACCESS.index("lines")


def head(statement: Statement) -> list[Number]:
    """Operations and marks of loops."""
    counts, runs = statement.counts, statement.runs
    names = (*(f"{sort}.{kind}" for sort in _SORTS for kind in KINDS), BOOL, SELECT)
    found = [runs * float(counts[name]) for name in names]
    levels = statement.levels
    found += _marked([(level, _long(level) * float(level.mark == "vectorized")) for level in levels])
    found += _marked([(level, _long(level) * level.unrolled) for level in levels])
    found += _parallel([level for level in levels if level.mark == "parallel"])
    return [*found, *[0.0] * len(_GPU)]


def _long(level: Level) -> Number:
    """Whether there is a loop at all: one of a single iteration is none."""
    return below(1.0, level.full)


def _marked(levels: Sequence[tuple[Level, Number]]) -> list[Number]:
    """Number, product, innermost length and its place among the axes, of the loops that have a mark."""
    number: Number = 0.0
    together: Number = 1.0
    length: Number = 0.0
    places: dict[str, Number] = {"none": 1.0}
    for level, marked in levels:
        number = number + marked
        together = together * pick(marked, level.full, 1.0)
        length = pick(marked, level.full, length)
        places = {name: value * (1.0 - marked) for name, value in places.items()}
        here = _place(level)
        places[here] = places.get(here, 0.0) + marked
    return [number, together * below(0.0, number), length, *(places.get(name, 0.0) for name in _PLACES)]


def _parallel(levels: Sequence[Level]) -> list[Number]:
    """The same of the parallel loop, which may be a fused one."""
    tasks = product([level.full for level in levels])
    there = below(1.0, tasks)
    here = "mixed" if len(levels) > 1 else _place(levels[0]) if levels else "none"
    places = [there * float(here == name) + (1.0 - there) * float(name == "none") for name in _PLACES]
    return [there, tasks * there, tasks * there, *places]


def _place(level: Level) -> str:
    return f"{level.place}_{'reduce' if level.reduction else 'spatial'}"


# ── buffers ──────────────────────────────────────────────────────────────────────────────────────────────


def access(kernel: Kernel, statement: Statement, number: int) -> list[Number]:
    """The features of one buffer."""
    found = statement.accesses[number]
    levels, runs = statement.levels, statement.runs
    stride, moving = _stride(found, levels)
    size = runs * found.bytes * float(found.reads)
    unique = statement.touched[0][number]
    lines = most(runs / moving * least(stride * found.bytes / LINE, 1.0), 1.0)
    unique_lines = _unique_lines(found, levels)
    reuse = _reuse(kernel, statement, found)
    count = reuse[-1]
    share = pick(below(0.0, count), 1.0 / most(count, 1.0), 2.0)
    return [*(float(found.kind == kind) for kind in (READ, WRITE, UPDATE)), size, unique, lines, unique_lines,
            *reuse, size * share, unique * share, lines * share, unique_lines * share, stride]


def _stride(found: Access, levels: Sequence[Level]) -> tuple[Number, Number]:
    """Elements between two runs that touch different ones, and how many runs touch the same one before."""
    stride: Number = 0.0
    same: Number = 1.0
    for level, by in zip(levels, found.strides, strict=True):
        moves = below(0.0, by) * below(1.0, level.trips)
        stride = pick(moves, by, stride)
        same = pick(moves, 1.0, same * level.trips)
    return stride, same


def _unique_lines(found: Access, levels: Sequence[Level]) -> Number:
    """Cache lines touched in all loops: rows of the last dimension, each from the start of a line."""
    sizes = extents(found, levels, 0)
    if not sizes:
        return 1.0
    return product(sizes[:-1]) * ceil(sizes[-1] * found.bytes / LINE)


def _reuse(kernel: Kernel, statement: Statement, found: Access) -> list[Number]:
    """Loop or serial reuse or none; distance in runs and bytes; how often.

    The innermost loop that moves nothing in the buffer touches it again in each iteration: the loop reuses
    it, or other statements in the loop do.
    """
    looped: Number = 0.0
    serial: Number = 0.0
    runs: Number = 0.0
    size: Number = 0.0
    count: Number = 0.0
    for k, level in enumerate(statement.levels):
        if any(by != 0.0 for by in found.moves[k]):
            continue
        there = below(1.0, level.trips)
        others = sum(found.buffer in [a.buffer for a in other.accesses]
                     for other in kernel.under(statement, k)) - 1
        distance, touched = statement.inside(k + 1), kernel.working_set(statement, k)
        looped, serial = pick(there, float(not others), looped), pick(there, float(others > 0), serial)
        shorter = level.trips if others else 1.0
        runs, size = pick(there, distance / shorter, runs), pick(there, touched / shorter, size)
        count = pick(there, float(others) if others else level.trips, count)
    return [looped, serial, 1.0 - (looped + serial), runs, size, count]


# ── the curve, and the rest ──────────────────────────────────────────────────────────────────────────────


def curve(statement: Statement, work: float) -> list[tuple[Number, Number]]:
    """Operations, and operations a byte touched, inside the loops from each level on, innermost first."""
    if not work:
        return []
    levels = range(len(statement.levels) - 1, -1, -1)
    return [(ops, ops / statement.footprint(k)) for k in levels for ops in [statement.inside(k) * work]]


def tail(statement: Statement) -> Iterator[Number]:
    """The buffer written, and the statement as a whole."""
    written = statement.accesses[0]
    nest = statement.nest
    yield written.size() * written.bytes
    yield written.size()
    yield product([level.trips for level in nest.levels[: nest.outer if written.local else 0]])
    yield statement.inside(nest.outer if written.local else 0)
    yield statement.runs
    yield total([_long(level) for level in statement.levels])
    yield statement.unroll
