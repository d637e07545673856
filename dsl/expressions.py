"""Expressions of the syntax tree, printed with the fewest parentheses."""

from __future__ import annotations

from .nodes import Node, commas
from .record import record


@record
class Number(Node):
    """A numeric literal, kept as written: `3`, `0.5`, `1e-5`."""

    text: str

    @property
    def value(self) -> int | float:
        """Its value: an int unless it has a point or an exponent."""
        return float(self.text) if any(c in self.text for c in ".eE") else int(self.text)

    def __str__(self) -> str:
        return self.text


@record
class Bool(Node):
    """`true` or `false`."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@record
class Name(Node):
    """A bare name: a size, an index, a scalar, a named constant, a knob."""

    name: str

    def __str__(self) -> str:
        return self.name


@record
class Access(Node):
    """A read of one element: `A[i, k + 1]`."""

    tensor: str
    index: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"{self.tensor}[{commas(self.index)}]"


@record
class Guarded(Node):
    """A read with a value for indices outside the tensor: `(X[i - 1] else 0)`."""

    access: Access
    otherwise: Expr

    def __str__(self) -> str:
        return f"({self.access} else {self.otherwise})"


@record
class Call(Node):
    """A function or a cast: `exp(x)`, `max(a, b)`, `f32(x)`."""

    function: str
    args: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"{self.function}({commas(self.args)})"


@record
class Axis(Node):
    """An index variable on the left of a definition or under a reducer; its bound may be written: `k < K`."""

    name: str
    bound: Expr | None = None

    def __str__(self) -> str:
        return self.name if self.bound is None else f"{self.name} < {operand(self.bound, SUM)}"


@record
class Reduce(Node):
    """A reduction: `sum[k](A[i, k] * B[k, j])`."""

    reducer: str
    axes: tuple[Axis, ...]
    body: Expr

    def __str__(self) -> str:
        return f"{self.reducer}[{commas(self.axes)}]({self.body})"


@record
class Unary(Node):
    """`-x` or `not x`."""

    op: str
    value: Expr

    def __str__(self) -> str:
        if self.op == "not":
            return f"not {operand(self.value, NOT)}"
        return f"-{operand(self.value, NEGATE)}"


@record
class Binary(Node):
    """`+ - * / // %`, comparisons, `and`, `or`. Left-associative; comparisons do not chain."""

    op: str
    left: Expr
    right: Expr

    def __str__(self) -> str:
        level = LEVELS[self.op]
        left = level + 1 if level == COMPARE else level
        return f"{operand(self.left, left)} {self.op} {operand(self.right, level + 1)}"


@record
class IfElse(Node):
    """`then if condition else otherwise`; the branch not taken is never read."""

    condition: Expr
    then: Expr
    otherwise: Expr

    def __str__(self) -> str:
        return f"{operand(self.then, OR)} if {operand(self.condition, OR)} else {self.otherwise}"


Expr = Number | Bool | Name | Access | Guarded | Call | Reduce | Unary | Binary | IfElse

# Binding strength, loosest first.
CONDITIONAL, OR, AND, NOT, COMPARE, SUM, PRODUCT, NEGATE, ATOM = range(9)
LEVELS = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
          **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARE)}


def level(expr: Expr) -> int:
    """How strongly the outermost operator of an expression binds."""
    match expr:
        case IfElse():
            return CONDITIONAL
        case Binary():
            return LEVELS[expr.op]
        case Unary():
            return NOT if expr.op == "not" else NEGATE
        case _:
            return ATOM


def operand(expr: Expr, needed: int) -> str:
    """Text of an operand, in parentheses where it binds more loosely than its place needs."""
    return str(expr) if level(expr) >= needed else f"({expr})"
