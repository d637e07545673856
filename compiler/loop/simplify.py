"""Simplifying: equal value, never larger, the same node where there is nothing to do.

Index expressions become sums of terms in one order (`i0 * 16 + i1 + 3`); `//`, `%`, comparisons, `min` and
`max` are decided or reduced by the ranges of the loops around them; constants fold; the table of
`simplify_rules.py` does the rest. Float arithmetic stays as it is, but for rows that hold for every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

from ...dsl.dtypes import BOOL, I64
from ...dsl.typed import COMPARISONS
from .affine import Form, flat
from .facts import same
from .fold import fold
from .guards import TRUE
from .ir import (
    Alloc,
    Binary,
    Block,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Invoke,
    Let,
    Load,
    Nest,
    Prefetch,
    Select,
    Stmt,
    Store,
    Unary,
    Var,
)
from .ranges import Range, bounds, is_index
from .simplify_compare import compare, narrowed, settled
from .simplify_lanes import all_lanes, one_lane, without_splats
from .simplify_rules import Rules, build
from .simplify_scope import Scope
from .trim import shorter
from .visit import map_tuple, rebuild, rebuild_stmt, with_body, with_stmts
from .zero_terms import does_nothing

RULES = Rules()


def simplify_expr(expr: Expr, ranges: Mapping[str, Range]) -> Expr:
    """The expression simplified; `ranges` has lowest and highest values of variables, outer loops first."""
    return Simplifier(ranges).expr(expr)


@overload
def simplify(node: Nest) -> Nest: ...
@overload
def simplify(node: Block) -> Block: ...
@overload
def simplify(node: Stmt) -> Stmt: ...
def simplify(node: Nest | Stmt) -> Nest | Stmt:
    """Everything in a nest or a statement simplified.

    Loops of one iteration, decided branches, names for mere constants or variables, statements that are
    empty or store what is there: all those go.
    """
    if isinstance(node, Nest):
        body = simplify(node.body)
        return with_body(node, body)
    if isinstance(node, Block):
        return Simplifier({}).block(node)
    done = Simplifier({}).stmt(node)
    return done[0] if len(done) == 1 else Block(done)


class Simplifier(Scope):
    """Simplifies where variables have certain ranges; `values` stand for variables that are no more."""

    # ── expressions ──

    def expr(self, expr: Expr) -> Expr:
        """The expression simplified; itself if it is simple."""
        if isinstance(expr, Const):
            return expr
        known = self.done.get(id(expr))
        if known is not None:
            return known[1]
        home = self.home(expr)
        new = self.reduce(expr) if home is self else home.expr(expr)
        if new is not expr and same(new, expr):
            new = expr
        self.done[id(expr)] = expr, new
        self.done[id(new)] = new, new
        return new

    def reduce(self, expr: Expr) -> Expr:
        """One node simplified together with its parts."""
        match expr:
            case Var(name=name):
                return self.values.get(name) or self.single(expr)
            case Binary(op="+" | "-" | "*") | Unary(op="neg") if is_index(expr):
                return self.box.build(self.form(expr))
            case Select():
                return self.select(expr)
            case Binary() if is_index(expr.left):
                return self.binary(expr)
            case Binary() | Unary() | Call() if expr.lanes > 1 and expr.dtype in (I64, BOOL):
                return self.vector(expr)
            case Load() if expr.lanes > expr.buffer.lanes:
                return without_splats(Load(expr.buffer, map_tuple(expr.index, self.expr)))
            case Cast(value=value, dtype=dtype) if value.dtype == dtype:
                return self.expr(value)
            case _:
                return self.apply(rebuild(expr, self.expr))

    def single(self, var: Var) -> Expr:
        """A variable, or the only value in its range."""
        low, high = self.ranges.get(var.name, (0, 1))
        return Const(low, var.dtype) if low == high and is_index(var) else var

    def form(self, expr: Expr) -> Form:
        """The sum of an i64 expression, quotients and remainders of one value put together again."""
        return self.recombined(self.raw_form(expr))

    def raw_form(self, expr: Expr) -> Form:
        """The sum of an i64 expression."""
        match expr:
            case Binary(op="+", left=left, right=right):
                return self.raw_form(left) + self.raw_form(right)
            case Binary(op="-", left=left, right=right):
                return self.raw_form(left) - self.raw_form(right)
            case Binary(op="*", left=left, right=right):
                return self.product(self.raw_form(left), self.raw_form(right))
            case Unary(op="neg", value=value):
                return self.raw_form(value) * -1
            case _:
                return flat(self.expr(expr))

    def product(self, left: Form, right: Form) -> Form:
        """The product; an atom of its own where neither side is a number."""
        if not right.terms:
            return left * right.constant
        if not left.terms:
            return right * left.constant
        return Form({Binary("*", self.box.build(left), self.box.build(right)): 1})

    def recombined(self, form: Form) -> Form:
        """`x // c * c + x % c` is x."""
        for atom, factor in form.terms.items():
            match atom:
                case Binary(op="%", left=left, right=Const(value=c)) if len(form.terms) > 1:
                    quotient = self.expr(Binary("//", left, Const(c)))
                    if form.terms.get(quotient) == factor * c:
                        rest = {a: f for a, f in form.terms.items() if a not in (atom, quotient)}
                        return self.recombined(Form(rest, form.constant) + flat(left) * factor)
                case _:
                    pass
        return form

    def binary(self, expr: Binary) -> Expr:
        """A division, remainder or comparison of i64 scalars."""
        if expr.op in COMPARISONS:
            return compare(self.box, expr.op, self.form(expr.left), self.form(expr.right))
        left, right = self.form(expr.left), self.form(expr.right)
        if right.terms or right.constant <= 0 or not self.box.safe(left):
            return self.apply(Binary(expr.op, self.box.build(left), self.box.build(right)))
        divided = self.box.divide if expr.op == "//" else self.box.modulo
        return self.box.build(self.recombined(divided(left, right.constant)))

    def vector(self, expr: Expr) -> Expr:
        """A vector of indices or conditions, by way of what any one of its lanes is."""
        one = one_lane(expr := rebuild(expr, self.expr))
        if one is None:
            return self.apply(expr)
        simple = self.of_lane(expr.lanes).expr(one)
        return all_lanes(simple, expr.lanes, self.box.build)

    def select(self, expr: Select) -> Expr:
        """Each branch is simplified knowing how the condition went."""
        condition = self.expr(expr.condition)
        if isinstance(condition, Const):
            return self.expr(expr.then if condition.value else expr.otherwise)
        then = self.assuming(condition, truth=True).expr(expr.then)
        otherwise = self.assuming(condition, truth=False).expr(expr.otherwise)
        same_parts = condition is expr.condition and then is expr.then and otherwise is expr.otherwise
        return self.apply(expr if same_parts else Select(condition, then, otherwise))

    def assuming(self, condition: Expr, *, truth: bool) -> Simplifier:
        """This simplifier where a simplified condition is known to be true, or false."""
        known = self.assumed.get((id(condition), truth))
        if known is None:
            ranges = narrowed(self.box, condition, truth)
            known = self.assumed[id(condition), truth] = condition, self.within(ranges) if ranges else self
        return known[1]

    def apply(self, expr: Expr) -> Expr:
        """Constants folded, comparisons decided, else the first row that fits; parts are simple."""
        constant = fold(expr) or settled(expr, self.ranges)
        if constant is not None:
            return constant
        for rule in RULES.fitting(expr):
            found = rule.match(expr)
            if found is None:
                continue
            if rule.condition and not same(self.expr(build(rule.condition, found, I64, 1)), TRUE):
                continue
            new = build(rule.right, found, expr.dtype, expr.lanes)
            if new.lanes == expr.lanes:
                return self.expr(new)
        return expr

    # ── statements ──

    def block(self, block: Block) -> Block:
        """A scope: what a `Let` names is known to the statements after it."""
        here = self.within({}) if any(isinstance(s, Let) for s in block.stmts) else self
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            new = here.stmt(stmt)
            if isinstance(stmt, Let):
                here.learn(stmt, new)
            stmts.extend(new)
        return with_stmts(block, stmts)

    def learn(self, let: Let, kept: tuple[Stmt, ...]) -> None:
        """From here to the end of the block, know what a `Let` that became `kept` says."""
        value = self.expr(let.value)
        if not kept:
            self.stand_for(let.var.name, value)
        elif is_index(let.var):
            self.range_of(let.var.name, bounds(value, self.ranges))

    def stmt(self, stmt: Stmt) -> tuple[Stmt, ...]:
        """What stands for a statement in its block: nothing, itself, a simpler one, or those it held.

        What came out of this once is simple wherever the same is known of variables, and is not walked again.
        """
        if not isinstance(stmt, For | If | Block):
            return self.simpler(stmt)
        known = tuple(self.ranges.items())
        if not self.values and getattr(stmt, "simple", None) == known:
            return (stmt,)
        new = self.simpler(stmt)
        if len(new) == 1:
            object.__setattr__(new[0], "simple", known)
        return new

    def simpler(self, stmt: Stmt) -> tuple[Stmt, ...]:
        """What stands for a statement, found anew."""
        match stmt:
            case Store(buffer=buffer, index=index, value=value):
                where, what = map_tuple(index, self.expr), self.expr(value)
                new = stmt if where is index and what is value else Store(buffer, where, what)
                return () if does_nothing(new) else (new,)
            case Let(var=var, value=value):
                what = self.expr(value)
                if isinstance(what, Const) or (isinstance(what, Var) and is_index(what)):
                    return ()
                return (stmt if what is value else Let(var, what),)
            case For():
                return self.loop(stmt)
            case If():
                return self.branch(stmt)
            case Block():
                return _opened(self.block(stmt))
            case Invoke() | Prefetch():
                return (rebuild_stmt(stmt, self.expr, self.block),)
            case Alloc():
                return (stmt,)

    def loop(self, loop: For) -> tuple[Stmt, ...]:
        """A loop; its body alone where it runs once."""
        if loop.extent == 1:
            return _opened(self.within({}, {loop.var: Const(0)}).block(loop.body))
        body = self.within({loop.var: (0, loop.extent - 1)}).block(loop.body)
        if not body.stmts:
            return ()
        loops = shorter(new := with_body(loop, body))
        return loops if new in loops else tuple(s for part in loops for s in self.loop(part))

    def branch(self, stmt: If) -> tuple[Stmt, ...]:
        """An `If`; the branch taken where that is certain."""
        condition, other = self.expr(stmt.condition), stmt.otherwise
        if isinstance(condition, Const):
            taken = stmt.then if condition.value else other
            return () if taken is None else _opened(self.block(taken))
        then = self.assuming(condition, truth=True).block(stmt.then)
        otherwise = None if other is None else self.assuming(condition, truth=False).block(other)
        otherwise = otherwise if otherwise and otherwise.stmts else None
        if not then.stmts:
            return self.branch(If(Unary("not", condition), otherwise)) if otherwise else ()
        same_parts = condition is stmt.condition and then is stmt.then and otherwise is other
        return (stmt if same_parts else If(condition, then, otherwise),)


def _opened(block: Block) -> tuple[Stmt, ...]:
    """The statements of a block for the block around it; the block itself where it declares names."""
    return (block,) if any(isinstance(s, Alloc | Let) for s in block.stmts) else block.stmts
