"""The facts of an expression are what a walk over it finds."""

from hypothesis import given
from nest_strategies import nests
from txc.compiler.loop.facts import facts, same
from txc.compiler.loop.ir import Binary, Const, Expr, Load, Nest, Select, Var
from txc.compiler.loop.visit import expressions, walk_expr, walk_stmts
from txc.dsl.dtypes import F32


@given(nests())
def test_facts_are_what_a_walk_finds(nest: Nest) -> None:
    for whole in (e for stmt in walk_stmts(nest.body) for e in expressions(stmt)):
        for expr in walk_expr(whole):
            below, found = list(walk_expr(expr)), facts(expr)
            assert found.free == {e.name for e in below if isinstance(e, Var)}
            assert list(found.loads) == [e for e in below if isinstance(e, Load)]
            assert list(found.selects) == [e for e in below if isinstance(e, Select)]
            assert found.float_zero == any(
                isinstance(e, Const) and e.dtype.is_float and e.value == 0 for e in below)


def test_a_node_that_stands_in_two_places_counts_twice() -> None:
    x = Select(Var("b"), Const(1), Const(2))
    assert facts(Binary("+", x, x)).selects == (x, x)


def test_zeros_of_different_sign_are_not_the_same() -> None:
    def plus(zero: float) -> Expr:
        return Binary("+", Var("x", F32), Const(zero, F32))

    assert plus(0.0) == plus(-0.0)
    assert same(plus(0.0), plus(0.0))
    assert not same(plus(0.0), plus(-0.0))
