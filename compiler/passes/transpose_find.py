"""Which nests read along one axis and write along another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..loop.ir import Expr, For, Load, Select, Store
from ..loop.visit import children, loads
from .vectorize import step_of


@dataclass(frozen=True, slots=True)
class Copy:
    """A nest around one store: writes are contiguous along `lanes`, those of `reads` along `rows`."""

    around: tuple[For, ...]
    rows: For
    lanes: For
    store: Store
    reads: tuple[Load, ...]


def find(loop: For) -> Copy | None:
    """The copy that a loop and those straight inside it are, if one of its two axes is vectorized.

    Its iterations may run with `rows` and `lanes` innermost: each of the two alone decides one subscript of
    the store, or a part of one, so that iterations that meet in an element stay in their order.
    """
    loops, store = _chain(loop)
    if store is None or any(one.kind == "parallel" for one in loops):
        return None
    if any(load.buffer == store.buffer for load in loads(store)):
        return None
    for lanes in reversed(loops):
        for rows in reversed(loops):
            marked = "vectorized" in (rows.kind, lanes.kind)
            if rows is not lanes and marked and _runs(store.index, lanes) and _apart(store, rows, lanes):
                reads = tuple(r for r in _reads(store.value) if _runs(r.index, rows) and _varies(r, lanes))
                if reads:
                    around = tuple(one for one in loops if one not in (rows, lanes))
                    return Copy(around, rows, lanes, store, tuple(dict.fromkeys(reads)))
    return None


def _chain(loop: For) -> tuple[list[For], Store | None]:
    """Loops with nothing between them, and the store that they run."""
    loops = [loop]
    while len(loops[-1].body.stmts) == 1:
        match loops[-1].body.stmts[0]:
            case For() as inner:
                loops.append(inner)
            case Store() as store:
                return loops, store
            case _:
                break
    return loops, None


def _runs(index: tuple[Expr, ...], loop: For) -> bool:
    """Whether an access moves by one element with each iteration."""
    steps = [step_of(e, loop.var) for e in index]
    return bool(steps) and steps[-1] == 1 and not any(step != 0 for step in steps[:-1])


def _varies(load: Load, loop: For) -> bool:
    """Whether an access is affine in a loop, moves with it, and not to the next element."""
    steps = [step_of(e, loop.var) for e in load.index]
    return None not in steps and any(steps) and not _runs(load.index, loop)


def _apart(store: Store, rows: For, lanes: For) -> bool:
    """Whether iterations of the two loops write different elements: rows of the store, at least."""
    steps = [step_of(e, rows.var) for e in store.index]
    if None in steps or sum(step != 0 for step in steps) != 1:
        return False
    last = steps[-1]
    return not last or abs(last) >= lanes.extent


def _reads(expr: Expr) -> Iterator[Load]:
    """The loads that every iteration runs: none that a selection may leave out, none in a subscript."""
    match expr:
        case Load():
            yield expr
        case Select(condition=condition):
            yield from _reads(condition)
        case _:
            for child in children(expr):
                yield from _reads(child)
