"""Holes: what a schedule leaves open becomes columns of a search space, limits between them, or structure.

A *structural* choice (where a stage is computed, whether a `when` block applies, how many loops are parallel)
decides the loop structure and must be known before the directives apply; every other hole stays a symbol in
extents and tile sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...dsl import ast
from ...dsl.diagnostics import did_you_mean
from ...dsl.record import record
from ...dsl.source import NOWHERE, Span
from ..sym import Hole, Int, bounds
from .errors import ScheduleError

OPEN = "tune it, or write a number for everything that is open"

@record
class Column:
    """One hole: values from low to high, or listed ones. `labels` name ordinals that are no numbers."""

    name: str
    low: int
    high: int
    values: tuple[int, ...] | None = None
    labels: tuple[str, ...] = ()
    structural: bool = False


@dataclass
class Holes:
    """Collects columns and limits while directives apply, and answers what structural choices were made."""

    sizes: Mapping[str, int]
    structure: Mapping[str, int]
    columns: dict[str, Column] = field(default_factory=dict[str, Column])
    limits: list[tuple[Int, Int]] = field(default_factory=list[tuple[Int, Int]])
    knobs: dict[str, Column] = field(default_factory=dict[str, Column])

    @property
    def ranges(self) -> dict[str, tuple[int, int]]:
        """Smallest and largest value of every hole so far."""
        return {c.name: (c.low, c.high) for c in self.columns.values()}

    def limit(self, small: Int, large: Int, span: Span, code: str, message: str, hint: str) -> None:
        """Demand small <= large: an error where numbers break it, a condition on configs otherwise."""
        if isinstance(small, int) and isinstance(large, int):
            if small > large:
                raise ScheduleError(code, message, span, hint)
            return
        self.limits.append((small, large))

    def number(self, choice: ast.Choice | None, column: str, high: Int, span: Span = NOWHERE) -> Int:
        """A size or step: a number, a knob, or a new column. None is a hole from 1 to `high`."""
        match choice:
            case None:
                return self._column(Column(column, 1, bounds(high, self.ranges)[1]), span)
            case ast.Between(low=low, high=top):
                first, last = self.fixed(low), self.fixed(top)
                if first > last:
                    raise ScheduleError("S419", f"the range {choice} is empty: it begins above its end",
                                        choice.span,
                                        f"write {top}..{low}")
                return self._column(Column(column, first, last), choice.span)
            case ast.OneOf(values=values):
                listed = tuple(sorted({self.fixed(v) for v in values}))
                return self._column(Column(column, listed[0], listed[-1], listed), choice.span)
            case _:
                return self.value(choice)

    def decide(self, choice: ast.Choice, column: str) -> int:
        """A structural number: fixed, or chosen in `structure`."""
        value = self.number(choice, column, 1)
        if isinstance(value, Hole):
            return self.chosen(value.name, choice.span)
        if isinstance(value, int):
            return value
        raise ScheduleError("S410", f"'{choice}' must be a number or a knob here", choice.span)

    def chosen(self, column: str, span: Span) -> int:
        """What `structure` says for a structural column."""
        if column not in self.structure:
            raise ScheduleError("S416", f"the schedule leaves {column} open", span, OPEN)
        return self.structure[column]

    def _column(self, column: Column, span: Span) -> Int:
        if column.name in self.columns:
            raise ScheduleError("S420", f"{column.name} is open here, and in an earlier directive too", span,
                                "leave it open once, or share a knob: knob name in {…}")
        self.columns[column.name] = column
        return Hole(column.name)

    def fixed(self, expr: ast.Expr) -> int:
        """A number that no hole takes part in."""
        value = self.value(expr)
        if isinstance(value, int):
            return value
        raise ScheduleError("S410", f"'{expr}' is not a fixed number", expr.span)

    def value(self, expr: ast.Expr) -> Int:
        """An integer expression over sizes (and what numbers.py knows) and at most a knob by itself."""
        match expr:
            case ast.Number():
                return self._literal(expr)
            case ast.Bool(value=value):
                return int(value)
            case ast.Name(name=name):
                return self._named(name, expr.span)
            case ast.Unary(op="not"):
                return int(not self.fixed(expr.value))
            case ast.Binary():
                return self._arithmetic(expr)
            case ast.IfElse():
                return self.value(expr.then if self.fixed(expr.condition) else expr.otherwise)
            case _:
                raise ScheduleError("S410", f"'{expr}' is not a number", expr.span,
                                    "write a number, a size, a knob, low..high or {a, b, c}")

    def _literal(self, expr: ast.Number) -> int:
        if isinstance(expr.value, int):
            return expr.value
        raise ScheduleError("S410", f"'{expr}' is not a whole number", expr.span)

    def _named(self, name: str, span: Span) -> Int:
        if name in self.knobs:
            return self.structure[name] if self.knobs[name].structural else Hole(name)
        if name in self.sizes:
            return self.sizes[name]
        hint = did_you_mean(name, [*self.knobs, *self.sizes]) or "declare it: knob " + name + " in {…}"
        raise ScheduleError("S411", f"no size or knob is called '{name}'", span, hint)

    def _arithmetic(self, expr: ast.Binary) -> int:
        left, right = self.fixed(expr.left), self.fixed(expr.right)
        if expr.op in ("//", "%") and right == 0:
            raise ScheduleError("S410", f"'{expr}' divides by zero", expr.span)
        table = {"+": left + right, "-": left - right, "*": left * right, "<": left < right,
                 "<=": left <= right,
                 ">": left > right, ">=": left >= right, "==": left == right, "!=": left != right,
                 "and": bool(left and right), "or": bool(left or right)}
        if expr.op in ("//", "%"):
            return left // right if expr.op == "//" else left % right
        if expr.op in table:
            return int(table[expr.op])
        raise ScheduleError("S410", f"'{expr}' is not a whole number", expr.span, "use // to divide")


def structural_columns(directives: tuple[ast.Directive, ...], sizes: Mapping[str, int]) -> tuple[Column, ...]:
    """The columns that decide structure, found from the text alone."""
    steering = set(_steering_knobs(directives))
    found: dict[str, Column] = {}
    for directive in flat(directives):
        column = _structural(directive, steering, Holes(sizes, {}))
        if column and found.setdefault(column.name, column) != column:
            raise ScheduleError("S420", f"{column.name} is open here, and otherwise in an earlier directive",
                                directive.span, "give both the same choices, or use a knob")
    return tuple(found.values())


def knob_column(knob: ast.Knob, holes: Holes, structural: bool) -> Column:
    """The column a knob declares."""
    boolean = all(isinstance(v, ast.Bool) for v in knob.values)
    values = tuple(sorted({holes.fixed(v) for v in knob.values}))
    labels = ("false", "true") if boolean else ()
    return Column(knob.name, values[0], values[-1], values, labels, structural)


def flat(directives: tuple[ast.Directive, ...]) -> Iterator[ast.Directive]:
    """All directives, those in `when` blocks after their `when`."""
    for directive in directives:
        yield directive
        if isinstance(directive, ast.When):
            yield from flat(directive.directives)


def _steering_knobs(directives: tuple[ast.Directive, ...]) -> Iterator[str]:
    for directive in flat(directives):
        match directive:
            case ast.When(condition=steer) | ast.Parallel(count=steer) | ast.Unroll(explicit=steer):
                if steer is not None:
                    yield from (n.name for n in ast.walk(steer) if isinstance(n, ast.Name))
            case _:
                pass


def _structural(directive: ast.Directive, steering: set[str], holes: Holes) -> Column | None:
    """The column that a directive adds, if it decides structure."""
    match directive:
        case ast.Knob(name=name) if name in steering:
            return knob_column(directive, holes, structural=True)
        case ast.ComputeAt(places=places) if len(places) > 1:
            labels = tuple(map(str, places))
            return Column(place_name(directive), 0, len(labels) - 1, tuple(range(len(labels))), labels,
                          structural=True)
        case ast.Parallel(count=ast.OneOf() | ast.Between() as choice):
            name = parallel_name(directive)
        case ast.Unroll(explicit=ast.OneOf() | ast.Between() as choice):
            name = explicit_name(directive)
        case _:
            return None
    holes.number(choice, name, 1)
    return replace(holes.columns[name], structural=True)


def place_name(directive: ast.ComputeAt) -> str:
    """The column of where a stage is computed."""
    return f"{directive.stage}.at"


def part_name(directive: ast.Split, part: ast.Part) -> str:
    """The column of a part's size: named by the loop as the directive writes it."""
    return f"{directive.loop}.{part.name}"


def step_name(directive: ast.Unroll) -> str:
    """The column of an unroll step."""
    return f"{directive.target}.unroll"


def explicit_name(directive: ast.Unroll) -> str:
    """The column of whether the compiler unrolls, or leaves it to that of C."""
    return f"{directive.target}.explicit"


def parallel_name(directive: ast.Parallel) -> str:
    """The column of a parallel directive's count: named by its first loop."""
    return f"{directive.loops[0]}.parallel"
