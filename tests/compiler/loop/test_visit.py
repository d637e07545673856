"""Walking and rewriting: order, sharing of what does not change, substitution."""

from txc.compiler.loop.ir import (
    Alloc,
    Binary,
    Block,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Let,
    Load,
    Nest,
    Ramp,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)
from txc.compiler.loop.parts import children, rebuild
from txc.compiler.loop.visit import (
    all_exprs,
    blocks,
    expressions,
    free_vars,
    loads,
    map_exprs,
    map_stmts,
    stores,
    substitute,
    walk_expr,
    walk_stmts,
)
from txc.dsl.dtypes import F32

A = Buffer("A", F32, (8,))
B = Buffer("B", F32, (8,))
T = Buffer("T", F32, (2,), "local")
I, J = Var("i"), Var("j")     # noqa: E741
NODES: tuple[Expr, ...] = (
    Load(A, (I,)), Unary("neg", I), Binary("+", I, J), Call("min", (I, J)), Cast(I, F32),
    Select(Binary("<", I, J), I, J), Ramp(I, 2, 4), Broadcast(I, 4),
)


def nest() -> Nest:
    """Every kind of statement once."""
    body = Block((
        Alloc(T),
        Let(Var("n"), Binary("*", I, Const(2))),
        If(Binary("<", I, Const(3)), Block((Store(T, (Const(0),), Load(A, (I,))),)),
           Block((Store(T, (Const(1),), Load(A, (Var("n"),))),))),
        Block((Store(B, (I,), Load(T, (Const(0),))),)),
    ))
    return Nest("f", (A,), (B,), Block((For("i", 4, "serial", body),)))


def test_rebuild_returns_the_node_itself_where_nothing_changes():
    for node in (*NODES, I, Const(1)):
        assert rebuild(node, lambda e: e) is node


def test_rebuild_changes_each_part_and_keeps_the_rest_of_the_node():
    for node in NODES:
        parts = children(node)
        renamed = rebuild(node, lambda e: Var(e.name + "_") if isinstance(e, Var) else e)
        assert type(renamed) is type(node)
        assert len(children(renamed)) == len(parts)
        assert rebuild(renamed, lambda e: Var(e.name.removesuffix("_")) if isinstance(e, Var) else e) == node


def test_walk_expr_gives_a_node_before_its_parts_and_left_before_right():
    e = Binary("+", Unary("neg", I), J)
    assert list(walk_expr(e)) == [e, e.left, I, J]


def test_walk_stmts_follows_the_text():
    kinds = [type(s).__name__ for s in walk_stmts(nest().body)]
    assert kinds == ["Block", "For", "Block", "Alloc", "Let", "If", "Block", "Store", "Block", "Store",
                     "Block", "Store"]


def test_free_vars_are_all_names_in_the_expression():
    assert free_vars(Load(A, (Binary("+", I, J),))) == {"i", "j"}
    assert free_vars(Const(1)) == set()


def test_loads_and_stores_are_found_in_order_and_inside_subscripts():
    assert [e.buffer.name for e in loads(nest())] == ["A", "A", "T"]
    assert [s.buffer.name for s in stores(nest())] == ["T", "T", "B"]
    index = Cast(Load(A, (I,)), Const(0).dtype)
    assert list(loads(Load(B, (index,)))) == [Load(B, (index,)), Load(A, (I,))]


def test_all_exprs_are_those_of_the_statements():
    body = nest().body
    assert list(all_exprs(nest())) == [
        e for s in walk_stmts(body) for whole in expressions(s) for e in walk_expr(whole)]


def test_substitute_replaces_in_subscripts_values_conditions_and_keeps_binders():
    new = substitute(nest().body, {"i": Const(1), "n": Const(7)})
    assert all(not free_vars(e) for s in walk_stmts(new) for e in expressions(s))
    loop = new.stmts[0]
    assert isinstance(loop, For)
    assert loop.var == "i"
    assert isinstance(loop.body.stmts[1], Let)
    assert loop.body.stmts[1].var == Var("n")


def test_substitute_shares_what_it_leaves_alone():
    body = nest().body
    assert substitute(body, {"z": Const(1)}) is body
    e = Binary("+", Unary("neg", I), J)
    changed = substitute(e, {"j": Const(1)})
    assert isinstance(changed, Binary)
    assert changed.left is e.left
    assert changed.right == Const(1)


def test_map_exprs_sees_whole_expressions_only():
    seen: list[Expr] = []

    def note(e: Expr) -> Expr:
        seen.append(e)
        return e

    body = nest().body
    assert map_exprs(body, note) is body
    assert seen == [e for s in walk_stmts(body) for e in expressions(s)]


def test_map_stmts_replaces_removes_and_splices_innermost_first():
    order: list[str] = []

    def twice(stmt: Stmt) -> Stmt | tuple[Stmt, ...]:
        order.append(type(stmt).__name__)
        match stmt:
            case Store():
                return (stmt, stmt)
            case Let() | If():
                return ()
            case _:
                return stmt

    new = map_stmts(nest().body, twice)
    assert order == ["Alloc", "Let", "Store", "Store", "If", "Store", "Block", "For"]
    loop = new.stmts[0]
    assert isinstance(loop, For)
    store = Store(B, (I,), Load(T, (Const(0),)))
    assert loop.body.stmts == (Alloc(T), Block((store, store)))


def test_map_stmts_shares_what_it_leaves_alone():
    body = nest().body
    assert map_stmts(body, lambda s: s) is body


def test_blocks_are_the_bodies_and_branches():
    loop = nest().body.stmts[0]
    assert isinstance(loop, For)
    assert blocks(loop) == (loop.body,)
    branch = loop.body.stmts[2]
    assert isinstance(branch, If)
    assert blocks(branch) == (branch.then, branch.otherwise)
    assert blocks(If(branch.condition, branch.then)) == (branch.then,)
    assert blocks(Alloc(T)) == ()
