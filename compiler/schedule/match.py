"""Whether an intrinsic computes what the inner loops of a stage compute, and with which operands.

A match says which axis of the stage each axis of the intrinsic is, and which read of the stage stands for
each operand. The arithmetic must be the same up to the order of the sides of `+` and `*`; an operand must not
change along axes that it does not have. How far apart its elements are is looked at later, when their
places are known (lower/tensorize.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from ...dsl import typed
from ...dsl.affine import affine
from ...dsl.dtypes import DType
from ...dsl.record import record
from .. import dag
from ..dag_text import expr_text
from ..sym import Int
from .errors import ScheduleError

COMMUTES = ("+", "*")


@record
class Pattern:
    """An intrinsic in normal form."""

    name: str
    stage: dag.Stage
    adds: bool

    @property
    def spatial(self) -> tuple[typed.Axis, ...]:
        """The axes of its result that have more than one element."""
        return tuple(a for a in self.stage.axes if a.extent > 1)

    @property
    def reduction(self) -> tuple[typed.Axis, ...]:
        """The axes it reduces over that have more than one element."""
        return tuple(a for a in self.stage.reduction_axes if a.extent > 1)


def pattern_of(intrinsic: typed.Intrinsic) -> Pattern:
    """The intrinsic in the normal form of stages."""
    (stage,) = dag.normalise(intrinsic.stage)
    return Pattern(intrinsic.name, stage, intrinsic.adds)


@record
class Inner:
    """What the loops from a point inward run over: extents of spatial and reduction axes, in their order."""

    stage: dag.Stage
    body: typed.Expr
    spatial: Mapping[str, Int]
    reduction: Mapping[str, Int]
    where: str


@record
class Match:
    """The stage's axis for each axis of the intrinsic, and the read that stands for each operand."""

    axes: Mapping[str, str]
    reads: Mapping[str, typed.Read]


def matches(pattern: Pattern, inner: Inner) -> list[Match]:
    """Every way in which the intrinsic fits.

    Raises ScheduleError S487 where it computes something else, S488 where it runs over other extents, S489
    where an operand would have to change along an axis that it does not have.
    """
    _check_form(pattern, inner)
    own, theirs = single_casts(pattern.stage.body), single_casts(inner.body)
    found: list[Match] = []
    differences = _Differences()
    for axes in _assignments(pattern, inner):
        unifier = _Unifier(pattern, inner, axes, differences)
        found += [Match(axes, reads) for reads in unifier.unify(own, theirs, {}, 0)]
    if not found:
        raise differences.error(pattern, inner)
    return found


# ── form ─────────────────────────────────────────────────────────────────────────────────────────────────


def _check_form(pattern: Pattern, inner: Inner) -> None:
    """The same reducer and type; an intrinsic that replaces its operand has the whole reduction."""
    stage = inner.stage
    wanted = "sum" if pattern.adds else _reducer(pattern.stage)
    if _reducer(stage) != wanted:
        raise ScheduleError("S487", f"{pattern.name} computes {_kind(wanted)}, {stage.name} is "
                            f"{_kind(_reducer(stage))}")
    if stage.dtype != pattern.stage.dtype:
        raise ScheduleError("S487", f"{pattern.name} gives {pattern.stage.dtype}, {stage.name} is "
                            f"{stage.dtype}")
    outside = [a.name for a in stage.reduction_axes if a.name not in inner.reduction and a.extent > 1]
    split = [a.name for a in stage.reduction_axes if inner.reduction.get(a.name, a.extent) != a.extent]
    if not pattern.adds and wanted and (outside or split):
        name = (outside or split)[0]
        raise ScheduleError("S487", f"{pattern.name} replaces its result, but {stage.name} reduces over "
                            f"loops of {name} outside {inner.where} too",
                            hint="an intrinsic that adds is written with +=")


def _reducer(stage: dag.Stage) -> str:
    return stage.reduction.reducer if stage.reduction else ""


def _kind(reducer: str) -> str:
    return f"a reduction by {reducer}" if reducer else "no reduction"


def _assignments(pattern: Pattern, inner: Inner) -> list[dict[str, str]]:
    """The stage's axes for the intrinsic's, of fitting extents; S488 where there is no such choice."""
    found = [dict(spatial + reduction)
             for spatial in _pairings(pattern.spatial, inner.spatial)
             for reduction in _pairings(pattern.reduction, inner.reduction)]
    if not found:
        own = [f"{a.name}: {a.extent}" for a in (*pattern.spatial, *pattern.reduction)]
        loops = [f"{name}: {extent}" for name, extent in {**inner.spatial, **inner.reduction}.items()]
        raise ScheduleError("S488", f"{pattern.name} runs over {', '.join(own) or 'one element'}; the loops "
                            f"from {inner.where} inward over {', '.join(loops) or 'one element'}",
                            hint="split the loops so that the inner parts have these sizes, spatial ones for "
                            "the axes of the result, reductions for the others")
    return found


def _pairings(own: Sequence[typed.Axis], theirs: Mapping[str, Int]) -> Iterator[list[tuple[str, str]]]:
    if len(own) != len(theirs):
        return
    for names in permutations(theirs):
        pairs = list(zip(own, names, strict=True))
        if all(theirs[n] == a.extent or not isinstance(theirs[n], int) for a, n in pairs):
            yield [(a.name, n) for a, n in pairs]


def single_casts(expr: typed.Expr) -> typed.Expr:
    """The expression without casts of integers that another cast follows and that lose nothing."""
    expr = typed.rebuild(expr, single_casts)
    match expr:
        case typed.Cast(value=typed.Cast(value=value, dtype=middle)) if _holds(middle, value.dtype):
            return typed.Cast(value, expr.dtype)
        case _:
            return expr


def _holds(wide: DType, narrow: DType) -> bool:
    """Whether an integer type has all values of another."""
    if not (wide.is_integer and narrow.is_integer):
        return False
    (low, high), (first, last) = wide.limits, narrow.limits
    return low <= first and last <= high


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────


Reads = dict[str, typed.Read]


@dataclass
class _Differences:
    """The difference found furthest inside, which tells most."""

    depth: int = -1
    code: str = "S487"
    message: str = ""
    hint: str = ""

    def note(self, depth: int, code: str, message: str, hint: str = "") -> None:
        """Keep this one if it is deeper than the others."""
        if depth > self.depth:
            self.depth, self.code, self.message, self.hint = depth, code, message, hint

    def error(self, pattern: Pattern, inner: Inner) -> ScheduleError:
        """The error to raise."""
        return ScheduleError(self.code, f"{pattern.name} does not compute {inner.stage.name}: {self.message}",
                             hint=self.hint)


@dataclass
class _Unifier:
    pattern: Pattern
    inner: Inner
    axes: Mapping[str, str]
    differences: _Differences = field(default_factory=_Differences)

    def unify(self, own: typed.Expr, theirs: typed.Expr, reads: Reads, depth: int) -> Iterator[Reads]:
        """Every assignment of reads to operands, beyond those given, with which both are the same."""
        if isinstance(own, typed.Read):
            yield from self.operand(own, theirs, reads, depth)
            return
        parts = typed.children(own), typed.children(theirs)
        if not _alike(own, theirs) or len(parts[0]) != len(parts[1]):
            self.differ(own, theirs, depth)
            return
        yield from self.all(parts[0], parts[1], reads, depth + 1)
        if isinstance(own, typed.Binary) and own.op in COMMUTES:
            yield from self.all(parts[0], parts[1][::-1], reads, depth + 1)

    def all(self, own: Sequence[typed.Expr], theirs: Sequence[typed.Expr], reads: Reads,
            depth: int) -> Iterator[Reads]:
        """Expressions one by one, left to right."""
        if not own:
            yield reads
            return
        for found in self.unify(own[0], theirs[0], reads, depth):
            yield from self.all(own[1:], theirs[1:], found, depth + 1)

    def differ(self, own: typed.Expr, theirs: typed.Expr, depth: int) -> None:
        """Note that two expressions are not the same."""
        self.differences.note(depth, "S487", f"where it has {expr_text(own)}, that has {expr_text(theirs)}")

    def operand(self, own: typed.Read, theirs: typed.Expr, reads: Reads, depth: int) -> Iterator[Reads]:
        """A read in place of an operand: of its type, the same wherever the operand stands."""
        known = reads.get(own.tensor)
        if not isinstance(theirs, typed.Read) or theirs.dtype != own.dtype or known not in (None, theirs):
            what = f" ({theirs.dtype})" if isinstance(theirs, typed.Read) else ""
            self.differences.note(depth, "S487", f"where it has {expr_text(own)} ({own.dtype}), that has "
                                  f"{expr_text(theirs)}{what}")
            return
        if theirs.otherwise is not None:
            self.differences.note(depth, "S489", f"{expr_text(theirs)} may fall outside {theirs.tensor}",
                                  f"compute {theirs.tensor}.pad first: reads of that are plain")
            return
        moving = self.moving(theirs) - {self.axes.get(i.name, "") for i in own.index
                                        if isinstance(i, typed.Index)}
        if moving:
            axis = next(name for name, stage_axis in self.axes.items() if stage_axis in moving)
            self.differences.note(depth, "S489", f"it takes the same {expr_text(own)} for every {axis}, but "
                                  f"{expr_text(theirs)} changes with {self.axes[axis]}")
            return
        yield {**reads, own.tensor: theirs}

    def moving(self, read: typed.Read) -> set[str]:
        """The axes of the block that a read surely changes with."""
        inside = {*self.inner.spatial, *self.inner.reduction}
        forms = [affine(index) for index in read.index]
        return {name for form in forms if form is not None for name in form.names if name in inside}


def _alike(own: typed.Expr, theirs: typed.Expr) -> bool:
    """Whether two nodes are the same but for their parts. Indices are no values of an instruction."""
    match own, theirs:
        case typed.Const(), typed.Const():
            return own == theirs
        case typed.Unary(), typed.Unary():
            return own.op == theirs.op and own.dtype == theirs.dtype
        case typed.Binary(), typed.Binary():
            return own.op == theirs.op and own.dtype == theirs.dtype
        case typed.Cast(), typed.Cast():
            return own.dtype == theirs.dtype
        case typed.Call(), typed.Call():
            return own.function == theirs.function and own.dtype == theirs.dtype
        case typed.Select(), typed.Select():
            return own.dtype == theirs.dtype
        case _:
            return False
