"""16-bit floats made explicit: f16 and bf16 are stored, f32 is computed.

After `widen`, a 16-bit type stands in three places only: at a read (wrapped in a cast to f32), at the root of
a stage stored in that type (a cast from f32, the one rounding), and where the program itself casts to it.
Everything between has type f32, so that no later layer needs a rule of its own for 16-bit arithmetic.
"""

from __future__ import annotations

from dataclasses import replace

from ..dsl.dtypes import F32, DType
from ..dsl.typed import Cast, Const, Expr, Index, Read, rebuild


def widen(expr: Expr) -> Expr:
    """The expression computed in `dtype.arithmetic`. Reads of 16-bit floats become `f32(read)`."""
    match expr:
        case Read():
            read = replace(expr, index=tuple(map(widen, expr.index)), otherwise=_stored_else(expr))
            return read if read.dtype.arithmetic == read.dtype else Cast(read, F32)
        case Cast(value=value, dtype=dtype):
            return _cast(widen(value), dtype)
        case Index():
            return expr
        case _:
            return replace(rebuild(expr, widen), dtype=expr.dtype.arithmetic)


def narrow(expr: Expr, dtype: DType) -> Expr:
    """A widened expression in the form in which it is stored as `dtype`: rounded once if that is 16 bits."""
    match expr:
        case _ if expr.dtype == dtype:
            return expr
        case Const(value=value):
            return Const(value, dtype)
        case Cast(value=value) if value.dtype == dtype:
            return value
        case _:
            return Cast(expr, dtype)


def _stored_else(read: Read) -> Expr | None:
    """The value outside a 16-bit tensor has the tensor's type: a padded copy would store it so."""
    return None if read.otherwise is None else narrow(widen(read.otherwise), read.dtype)


def _cast(value: Expr, dtype: DType) -> Expr:
    if dtype.arithmetic != dtype:
        return Cast(narrow(value, dtype), F32)
    return value if isinstance(value, Cast) and value.dtype == dtype == F32 else Cast(value, dtype)
