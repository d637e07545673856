"""How loop nests are written: the words of the notation, what binds how tightly, braces and commas."""

from __future__ import annotations

from collections.abc import Iterable

from ...dsl.dtypes import BOOL, I64, DType
from ...dsl.typed import COMPARISONS

KINDS = ("serial", "parallel", "vectorized", "unrolled")
SCOPES = ("global", "local", "register")

WORDS = ("nest", "for", "in", "if", "else", "let", "or", "and", "true", "false", "tensorize", "prefetch",
         "intrinsic", "emits")
RESERVED = frozenset((*WORDS, *KINDS[1:], *SCOPES))     # words that are no names

# All operators group to the left, but comparisons, which do not group.
BITWISE = ("&", "|", "^", "<<", ">>")
PRECEDENCE = {"or": 1, "and": 2} | dict.fromkeys(COMPARISONS, 3) | dict.fromkeys(BITWISE, 4) | {
    "+": 5, "-": 5} | dict.fromkeys(("*", "/", "//", "%"), 6)

REDUCERS = {"sum": "+", "prod": "*", "min": "min", "max": "max", "any": "or", "all": "and"}
# What `Across` combines lanes with.

# Functions and how many arguments they take.
FUNCTIONS = {"fma": 3} | dict.fromkeys(("min", "max", "pow"), 2) | dict.fromkeys(
    ("abs", "exp", "log", "sqrt", "rsqrt", "tanh", "erf", "sigmoid", "floor", "ceil", "round"), 1)


def number(value: float, dtype: DType, lanes: int) -> str:
    """A constant, with its type behind it unless it is one i64 or bool."""
    if dtype == BOOL and lanes == 1:
        return "true" if value else "false"
    text = repr(float(value) if dtype.is_float else int(value))
    return text if dtype == I64 and lanes == 1 else f"{text}{vector(dtype, lanes)}"


def infix(op: str, left: object, right: object) -> str:
    """`left op right`, with parentheses where reading it back needs them."""
    level = PRECEDENCE[op]
    return f"{_operand(left, level + (op in COMPARISONS))} {op} {_operand(right, level + 1)}"


def _operand(expr: object, level: int) -> str:
    loose = PRECEDENCE.get(getattr(expr, "op", ""), level) < level
    return f"({expr})" if loose else str(expr)


def vector(dtype: DType, lanes: int) -> str:
    """`f32`, or `f32x8` for several lanes."""
    return f"{dtype}x{lanes}" if lanes > 1 else str(dtype)


def commas(items: Iterable[object]) -> str:
    """Items separated by commas."""
    return ", ".join(map(str, items))


def braces(head: str, body: str) -> str:
    """`head { body }` with the lines of the body indented by two."""
    inner = "".join(f"  {line}\n" for line in body.split("\n")) if body else ""
    return f"{head} {{\n{inner}}}".lstrip()
