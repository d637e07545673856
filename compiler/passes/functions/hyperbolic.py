"""tanh and sigmoid, by exponentials that cannot overflow.

tanh |x| = |x| + |x|·z·p(z), z = x², below 0.55, p a minimax polynomial (within 2^-29.7 of tanh in f32 and
2^-55.4 in f64, relatively); beyond, 1 - 2e / (1 + e), e = e^(-2|x|), whose quotient is small.
sigmoid x = s / (1 + e^-|x|) with s = 1 for x >= 0 and e^-|x| else: small results keep their digits.
"""

from __future__ import annotations

from .exponential import exp_of_negative, parts, power_of_two
from .term import Let, Term, polynomial

P32 = (-0.33333316445350647, 0.13332544267177582, -0.0538475476205349, 0.02105071395635605,
       -0.006242845673114061)
P64 = (-0.3333333333333231, 0.13333333333167632, -0.053968253875385605, 0.02186948595564647,
       -0.008863194221716966, 0.0035917172619139544, -0.0014532040691601694, 0.0005790977314787105,
       -0.0002102358570662611, 5.0974005488829684e-05)
_NEAR = 0.55
_ONE = {32: 10.0, 64: 20.0}     # from here on tanh is 1


def tanh(let: Let, x: Term) -> Term:
    """Within 1.5 ULP."""
    size = let("size", x.call("abs").call("min", _ONE[x.dtype.bits]))
    square = let("square", size * size)
    near = size * square * polynomial(let, square, P32 if x.dtype.bits == 32 else P64) + size
    e = parts(let, size * -2.0)
    small = let("small", (e.less + 1.0) * power_of_two(e.bits, x))
    far = 1.0 - small * 2.0 / (small + 1.0)
    return (size < _NEAR).pick(let("near", near), let("far", far)).signed_like(x)


def sigmoid(let: Let, x: Term) -> Term:
    """Within 2.5 ULP."""
    small = let("small", exp_of_negative(let, -x.call("abs")))
    return (x < 0.0).pick(small, 1.0) / (small + 1.0)
