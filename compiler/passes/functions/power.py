"""pow: |x|^y = e^(y·log |x|), with the signs and special cases of C on top.

The exponent makes errors of the logarithm large. f32 is therefore computed in f64. In f64 the logarithm is a
sum of two numbers; the first, and the first half of y, have so few bits that their product is exact (Dekker).
"""

from __future__ import annotations

import math

from ....dsl.dtypes import F64 as WIDE
from .exponential import F64, LOG2_E, Parts, power_of_two, scaled, tail
from .logarithm import R, split, split_normal
from .term import Let, Term, polynomial

# log(1 + f) = s·(2 + z·r(z)), s = f / (2 + f), z = s²: within 2^-43.9, relatively; enough for f32
R32 = (0.6666666667580169, 0.3999999562153256, 0.28572109188971617, 0.22176187565052055, 0.19584165377340568)
_HIGH_BITS = -1 << 27       # the upper 26 of the 53 bits of a significand


def power(let: Let, x: Term, y: Term) -> Term:
    """Within 1 ULP in f32, 12 in f64, which is reached only where the result is close to 0 or infinity."""
    size = (_of_f32 if x.dtype.bits == 32 else _of_f64)(let, x, y)
    return _with_special_cases(let, x, y, let("size", size))


def _of_f32(let: Let, x: Term, y: Term) -> Term:
    a = let("a", x.call("abs").cast(WIDE))
    k, m = split_normal(let, let("bits", a.bits()), a, F64.fraction)
    f = let("f", m - 1.0)
    s = let("s", f / (f + 2.0))
    z = let("z", s * s)
    exponent = let("exponent", s * (z * polynomial(let, z, R32) + 2.0) * LOG2_E + k)
    v = let("v", (_at_ends(a, exponent) * y.cast(WIDE)).call("max", -300.0).call("min", 300.0))
    whole = 1.5 * 2.0**F64.fraction
    shifted = let("shifted", v + whole)
    less = tail(let, let("r", (v - (shifted - whole)) * math.log(2)))
    return ((less + 1.0) * power_of_two(shifted.bits(), v)).cast(x.dtype)


def _of_f64(let: Let, x: Term, y: Term) -> Term:
    a = let("a", x.call("abs"))
    high, low = _logarithm(let, a)
    v = let("v", (_at_ends(a, high) * y).call("max", -800.0).call("min", 800.0))
    whole = 1.5 * 2.0**F64.fraction
    shifted = let("shifted", v * LOG2_E + whole)
    n = let("n", shifted - whole)
    front = let("front", _front(y))
    exact = let("exact", front * high - n * F64.ln2[0])
    near = ((exact + (y - front) * high) - n * F64.ln2[1]) + y * low
    far = v - n * F64.ln2[0]
    less = tail(let, let("r", (v.call("abs") < 800.0).pick(near, far)))
    return scaled(let, x, Parts(shifted.bits(), less))


def _logarithm(let: Let, a: Term) -> tuple[Term, Term]:
    """log a for positive finite a, as a number of 26 bits and a small one."""
    k, m = split(let, a)
    f = let("f", m - 1.0)
    inverse = let("inverse", 1.0 / (m + 1.0))
    s = let("s", f * inverse)
    first = let("first", _front(s))
    divisor = let("divisor", _front(m + 1.0))
    remainder = let("remainder", (f - first * divisor) - first * (m - (divisor - 1.0)))
    z = let("z", s * s)
    rest = inverse * (f * z * polynomial(let, z, R) + (remainder + remainder))
    powers = let("powers", k * F64.ln2[0])
    total = let("total", powers + first * 2.0)
    lost = let("lost", first * 2.0 - (total - powers))
    small = let("small", k * F64.ln2[1] + (rest + lost))
    high = let("high", _front(total + small))
    return high, let("low", small - (high - total))


def _front(x: Term) -> Term:
    return (x.bits() & _HIGH_BITS).bits(x.dtype)


def _at_ends(a: Term, logarithm: Term) -> Term:
    finite = (a > 0.0).pick(logarithm, -math.inf)
    return a.equals(math.inf).pick(a, finite)


def _with_special_cases(let: Let, x: Term, y: Term, size: Term) -> Term:
    """The sign of odd powers; NaN for what has no power; 1 to any power and any to 0 are 1."""
    whole = let("whole", y.call("floor"))
    half = let("half", y * 0.5)
    is_odd = whole.equals(y).both(half.call("floor").differs(half))
    negative = let("negative", x.bits() < 0)
    signed = let("signed", negative.both(is_odd).pick(-size, size))
    has_none = (x < 0.0).both(x > -math.inf).both(whole.differs(y)).either(x.differs(x))
    one = x.equals(1.0).either(y.equals(0.0)).either(
        x.call("abs").equals(1.0).both(y.call("abs").equals(math.inf)))
    return one.pick(x.like(1.0), let("known", has_none.pick(x.like(math.nan), signed)))
