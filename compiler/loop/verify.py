"""What must hold of every nest between two passes; a nest that breaks a rule names the pass that made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...dsl.dtypes import BOOL
from .invoke import expanded
from .ir import (
    Alloc,
    Block,
    Buffer,
    Expr,
    For,
    If,
    Invoke,
    Let,
    Load,
    Nest,
    Prefetch,
    Stmt,
    Store,
    Var,
    index_lanes,
)
from .syntax import KINDS, RESERVED, SCOPES
from .verify_bounds import outside
from .verify_expr import Fault, access, faults, operands
from .visit import expressions, walk_expr

STAGES: Mapping[str, frozenset[str]] = {
    "lowered": frozenset(KINDS),
    "final": frozenset(("serial", "parallel")),
}
"""The kinds of loops that may be there after lowering, and for code generators."""

RULES: Mapping[str, str] = {
    "names": "a name is a plain name, and bound once along every path",
    "scopes": "what is used is in scope, and is what was declared",
    "buffers": "extents and lanes are at least 1, the scope is known, parameters are global and of one lane",
    "inputs": "inputs are never stored to",
    "kinds": "the kind of a loop is one of its stage",
    "extents": "a loop runs at least once",
    "parallel": "no parallel loop stands inside another",
    "conditions": "the condition of an if is one bool",
    "types": "operands have the types that their operation takes",
    "lanes": "operands have as many lanes as each other",
    "constants": "a constant is a value of its type",
    "functions": "a function is known and has as many arguments as it takes",
    "subscripts": "there is one i64 subscript for each dimension",
    "vector subscripts": "at most one subscript has lanes",
    "operands": "an operand has its parameter's type, a step for each axis, and a step of each subscript",
    "registers": "subscripts of register buffers are constants",
    "bounds": "no access is certainly outside its buffer",
}

NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of `RULES`, what breaks it, and the statement it stands in (its first line)."""

    rule: str
    what: str
    where: str = ""

    def __str__(self) -> str:
        place = f"\n    in {self.where}" if self.where else ""
        return f"{self.rule}: {self.what}{place}"


class InvalidNest(AssertionError):
    """A nest that breaks rules: an error of the compiler, never of the user's program."""

    def __init__(self, nest: Nest, violations: Iterable[Violation], after: str) -> None:
        self.violations = tuple(violations)
        made = f" after {after}" if after else ""
        lines = [f"nest {nest.name} is invalid{made}", *(f"  {v}" for v in self.violations)]
        super().__init__("\n".join(lines))


def verify(nest: Nest, stage: str = "lowered", after: str = "") -> None:
    """Raise `InvalidNest` unless the nest keeps all rules. `after` names the pass that made it."""
    found = list(violations(nest, stage))
    if found:
        raise InvalidNest(nest, found, after)


def violations(nest: Nest, stage: str = "lowered") -> Iterator[Violation]:
    """Everything wrong with a nest; bounds are looked at only where the rest is well."""
    found = list(Verifier(nest, STAGES[stage]).check())
    yield from found
    if not found:
        yield from (Violation(rule, what) for rule, what in outside(nest.body))


Scope = Mapping[str, Var | Buffer]


class Verifier:
    """Walks a nest with the names in scope."""

    def __init__(self, nest: Nest, kinds: frozenset[str]) -> None:
        self.nest = nest
        self.kinds = kinds
        self.inputs = {b.name for b in nest.inputs}

    def check(self) -> Iterator[Violation]:
        """All violations, in the order of the text."""
        scope: dict[str, Var | Buffer] = {}
        for buffer in (*self.nest.inputs, *self.nest.outputs):
            for rule, what in (*self.binding(buffer.name, scope), *self.buffer(buffer, parameter=True)):
                yield Violation(rule, what)
            scope[buffer.name] = buffer
        yield from self.block(self.nest.body, scope, parallel=False)

    def block(self, block: Block, scope: Scope, *, parallel: bool) -> Iterator[Violation]:
        """The statements, each with the names bound before it."""
        inner = dict(scope)
        for stmt in block.stmts:
            for rule, what in self.stmt(stmt, inner, parallel):
                yield Violation(rule, what, str(stmt).split("\n", 1)[0])
            yield from self.inside(stmt, inner, parallel=parallel)
            match stmt:
                case Alloc(buffer=buffer):
                    inner[buffer.name] = buffer
                case Let(var=var):
                    inner[var.name] = var
                case _:
                    pass

    def inside(self, stmt: Stmt, scope: Scope, *, parallel: bool) -> Iterator[Violation]:
        """The blocks in a statement."""
        match stmt:
            case Block():
                yield from self.block(stmt, scope, parallel=parallel)
            case For(var=var, kind=kind, body=body):
                inner = {**scope, var: Var(var)}
                yield from self.block(body, inner, parallel=parallel or kind == "parallel")
            case If(then=then, otherwise=otherwise):
                yield from self.block(then, scope, parallel=parallel)
                yield from self.block(otherwise or Block(()), scope, parallel=parallel)
            case _:
                return

    def stmt(self, stmt: Stmt, scope: Scope, parallel: bool) -> Iterator[Fault]:
        """The statement itself, and its expressions."""
        for expr in expressions(stmt):
            yield from self.expr(expr, scope)
        match stmt:
            case For():
                yield from self.loop(stmt, scope, parallel)
            case If(condition=condition):
                if condition.dtype != BOOL or condition.lanes != 1:
                    yield "conditions", f"{condition} is {condition.dtype} of {condition.lanes} lanes"
            case Alloc(buffer=buffer):
                yield from self.binding(buffer.name, scope)
                yield from self.buffer(buffer, parameter=False)
            case Let(var=var, value=value):
                yield from self.binding(var.name, scope)
                yield from _assigned(str(var), (var.dtype, var.lanes), value)
            case Store():
                yield from self.store(stmt, scope)
            case Invoke():
                yield from self.invoke(stmt, scope)
            case Prefetch(buffer=buffer):
                yield from self.known(buffer.name, buffer, scope)
                yield from access(stmt)
            case Block():
                return

    def loop(self, loop: For, scope: Scope, parallel: bool) -> Iterator[Fault]:
        """The head of a loop."""
        yield from self.binding(loop.var, scope)
        if loop.kind not in self.kinds:
            yield "kinds", f"a loop of kind '{loop.kind}'"
        if loop.extent < 1:
            yield "extents", f"{loop.var} runs {loop.extent} times"
        if parallel and loop.kind == "parallel":
            yield "parallel", f"{loop.var} is parallel inside a parallel loop"

    def store(self, store: Store, scope: Scope) -> Iterator[Fault]:
        """The target of a store, and whether the value fits."""
        buffer = store.buffer
        if buffer.name in self.inputs:
            yield "inputs", f"{buffer.name} is an input"
        yield from self.known(buffer.name, buffer, scope)
        yield from access(store)
        lanes = index_lanes(store.index) * buffer.lanes
        yield from _assigned(f"an element of {buffer.name}", (buffer.dtype, lanes), store.value)

    def invoke(self, invoke: Invoke, scope: Scope) -> Iterator[Fault]:
        """Operands that fit the parameters; the plain statements that it stands for keep all rules."""
        found = [*operands(invoke)]
        yield from found
        if not found:
            yield from ((v.rule, v.what) for v in self.block(expanded(invoke), scope, parallel=False))

    def expr(self, expr: Expr, scope: Scope) -> Iterator[Fault]:
        """Every node of an expression."""
        for node in walk_expr(expr):
            yield from faults(node)
            match node:
                case Var(name=name):
                    yield from self.known(name, node, scope)
                case Load(buffer=buffer):
                    yield from self.known(buffer.name, buffer, scope)
                case _:
                    pass

    def known(self, name: str, used: Var | Buffer, scope: Scope) -> Iterator[Fault]:
        """A use of a name."""
        declared = scope.get(name)
        if declared is None:
            yield "scopes", f"{name} is not in scope"
        elif declared != used:
            yield "scopes", f"{name} is used as {used!r} but is {declared!r}"

    def binding(self, name: str, scope: Scope) -> Iterator[Fault]:
        """A new name."""
        if name in scope:
            yield "names", f"{name} is bound already"
        if name in RESERVED or not NAME.fullmatch(name):
            yield "names", f"'{name}' is no name"

    def buffer(self, buffer: Buffer, *, parameter: bool) -> Iterator[Fault]:
        """A declaration."""
        if buffer.lanes < 1 or any(n < 1 for n in buffer.shape):
            yield "buffers", f"{buffer} is empty"
        if buffer.scope not in SCOPES:
            yield "buffers", f"{buffer.name} is in an unknown scope '{buffer.scope}'"
        if parameter and (buffer.scope != "global" or buffer.lanes != 1):
            yield "buffers", f"the parameter {buffer} must be global and of one lane"


def _assigned(target: str, wanted: tuple[object, int], value: Expr) -> Iterator[Fault]:
    dtype, lanes = wanted
    if value.dtype != dtype:
        yield "types", f"{target} is {dtype}, its value {value.dtype}"
    if value.lanes != lanes:
        yield "lanes", f"{target} has {lanes} lanes, its value {value.lanes}"
