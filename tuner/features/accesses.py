"""What a statement reads and writes: how each loop around it moves in each buffer.

Indices are relative to the buffer: a loop outside the place where a local buffer begins moves nothing in it.
Exact for affine subscripts; one by a table, or rounded, is taken to move as its variables do on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...compiler.schedule.digits import Digit, Layout, Subscript
from ...compiler.schedule.state import Place, StageState, State
from ...dsl import typed
from ...dsl.affine import affine
from .formula import Formulas, Number, at_most, below, ceil, least, most, product, total
from .levels import Level, Nested

READ, WRITE, UPDATE = "read", "write", "update"


@dataclass(frozen=True, slots=True)
class Access:
    """All that one statement does with one buffer.

    `moves[level][dimension]` are elements along a dimension of the tensor, `strides[level]` elements in
    memory. A dimension of the buffer has `shape` elements, `spread` of them are between the reads of one
    iteration, first and last included.
    """

    buffer: str
    kind: str
    bytes: float
    reads: int
    shape: tuple[Number, ...]
    moves: tuple[tuple[Number, ...], ...]
    strides: tuple[Number, ...]
    spread: tuple[float, ...]
    rows: Number
    local: bool
    guarded: bool

    def size(self) -> Number:
        """Elements of the buffer."""
        return product(self.shape)


def extents(access: Access, levels: Sequence[Level], first: int) -> tuple[Number, ...]:
    """Elements along each dimension that the loops from a level on touch."""
    found: list[Number] = []
    for d, most_of_it in enumerate(access.shape):
        over = [access.moves[k][d] * (levels[k].trips - 1.0) for k in range(first, len(levels))]
        found.append(least(total([access.spread[d], *reversed(over)]), most_of_it))
    return tuple(found)


def elements(access: Access, levels: Sequence[Level], first: int) -> Number:
    """Elements that the loops from a level on touch."""
    return product(extents(access, levels, first))


@dataclass(frozen=True, slots=True)
class _Index:
    """A subscript: what it moves when each axis does by one, its constant."""

    factors: Mapping[str, float]
    constant: float


def accesses(state: State, all_nested: Mapping[str, Nested], stage: StageState,
             formulas: Formulas) -> tuple[Access, ...]:
    """The buffers of a stage's statement: what it writes first, then what it reads in order of first read."""
    found = _Accesses(state, all_nested, formulas)
    return tuple(found.of(all_nested[stage.name]))


@dataclass(frozen=True, slots=True)
class _Accesses:
    state: State
    nested: Mapping[str, Nested]
    formulas: Formulas

    def of(self, nest: Nested) -> Iterator[Access]:
        stage = nest.stage
        own = tuple(_Index({axis.name: 1.0}, 0.0) for axis in stage.stage.axes)
        kind = UPDATE if stage.stage.reduction else WRITE
        yield self._access(nest, stage.name, kind, float(stage.stage.dtype.bytes), [own], guarded=False)
        by_tensor: dict[str, list[typed.Read]] = {}
        for read in typed.reads(stage.body):
            by_tensor.setdefault(read.tensor, []).append(read)
        for tensor, reads in by_tensor.items():
            found = [tuple(map(_index, read.index)) for read in reads]
            guarded = any(read.otherwise is not None for read in reads)
            yield self._access(nest, tensor, READ, float(reads[0].dtype.bytes), found, guarded=guarded)

    def _access(self, nest: Nested, tensor: str, kind: str, size: float,
                reads: Sequence[tuple[_Index, ...]], *, guarded: bool) -> Access:
        outside = self._outside(tensor)
        shape = self._shape(tensor)
        moves = tuple(tuple(self._move(reads, d, level) if k >= outside else 0.0 for d in range(len(shape)))
                      for k, level in enumerate(nest.levels))
        layout = self.state.stages[tensor].layout if tensor in self.state.stages else None
        steps = self._steps(shape, layout)
        strides = tuple(_stride(move, steps, layout, self.formulas) for move in moves)
        spread = tuple(_spread(reads, d) for d in range(len(shape)))
        rows = steps[-2] if layout is None and len(steps) > 1 else 1.0
        return Access(tensor, kind, size, len(reads), shape, moves, strides, spread, rows,
                      local=outside > 0, guarded=guarded)

    def _outside(self, tensor: str) -> int:
        """How many levels are outside the place where a buffer begins."""
        stage = self.state.stages.get(tensor)
        if stage is None or self.state.dag.is_output(tensor) or not isinstance(stage.place, Place):
            return 0
        return self.nested[tensor].outer

    def _shape(self, tensor: str) -> tuple[Number, ...]:
        """The elements that a buffer has room for along each dimension of its tensor."""
        stage = self.state.stages.get(tensor)
        if stage is None:
            return tuple(map(float, self.state.dag.tensor(tensor).shape))
        if self._outside(tensor):
            return tuple(self.formulas.of(stage.axes[axis.name].extent) for axis in stage.stage.axes)
        return tuple(map(float, stage.stage.shape))

    def _steps(self, shape: Sequence[Number], layout: Layout | None) -> tuple[Number, ...]:
        """Elements in memory from one index of each subscript to the next."""
        sizes = list(shape) if layout is None else [self._reach(s, shape) for s in layout.subscripts]
        return tuple(product(sizes[d + 1 :]) for d in range(len(sizes)))

    def _reach(self, subscript: Subscript, shape: Sequence[Number]) -> Number:
        result: Number = self.formulas.of(subscript.offset) + 1.0
        for term in subscript.terms:
            digit = term.digit
            count = ceil(shape[digit.axis] / self.formulas.of(digit.divisor))
            if digit.modulus is not None:
                count = least(count, self.formulas.of(digit.modulus))
            result = result + self.formulas.of(term.stride) * (count - 1.0)
        return result

    def _move(self, reads: Sequence[tuple[_Index, ...]], dimension: int, level: Level) -> Number:
        """The furthest that a read goes along a dimension in one iteration."""
        result: Number = 0.0
        for index in {tuple(sorted(read[dimension].factors.items())) for read in reads}:
            result = most(result, total([level.moves[a] * f for a, f in index if a in level.moves]))
        return result


def _stride(move: Sequence[Number], steps: Sequence[Number], layout: Layout | None,
            formulas: Formulas) -> Number:
    """Elements in memory between two iterations."""
    if layout is None:
        return total([by * step for by, step in zip(move, steps, strict=True)])
    return total([_digit_move(move[t.digit.axis], t.digit, formulas) * formulas.of(t.stride) * step
                  for s, step in zip(layout.subscripts, steps, strict=True) for t in s.terms])


def _digit_move(by: Number, digit: Digit, formulas: Formulas) -> Number:
    """How far a digit goes: not at all where the axis goes less than its divisor, or over all its values."""
    divisor = formulas.of(digit.divisor)
    moved = by / divisor * at_most(divisor, by)
    if digit.modulus is None:
        return moved
    return moved * below(by, divisor * formulas.of(digit.modulus))


def _spread(reads: Sequence[tuple[_Index, ...]], dimension: int) -> float:
    constants = [read[dimension].constant for read in reads]
    return max(constants) - min(constants) + 1.0


def _index(expr: typed.Expr) -> _Index:
    """How a subscript moves with its axes."""
    form = affine(expr)
    if form is not None:
        return _Index({name: float(abs(factor)) for name, factor in form.coefficients}, float(form.constant))
    match expr:
        case typed.Binary(op="+" | "-", left=left, right=right):
            a, b = _index(left), _index(right)
            return _Index(_joined(a.factors, b.factors), a.constant + b.constant)
        case typed.Binary(op="//", left=left, right=typed.Const(value=int(divisor))) if divisor > 0:
            inner = _index(left)
            return _Index({n: f / divisor for n, f in inner.factors.items()}, inner.constant // divisor)
        case _:
            names = {e.name for e in typed.walk(expr) if isinstance(e, typed.Index)}
            return _Index(dict.fromkeys(sorted(names), 1.0), 0.0)


def _joined(left: Mapping[str, float], right: Mapping[str, float]) -> dict[str, float]:
    return {name: left.get(name, 0.0) + right.get(name, 0.0) for name in (*left, *right)}
