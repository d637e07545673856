"""What the language names by itself: functions, reducers, and the types each of them takes."""

from __future__ import annotations

from collections.abc import Mapping

from ..dtypes import BOOL, DType
from ..record import record

CLAMP = "clamp"


@record
class Function:
    """How many arguments a function has and which types it takes: a key of `KINDS`."""

    arity: int
    takes: str


KINDS: Mapping[str, str] = {
    "numbers": "numbers",
    "floats": "floating-point numbers",
    "bools": "bool",
}

FUNCTIONS: Mapping[str, Function] = {
    **dict.fromkeys(("min", "max"), Function(2, "numbers")),
    "abs": Function(1, "numbers"),
    **dict.fromkeys(
        ("exp", "log", "sqrt", "rsqrt", "tanh", "erf", "sigmoid"), Function(1, "floats")
    ),
    **dict.fromkeys(("floor", "ceil", "round"), Function(1, "floats")),
    "pow": Function(2, "floats"),
    "fma": Function(3, "floats"),
}

REDUCERS: Mapping[str, str] = {
    **dict.fromkeys(("sum", "prod", "min", "max", "argmin", "argmax"), "numbers"),
    **dict.fromkeys(("any", "all"), "bools"),
}


def takes(kind: str, dtype: DType) -> bool:
    """Whether a function of a kind in `KINDS` is defined on a type."""
    match kind:
        case "floats":
            return dtype.is_float
        case "bools":
            return dtype == BOOL
        case _:
            return dtype != BOOL
