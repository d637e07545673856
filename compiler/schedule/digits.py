"""Layouts: where an element stands in its buffer, said digit by digit.

An axis falls into *digits* `axis // divisor % modulus`, as a number does into those of its decimal notation:
`j // 16` and `j % 16` are the two digits of j to the base 16. Each subscript of a layout is a sum of digits
times strides and an offset. Divisors, moduli and strides are symbolic integers over a schedule's holes.

Different elements stand at different places if the digits of each axis make up all of it, each used once, and
if in each sum the digits with smaller strides never reach the next larger stride.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...dsl.record import record
from .. import sym
from ..sym import Int, add, ceil_divide, minimum, multiply, subtract


@record
class Digit:
    """`axis // divisor % modulus`, the axis by its position; without a modulus all that is left of it."""

    axis: int
    divisor: Int = 1
    modulus: Int | None = None

    def count(self, extents: Sequence[Int]) -> Int:
        """How many values it takes, for the extents of all axes."""
        most = ceil_divide(extents[self.axis], self.divisor)
        return most if self.modulus is None else minimum(self.modulus, most)


@record
class Term:
    """A digit times a stride."""

    digit: Digit
    stride: Int = 1


@record
class Subscript:
    """A sum of terms, those with large strides first, and an offset."""

    terms: tuple[Term, ...]
    offset: Int = 0

    def extent(self, extents: Sequence[Int]) -> Int:
        """One more than its largest value."""
        return _reach(self.terms, extents, add(self.offset, 1))


@record
class Layout:
    """A subscript for each dimension of the buffer."""

    subscripts: tuple[Subscript, ...]

    def shape(self, extents: Sequence[Int]) -> tuple[Int, ...]:
        """The shape of the buffer that holds all elements."""
        return tuple(subscript.extent(extents) for subscript in self.subscripts)

    def evaluate(self, holes: Mapping[str, int]) -> Layout:
        """The layout with numbers for the holes."""

        def number(value: Int) -> int:
            return int(sym.evaluate(value, holes))

        def digit(d: Digit) -> Digit:
            modulus = None if d.modulus is None else number(d.modulus)
            return Digit(d.axis, number(d.divisor), modulus)

        return Layout(tuple(Subscript(tuple(Term(digit(t.digit), number(t.stride)) for t in s.terms),
                                      number(s.offset)) for s in self.subscripts))


def _reach(terms: Sequence[Term], extents: Sequence[Int], start: Int = 1) -> Int:
    """The largest value of a sum of terms, and `start`."""
    reach = start
    for term in terms:
        reach = add(reach, multiply(term.stride, subtract(term.digit.count(extents), 1)))
    return reach


@record
class Need:
    """What must hold, small <= large, for no two elements to share a place; and what is wrong where not."""

    small: Int
    large: Int
    problem: str


def digits_of(layout: Layout, axis: int) -> list[Digit]:
    """The digits of an axis, wherever they stand."""
    return [t.digit for s in layout.subscripts for t in s.terms if t.digit.axis == axis]


def chained(digits: Sequence[Digit]) -> tuple[list[Digit], Int | None]:
    """The digits that follow one another from the lowest on, and how many values they tell apart.

    None stands for any number: the highest of them has no modulus.
    """
    found: list[Digit] = []
    bound: Int | None = 1
    rest = list(digits)
    while bound is not None:
        following = next((d for d in rest if d.divisor == bound), None)
        if following is None:
            break
        rest.remove(following)
        found.append(following)
        bound = None if following.modulus is None else multiply(following.divisor, following.modulus)
    return found, bound


def needs(layout: Layout, axes: Sequence[str], extents: Sequence[Int]) -> Iterator[Need]:
    """What must hold for extents, once every axis is a chain of digits."""
    for k, name in enumerate(axes):
        bound = chained(digits_of(layout, k))[1]
        if bound is not None:
            yield Need(extents[k], bound,
                       f"the subscripts tell {bound} of {extents[k]} values of {name} apart")
    for n, subscript in enumerate(layout.subscripts):
        inner: tuple[Term, ...] = ()
        for term in reversed(subscript.terms):
            reach = _reach(inner, extents)
            yield Need(reach, term.stride, f"in subscript {n} the stride {term.stride} is less than the "
                                           f"{reach} places of what is added to it")
            inner = (term, *inner)


def descending(subscript: Subscript) -> Subscript:
    """The terms by falling strides; as they are written where some stride is not a number."""
    strides = [t.stride for t in subscript.terms]
    if not all(isinstance(s, int) for s in strides):
        return subscript
    by_stride = sorted(subscript.terms, key=lambda t: -int(sym.evaluate(t.stride, {})))
    return replace(subscript, terms=tuple(by_stride))
