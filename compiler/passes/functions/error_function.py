"""erf. Near zero it is x + x·p(x²); beyond, 1 - erfc, where erfc need not be very accurate.

f32: erfc a = e^-g(a), g a polynomial. f64: erfc a = e^(-a²)·h(t), h a polynomial in t = 1 / (a + 2). All are
minimax: relatively to erf, within 2^-29.8 (f32) and 2^-54.3 (f64) near zero, 2^-30.5 and 2^-56.1 beyond.
"""

from __future__ import annotations

from .exponential import parts, power_of_two
from .term import Let, Term, polynomial

P32 = (0.12837916612625122, -0.3761262893676758, 0.11283624172210693, -0.02685558795928955,
       0.005191947799175978, -0.0008043837151490152, 7.969652506290004e-05)
G32 = (-0.0001746828929753974, 1.1295149326324463, 0.6333468556404114, 0.1082802340388298,
       -0.02511960081756115, 0.0041711716912686825, -0.0004344964399933815, 2.1099223886267282e-05)
P64 = (0.12837916709551253, -0.37612638903182466, 0.11283791670891676, -0.026866170632922532,
       0.00522397750487644, -0.0008548320068587418, 0.00012055082330416573, -1.4919827774047162e-05,
       1.6374651687966538e-06, -1.5539089419040822e-07, 1.0242713983547198e-08)
H64 = (-4.5921761064998125e-08, 0.5642387388066425, 1.126112877305567, 2.0231714220201975, 2.1922769636257944,
       8.143843327381006, -33.61805196165606, 137.60370907717174, -456.7338742478167, 906.9712844063681,
       -1057.068327828954, 684.6423840601392, -193.0035621506217)
_ONE = {32: 4.0, 64: 6.0}       # from here on erf is 1
_NEAR = {32: 0.925, 64: 0.89}   # both ways hold here


def erf(let: Let, x: Term) -> Term:
    """Within 1.1 ULP in f32, 1.5 in f64."""
    single = x.dtype.bits == 32
    size = let("size", x.call("abs").call("min", _ONE[x.dtype.bits]))
    square = let("square", size * size)
    near = let("near", size * polynomial(let, square, P32 if single else P64) + size)
    far = let("far", 1.0 - (_erfc_f32(let, size) if single else _erfc_f64(let, size, square)))
    return (size < _NEAR[x.dtype.bits]).pick(near, far).signed_like(x)


def _erfc_f32(let: Let, size: Term) -> Term:
    return _exp(let, -polynomial(let, size, G32))


def _erfc_f64(let: Let, size: Term, square: Term) -> Term:
    t = let("t", 1.0 / (size + 2.0))
    return _exp(let, -square) * polynomial(let, t, H64)


def _exp(let: Let, x: Term) -> Term:
    """e^x for -40 <= x <= 0."""
    e = parts(let, x)
    return let("exp", (e.less + 1.0) * power_of_two(e.bits, x))
