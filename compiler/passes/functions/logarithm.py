"""log. x = 2^k·m with m between √½ and √2, f = m - 1, log x = k·ln 2 + log(1 + f).

f32: log(1 + f) = f - f²·q(f), q a minimax polynomial: within 2^-28.6 of log(1 + f), relatively.
f64: log(1 + f) = 2s + s·z·r(z) with s = f / (2 + f), z = s²; 2s is f - s·f, which keeps what s is rounded by.
r is a minimax polynomial: within 2^-58.4. ln 2 comes in two parts; k times the first one is exact.
"""

from __future__ import annotations

import math

from .exponential import F32, F64
from .term import Let, Term, polynomial

Q = (0.5, -0.3333331048488617, 0.25000298023223877, -0.20002496242523193, 0.16652384400367737,
     -0.14198611676692963, 0.12663498520851135, -0.12300171703100204, 0.10328206419944763,
     -0.042158424854278564)
R = (0.6666666666666734, 0.3999999999941654, 0.2857142874206614, 0.2222219859987977, 0.1818356317580221,
     0.1531407530128276, 0.14795739919793297)
_ROOT_HALF = {32: 0x3F3504F3, 64: 0x3FE6A09E667F3BCD}     # the bits of √½


def log(let: Let, x: Term) -> Term:
    """Within 1 ULP in f32, 1.2 in f64; NaN below 0, -inf at 0."""
    x = let("x", x)
    k, m = split(let, x)
    f = let("f", m - 1.0)
    value = (_log_f32 if x.dtype.bits == 32 else _log_f64)(let, k, f)
    known = (x > 0.0).pick(value, (x.equals(0.0)).pick(x.like(-math.inf), math.nan))
    return x.equals(math.inf).pick(x, known)


def split(let: Let, x: Term) -> tuple[Term, Term]:
    """k and m; anything for what is not positive and finite. Subnormal numbers are multiplied first."""
    form = F32 if x.dtype.bits == 32 else F64
    tiny = let("tiny", x < 2.0 ** (1 - form.bias))
    up = form.fraction + 2
    bits = let("bits", tiny.pick(x * 2.0**up, x).bits())
    k, m = split_normal(let, bits, x, form.fraction)
    return let("k", k - tiny.pick(x.like(float(up)), 0.0)), m


def split_normal(let: Let, bits: Term, like: Term, fraction: int) -> tuple[Term, Term]:
    """k and m of a normal number, by its bits."""
    root = _ROOT_HALF[like.dtype.bits]
    above = let("above", bits - root)
    m = ((above & (1 << fraction) - 1) + root).bits(like.dtype)
    return (above >> fraction).cast(like.dtype), let("m", m)


def _log_f32(let: Let, k: Term, f: Term) -> Term:
    high, low = F32.ln2
    square = let("square", f * f)
    return (f - square * polynomial(let, f, Q)) + k * low + k * high


def _log_f64(let: Let, k: Term, f: Term) -> Term:
    high, low = F64.ln2
    s = let("s", f / (f + 2.0))
    z = let("z", s * s)
    less = let("less", f - z * polynomial(let, z, R))
    return (f - s * less) + k * low + k * high
