"""Ranges of index expressions hold every value, and are exact where an expression is affine."""

from hypothesis import given
from hypothesis import strategies as st
from txc.compiler.schedule.index_range import index_range
from txc.dsl import typed
from txc.dsl.dtypes import BOOL, I32, I64

ROW, COLUMN = typed.Index("i"), typed.Index("j")
RANGES = {"i": (0, 4), "j": (0, 6)}
Expr = typed.Expr


def binary(op: str, left: Expr, right: Expr) -> Expr:
    return typed.Binary(op, left, right, I64)


def const(value: int) -> Expr:
    return typed.Const(value, I64)


def compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums, products, quotients and remainders by numbers, smaller and larger ones, choices, negations."""
    return st.one_of(
        st.builds(binary, st.sampled_from("+-*"), inner, inner),
        st.builds(binary, st.sampled_from(("//", "%")), inner, st.integers(1, 5).map(const)),
        st.builds(lambda f, a, b: typed.Call(f, (a, b), I64), st.sampled_from(("min", "max")), inner, inner),
        st.builds(lambda a: typed.Unary("neg", a, I64), inner),
        st.builds(lambda a, b: typed.Select(typed.Binary("<", ROW, COLUMN, BOOL), a, b, I64), inner, inner))


EXPRESSIONS = st.recursive(st.one_of(st.just(ROW), st.just(COLUMN), st.integers(-5, 9).map(const)), compound,
                           max_leaves=6)


def value(expr: Expr, i: int, j: int) -> int:
    """The expression at a point."""
    def at(part: Expr) -> int:
        return value(part, i, j)

    match expr:
        case typed.Const(value=number):
            return int(number)
        case typed.Index(name=name):
            return i if name == "i" else j
        case typed.Binary(op=op, left=left, right=right):
            a, b = at(left), at(right)
            return {"+": a + b, "-": a - b, "*": a * b, "//": a // (b or 1), "%": a % (b or 1)}[op]
        case typed.Call(function=function, args=(a, b)):
            return (min if function == "min" else max)(at(a), at(b))
        case typed.Unary(value=inner):
            return -at(inner)
        case typed.Select(then=then, otherwise=otherwise):
            return at(then) if i < j else at(otherwise)
        case _:
            raise AssertionError(expr)


@given(EXPRESSIONS)
def test_ranges_hold_every_value(expr: Expr) -> None:
    """No point of the box has a value outside the range."""
    found = index_range(expr, RANGES)
    assert found is not None
    for i in range(5):
        for j in range(7):
            assert found[0] <= value(expr, i, j) <= found[1]


def test_affine_forms_are_exact() -> None:
    """What cancels is not counted twice; quotients and remainders follow their operand."""
    assert index_range(binary("-", binary("+", ROW, COLUMN), ROW), RANGES) == (0, 6)
    assert index_range(binary("//", binary("+", ROW, const(2)), const(3)), RANGES) == (0, 2)
    assert index_range(binary("%", COLUMN, const(7)), RANGES) == (0, 6)
    assert index_range(binary("%", COLUMN, const(4)), RANGES) == (0, 3)


def test_data_has_no_range() -> None:
    """What a tensor holds may be anything, and 32-bit arithmetic may wrap."""
    read = typed.Read("ids", (ROW,), I64)
    assert index_range(read, RANGES) is None
    assert index_range(binary("+", read, ROW), RANGES) is None
    assert index_range(typed.Cast(typed.Binary("+", typed.Cast(ROW, I32), typed.Const(1, I32), I32), I64),
                       RANGES) is None
