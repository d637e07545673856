"""Nodes keep what is found out about them, and stay the values that they are."""

import copy
import pickle
from dataclasses import replace

from txc.compiler.loop.affine import flat
from txc.compiler.loop.facts import facts
from txc.compiler.loop.ir import Binary, Buffer, Const, Expr, Load, Var
from txc.dsl.dtypes import F32


def _expr(name: str = "i") -> Expr:
    return Load(Buffer("A", F32, (8,)), (Binary("+", Var(name), Const(1)),))


def _asked(expr: Expr) -> Expr:
    for ask in (hash, facts, flat):
        ask(expr)
    return expr


def test_what_is_kept_is_no_part_of_the_value() -> None:
    asked, fresh = _asked(_expr()), _expr()
    assert asked == fresh
    assert hash(asked) == hash(fresh)
    assert repr(asked) == repr(fresh)


def test_copies_start_without_it_and_find_their_own() -> None:
    asked = _asked(_expr())
    other = replace(asked, index=(Var("j"),))
    assert facts(other).free == {"j"}
    assert hash(other) == hash(replace(_expr(), index=(Var("j"),)))
    assert pickle.loads(pickle.dumps(asked)) == asked
    assert facts(copy.deepcopy(asked)).free == {"i"}


def test_different_nodes_stay_different() -> None:
    assert _asked(_expr("i")) != _asked(_expr("j"))
