"""Scopes: an expression belongs to the outermost one that knows of it what the innermost one does."""

from txc.compiler.loop.ir import Binary, Const, Expr, Var
from txc.compiler.loop.simplify import Simplifier
from txc.compiler.loop.simplify_scope import Scope


def _below(name: str, limit: int) -> Expr:
    return Binary("<", Var(name), Const(limit))


def test_an_expression_belongs_where_its_innermost_variable_is() -> None:
    whole = Scope({})
    outer = whole.within({"i": (0, 3)})
    inner = outer.within({"j": (0, 7)})
    assert inner.home(_below("i", 2)) is outer
    assert inner.home(_below("j", 2)) is inner
    assert inner.home(Const(1)) is whole


def test_a_branch_that_narrows_a_variable_is_a_scope_of_its_own() -> None:
    outer = Simplifier({}).within({"i": (0, 7)})
    inner = outer.within({"i": (0, 3)})
    assert inner.expr(_below("i", 4)) == Const(value=True, dtype=_below("i", 4).dtype)
    assert outer.expr(_below("i", 4)) == _below("i", 4)


def test_what_is_learnt_later_holds_from_there_on_in_lanes_too() -> None:
    here = Simplifier({}).within({})
    before = here.of_lane(8).expr(_below("n", 4))
    here.range_of("n", (0, 3))
    assert before == _below("n", 4)
    assert here.of_lane(8).expr(Binary("<", Var("n"), Const(4))) == Const(value=True, dtype=before.dtype)
