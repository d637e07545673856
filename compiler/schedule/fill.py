"""Filling holes: a template and a config become a schedule with nothing left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...dsl import ast
from .holes import Holes, explicit_name, knob_column, parallel_name, part_name, place_name, step_name


def fill(directives: tuple[ast.Directive, ...], sizes: Mapping[str, int],
         values: Mapping[str, int]) -> tuple[ast.Directive, ...]:
    """The directives with a number for every hole; knobs and `when` blocks are resolved away."""
    return tuple(_Filler(sizes, values).all(directives))


class _Filler:
    def __init__(self, sizes: Mapping[str, int], values: Mapping[str, int]) -> None:
        self.values = values
        self.holes = Holes(sizes, values)

    def all(self, directives: tuple[ast.Directive, ...]) -> Iterator[ast.Directive]:
        """Each directive filled."""
        for directive in directives:
            yield from self.one(directive)

    def one(self, directive: ast.Directive) -> Iterator[ast.Directive]:
        match directive:
            case ast.Knob(name=name):
                self.holes.knobs[name] = knob_column(directive, self.holes, structural=True)
            case ast.When(condition=condition):
                if self.holes.value(condition):
                    yield from self.all(directive.directives)
            case ast.Split():
                yield self.split(directive)
            case ast.Unroll():
                yield self.unroll(directive)
            case ast.Layout():
                yield replace(directive, index=tuple(self.known(i, directive.axes) for i in directive.index))
            case ast.ComputeAt(places=places) if len(places) > 1:
                yield replace(directive, places=(places[self.values[place_name(directive)]],))
            case ast.Parallel(count=count) if count is not None:
                number = self.number(count, parallel_name(directive))
                if number:
                    yield ast.Parallel(directive.loops[:number])
            case _:
                yield directive

    def number(self, choice: ast.Choice, column: str) -> int:
        """The value of a choice: its column's, or what it says."""
        if isinstance(choice, ast.Between | ast.OneOf):
            return self.values[column]
        value = self.holes.value(choice)
        assert isinstance(value, int)
        return value

    def known(self, expr: ast.Expr, axes: tuple[str, ...]) -> ast.Expr:
        """A subscript with numbers for its knobs."""
        match expr:
            case ast.Name(name=name) if name in self.holes.knobs and name not in axes:
                return _literal(self.values[name])
            case ast.Binary():
                return replace(expr, left=self.known(expr.left, axes), right=self.known(expr.right, axes))
            case _:
                return expr

    def split(self, split: ast.Split) -> ast.Split:
        parts: list[ast.Part] = []
        derived = next((k for k, part in enumerate(split.parts) if part.size is None), None)
        for k, part in enumerate(split.parts):
            column = part_name(split, part)
            if k == derived:
                parts.append(part)
            elif part.size is None:
                parts.append(replace(part, size=_literal(self.values[column])))
            else:
                parts.append(replace(part, size=_literal(self.number(part.size, column))))
        return replace(split, parts=tuple(parts))

    def unroll(self, unroll: ast.Unroll) -> ast.Unroll:
        if unroll.step is None:
            return unroll
        step = _literal(self.number(unroll.step, step_name(unroll)))
        if unroll.explicit is None:
            return replace(unroll, step=step)
        return replace(unroll, step=step,
                       explicit=ast.Bool(bool(self.number(unroll.explicit, explicit_name(unroll)))))


def _literal(value: int) -> ast.Number:
    return ast.Number(str(value))
