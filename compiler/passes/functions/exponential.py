"""exp, and the exponentials that sigmoid, tanh, erf and pow are made of.

x = n·ln 2 + r with |r| <= ln 2 / 2 (1 + 2^-10), e^r = 1 + r + r²·q(r), and e^x = 2^n·e^r. n is found by
adding a number so large that its unit is 1, whose last bits then hold n; n·ln 2 is taken off in two parts, of
which the first has so few bits that the product is exact (Cody and Waite), contracted or not.

q is a minimax polynomial for the relative error of e^r: 2^-31.2 for f32, 2^-57.2 for f64.
"""

from __future__ import annotations

from dataclasses import dataclass

from .term import Let, Term, polynomial

LOG2_E = 1.4426950408889634


@dataclass(frozen=True, slots=True)
class Format:
    """What the method needs of a float type: stored bits of the significand, the exponent's bias, the two
    parts of ln 2, q, and where e^x is 0 and infinite (with room to spare)."""

    fraction: int
    bias: int
    ln2: tuple[float, float]
    q: tuple[float, ...]
    range: tuple[float, float]


F32 = Format(23, 127, (0.693145751953125, 1.428606765330187e-06), (
    0.5, 0.16666647791862488, 0.041666481643915176, 0.008337867446243763, 0.001393333775922656,
    0.0001734019024297595), (-104.5, 89.0))
F64 = Format(52, 1023, (0.6931471803691238, 1.9082149292705877e-10), (
    0.5000000000000011, 0.16666666666666435, 0.041666666666527866, 0.008333333333449645, 0.001388888894446467,
    0.00019841269643021382, 2.4801491871330424e-05, 2.755743948520089e-06, 2.763081306549248e-07,
    2.505288466909422e-08), (-746.0, 710.0))


@dataclass(frozen=True, slots=True)
class Parts:
    """e^x as 2^n·(1 + less): `bits` is an integer whose last bits are n's."""

    bits: Term
    less: Term


def exp(let: Let, x: Term) -> Term:
    """e^x within 1 ULP, everywhere; results may be subnormal."""
    low, high = _format(x).range
    return scaled(let, x, parts(let, x.call("max", low).call("min", high)))


def exp_of_negative(let: Let, x: Term) -> Term:
    """The same for x <= 0."""
    return scaled(let, x, parts(let, x.call("max", _format(x).range[0])))


def parts(let: Let, x: Term) -> Parts:
    """The parts of e^x for an x in range."""
    form = _format(x)
    x = let("x", x)
    whole = 1.5 * 2.0**form.fraction
    shifted = let("shifted", x * LOG2_E + whole)
    n = let("n", shifted - whole)
    return Parts(shifted.bits(), tail(let, let("r", (x - n * form.ln2[0]) - n * form.ln2[1])))


def tail(let: Let, r: Term) -> Term:
    """e^r - 1 for a reduced r."""
    return let("less", r * r * polynomial(let, r, _format(r).q) + r)


def power_of_two(bits: Term, like: Term) -> Term:
    """2^n, which must be normal."""
    form = _format(like)
    return ((bits << form.fraction) + (form.bias << form.fraction)).bits(like.dtype)


def scaled(let: Let, x: Term, e: Parts) -> Term:
    """The value of parts in x's type.

    It is multiplied by two normal powers of two: the last product may be subnormal or infinite.
    """
    form = _format(x)
    one = form.bias << form.fraction
    bits = let("bits", e.bits)
    half = let("half", bits << (form.fraction - 1) & -1 << form.fraction)
    rest = (bits << form.fraction) - half
    return (e.less + 1.0) * (half + one).bits(x.dtype) * (rest + one).bits(x.dtype)


def _format(x: Term) -> Format:
    return F32 if x.dtype.bits == 32 else F64
