"""`layout`: how the elements of a stage stand in its buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....dsl import ast
from ....dsl.record import record
from ....dsl.source import Span
from ...sym import Int, add, bounds, multiply, product
from ..digits import Digit, Layout, Subscript, Term, chained, descending, digits_of, needs
from ..errors import ScheduleError
from ..find import find_stage
from ..holes import Holes
from ..state import StageState, State

SIZE_LIMIT = 1 << 47    # bytes of a buffer, as of any tensor
DIGITS = "write sums of digits such as j, j // 16 or j // 4 % 4, times strides: [j // 16, k, j % 16]"


def layout(state: State, directive: ast.Layout, holes: Holes) -> None:
    """Store a stage's elements in another order, by digits of its axes.

    before  global T: f32[9] for a in 0..9 { T[a] = A[a] * B[a] } for i in 0..9 { D[i] = T[i] + A[i] }
    after   global T: f32[3, 4] for a in 0..9 { T[a // 4, a % 4] = A[a] * B[a] } for i in 0..9 { D[i] =
            T[i // 4, i % 4] + A[i] }     # layout T: [a] -> [a // 4, a % 4]
    needs   a stage with a buffer of its own, no input and no output (S475), its axes in their order (S476),
            subscripts that are sums of digits (S477), a place of its own for each element (S478), only one
            such directive for a stage, which is then not inlined (S479)

    Subscripts are relative to the region that is stored. A part that does not divide leaves places empty.
    """
    owner = _owner(state, directive.stage)
    axes = tuple(axis.name for axis in owner.stage.axes)
    if directive.axes != axes:
        raise ScheduleError("S476", f"the axes of {owner.name} are [{', '.join(axes)}], not "
                            f"[{', '.join(directive.axes)}]", directive.span,
                            f"write layout {owner.name}: [{', '.join(axes)}] -> […]")
    if owner.layout is not None:
        raise ScheduleError("S479", f"{owner.name} has a layout already", directive.span,
                            "give it one: the subscripts of a layout may be any digits")
    reader = _Reader(axes, holes)
    made = Layout(tuple(descending(reader.subscript(index)) for index in directive.index))
    _require_chains(made, axes, directive.span)
    owner.layout = made
    state.layouts[owner.name] = directive


def _owner(state: State, ref: ast.Ref) -> StageState:
    name = ".".join(ref.parts)
    if any(tensor.name == name for tensor in state.dag.inputs):
        raise ScheduleError("S475", f"'{name}' is an input of the kernel: its caller decides its layout",
                            ref.span, f"lay out a copy: cache_read {name} as … for the stage that reads it")
    owner = find_stage(state, ref)
    if state.dag.is_output(owner.name):
        raise ScheduleError("S475", f"{owner.name} is an output of the kernel: its caller decides its layout",
                            ref.span, f"lay out what it is made of: cache_write {owner.name} as …")
    return owner


def _require_chains(made: Layout, axes: tuple[str, ...], span: Span) -> None:
    """The digits of each axis follow one another without a gap, and none is used twice."""
    for k, name in enumerate(axes):
        digits = digits_of(made, k)
        found, _ = chained(digits)
        loose = next((d for d in digits if d not in found or digits.count(d) > 1), None)
        if loose is not None:
            raise ScheduleError("S478", f"the subscripts do not make up {name}: {_text(loose, name)} does "
                                "not continue the digits below it", span,
                                f"use each digit of {name} once, such as {name} // 16 and {name} % 16")


def _text(digit: Digit, axis: str) -> str:
    divided = axis if digit.divisor == 1 else f"{axis} // {digit.divisor}"
    return divided if digit.modulus is None else f"{divided} % {digit.modulus}"


def check_layouts(state: State, holes: Holes) -> None:
    """After the last directive: each element of a stage with a layout has a place of its own."""
    for name, directive in state.layouts.items():
        owner = state.stages.get(name)
        if owner is None or owner.layout is None:
            raise ScheduleError("S479", f"{name} is inlined, so it has no elements to lay out",
                                directive.span, "drop one of the two directives")
        axes = tuple(axis.name for axis in owner.stage.axes)
        extents = [owner.axes[axis].extent for axis in axes]
        for need in needs(owner.layout, axes, extents):
            holes.limit(need.small, need.large, directive.span, "S478",
                        f"two elements of {name} would stand at one place: {need.problem}",
                        "make the outer strides larger, or leave out the outermost %")
        size = multiply(product(owner.layout.shape(extents)), owner.stage.dtype.bytes)
        holes.limit(size, SIZE_LIMIT, directive.span, "S478", f"{name} would take {size} bytes",
                    "make the strides smaller")


# ── subscripts ───────────────────────────────────────────────────────────────────────────────────────────


@record
class _Sum:
    """What an expression is worth so far: terms, and a number."""

    terms: tuple[Term, ...]
    offset: Int

    @property
    def number(self) -> Int | None:
        return None if self.terms else self.offset

    @property
    def digit(self) -> Digit | None:
        single = len(self.terms) == 1 and self.terms[0].stride == 1 and self.offset == 0
        return self.terms[0].digit if single else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads subscripts as sums of digits."""

    axes: tuple[str, ...]
    holes: Holes

    def subscript(self, expr: ast.Expr) -> Subscript:
        """The subscript; S477 where it is no sum of digits."""
        made = self.read(expr)
        values = (made.offset, *(t.stride for t in made.terms))
        if any(bounds(value, self.holes.ranges)[0] < least
               for value, least in zip(values, (0, *(1 for _ in made.terms)), strict=True)):
            raise self.problem(expr)
        return Subscript(made.terms, made.offset)

    def problem(self, expr: ast.Expr) -> ScheduleError:
        return ScheduleError("S477", f"'{expr}' is not a sum of digits of {', '.join(self.axes)}", expr.span,
                             DIGITS)

    def read(self, expr: ast.Expr) -> _Sum:
        if not set(self.names(expr)) & set(self.axes):
            return _Sum((), self.holes.value(expr))
        match expr:
            case ast.Name(name=name):
                return _Sum((Term(Digit(self.axes.index(name))),), 0)
            case ast.Binary(op="+"):
                left, right = self.read(expr.left), self.read(expr.right)
                return _Sum((*left.terms, *right.terms), add(left.offset, right.offset))
            case ast.Binary(op="*"):
                return self.product(expr, self.read(expr.left), self.read(expr.right))
            case ast.Binary(op="//" | "%" as op):
                return self.divided(expr, op, self.read(expr.left).digit, self.read(expr.right).number)
            case _:
                raise self.problem(expr)

    def names(self, expr: ast.Expr) -> Iterator[str]:
        return (node.name for node in ast.walk(expr) if isinstance(node, ast.Name))

    def product(self, expr: ast.Expr, left: _Sum, right: _Sum) -> _Sum:
        """A sum times a number."""
        total, factor = (right, left.number) if left.number is not None else (left, right.number)
        if factor is None:
            raise self.problem(expr)
        terms = tuple(Term(t.digit, multiply(t.stride, factor)) for t in total.terms)
        return _Sum(terms, multiply(total.offset, factor))

    def divided(self, expr: ast.Expr, op: str, digit: Digit | None, by: Int | None) -> _Sum:
        """A digit of a digit; what is left of a modulus must divide."""
        if digit is None or by is None or bounds(by, self.holes.ranges)[0] < 1:
            raise self.problem(expr)
        modulus = digit.modulus
        if modulus is not None:
            if not (isinstance(modulus, int) and isinstance(by, int)) or modulus % by:
                raise self.problem(expr)
            modulus = modulus // by
        if op == "%":
            return _Sum((Term(Digit(digit.axis, digit.divisor, by)),), 0)
        return _Sum((Term(Digit(digit.axis, multiply(digit.divisor, by), modulus)),), 0)
