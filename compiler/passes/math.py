"""Functions become arithmetic: the same in lanes and outside, whatever the code generator has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...dsl.dtypes import BOOL, F16, F32, DType
from ..loop.ir import (
    Across,
    Binary,
    Block,
    Broadcast,
    Call,
    Cast,
    Const,
    Expr,
    Let,
    Load,
    Nest,
    Select,
    Stmt,
    Var,
)
from ..loop.visit import map_tuple, rebuild, rebuild_stmt, walk_expr, with_body, with_stmts
from .functions.error_function import erf
from .functions.exponential import exp
from .functions.halves import is_half, narrowed, odd, widened
from .functions.hyperbolic import sigmoid, tanh
from .functions.logarithm import log
from .functions.power import power
from .functions.term import Function, Term
from .functions.term import Let as LetStep

FUNCTIONS: dict[str, Function] = {
    "exp": exp, "log": log, "tanh": tanh, "sigmoid": sigmoid, "erf": erf, "pow": power}

Guard = tuple[Expr, bool]
"""A condition and whether it must hold or must not, for an expression to be evaluated."""


@dataclass(frozen=True, slots=True)
class Math:
    """Write functions out as arithmetic, step by step.

    before  Y[i] = exp(X[i])
    after   let exp.x1 = min(max(X[i], -104.5f32), 89.0f32)  let exp.shifted2 = …  Y[i] = …

    Steps stand before the statement. What a select protects stays so: the argument of a function inside a
    branch is read where the branch is taken, and is 1 elsewhere. 16-bit floats are converted by their bits,
    after a number has been put into all lanes; with `halves`, f16 is left to the target's instructions.
    """

    halves: bool = False

    def __call__(self, nest: Nest) -> Nest:
        """The nest without those functions."""
        return with_body(nest, _Writer(self.halves).block(nest.body))


class _Writer:
    def __init__(self, halves: bool) -> None:
        self.halves = halves
        self.made = 0
        self.lets: list[Let] = []
        self.plain: dict[int, Expr] = {}    # without functions, by id; kept, for that to stay its own

    def block(self, block: Block) -> Block:
        return with_stmts(block, (s for stmt in block.stmts for s in self.stmt(stmt)))

    def stmt(self, stmt: Stmt) -> Iterator[Stmt]:
        """The steps that a statement needs, and the statement."""
        if isinstance(stmt, Block):
            yield self.block(stmt)
            return
        outer, self.lets = self.lets, []
        changed = rebuild_stmt(stmt, lambda e: self.expr(e, ()), self.inner)
        if isinstance(changed, Let) and self.lets and changed.value == self.lets[-1].var:
            changed = Let(changed.var, self.lets.pop().value)      # one name is enough
        yield from self.lets
        yield changed
        self.lets = outer

    def inner(self, block: Block) -> Block:
        """A block inside a statement, whose steps stay in it."""
        outer, self.lets = self.lets, []
        changed = self.block(block)
        self.lets = outer
        return changed

    def expr(self, expr: Expr, guards: tuple[Guard, ...]) -> Expr:
        """The expression without functions, evaluated where the guards let it."""
        if id(expr) in self.plain:
            return expr
        new = self.written(expr, guards)
        if new is expr:
            self.plain[id(expr)] = expr
        return new

    def written(self, expr: Expr, guards: tuple[Guard, ...]) -> Expr:
        """The expression without functions."""
        match expr:
            case Select(condition=condition, then=then, otherwise=otherwise):
                asked = self.expr(condition, guards)
                yes = self.expr(then, (*guards, (asked, True)))
                no = self.expr(otherwise, (*guards, (asked, False)))
                same = asked is condition and yes is then and no is otherwise
                return expr if same else Select(asked, yes, no)
            case Binary(op="and" | "or" as op, left=left, right=right):
                first = self.expr(left, guards)
                second = self.expr(right, (*guards, (first, op == "and")))
                return expr if first is left and second is right else Binary(op, first, second)
            case Call(function=name) if name in FUNCTIONS:
                args = map_tuple(expr.args, lambda e: _guarded(self.expr(e, guards), guards))
                return self.steps(name, FUNCTIONS[name], args)
            case Broadcast(value=Cast(value=value, dtype=dtype), lanes=lanes) if is_half(value.dtype):
                return self.expr(Cast(Broadcast(value, lanes), dtype), guards)
            case Cast(value=value, dtype=dtype) if is_half(value.dtype) or is_half(dtype):
                return self.conversion(_guarded(self.expr(value, guards), guards), dtype)
            case _:
                return rebuild(expr, lambda e: self.expr(e, guards))

    def conversion(self, value: Expr, dtype: DType) -> Expr:
        """A cast from or to a 16-bit float."""
        origin = value.dtype
        if origin == dtype:
            return value
        if is_half(origin) and dtype != F32:
            return self.conversion(self.conversion(value, F32), dtype)
        if F16 in (origin, dtype) and self.halves and value.lanes not in (2, 4):
            if origin not in (F16, F32):
                value = self.steps("f32", odd, (value,))
            return Cast(value, dtype)
        if is_half(origin):
            return self.steps("f32", widened, (value,))
        if is_half(dtype):
            return self.steps(dtype.name, _narrowing(dtype), (value,))
        return Cast(value, dtype)

    def steps(self, name: str, function: Function, args: tuple[Expr, ...]) -> Expr:
        """The value of a function, whose steps are written."""
        def let(hint: str, term: Term) -> Term:
            if isinstance(term.expr, Var | Const):
                return term
            self.made += 1
            var = Var(f"{name}.{hint}{self.made}", term.dtype, term.expr.lanes)
            self.lets.append(Let(var, term.expr))
            return Term(var)

        named = [let("x", Term(arg)) for arg in args]
        return let("value", function(let, *named)).expr


def _narrowing(dtype: DType) -> Function:
    def function(let: LetStep, x: Term) -> Term:
        return narrowed(let, x, dtype)

    return function


def _guarded(arg: Expr, guards: tuple[Guard, ...]) -> Expr:
    """An argument that is evaluated only where the guards let it: in vain it would read or divide.

    A number under a guard in lanes is evaluated where any lane lets it.
    """
    if not any(_is_risky(e) for e in walk_expr(arg)):
        return arg
    other = Const(1.0 if arg.dtype.is_float else arg.dtype == BOOL or 1, arg.dtype, arg.lanes)
    for condition, holds in reversed(guards):
        if condition.lanes > arg.lanes:
            condition = Across("any" if holds else "all", condition)
        arg = Select(condition, arg, other) if holds else Select(condition, other, arg)
    return arg


def _is_risky(expr: Expr) -> bool:
    if isinstance(expr, Load):
        return expr.buffer.scope != "register"
    return isinstance(expr, Binary) and expr.op in ("//", "%")
