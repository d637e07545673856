"""Reading loop nests: `parse(str(nest)) == nest`.

The notation leaves out what can be inferred: the type of a `Let` is its value's, that of a variable its
binder's, and a buffer is declared once. Names are therefore resolved while reading, and a name that is not in
scope is an error here; what else a valid nest must be is `verify`'s business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from lark import Lark, Token, UnexpectedInput

from ... import grammar
from ...dsl.diagnostics import Diagnostic, did_you_mean, render
from ...dsl.dtypes import BOOL, DTYPES, I64, DType
from ...dsl.source import Source, Span
from .ir import (
    Across,
    Alloc,
    Binary,
    Bits,
    Block,
    Broadcast,
    Buffer,
    Call,
    Cast,
    Const,
    Expr,
    For,
    If,
    Intrinsic,
    Invoke,
    Let,
    Load,
    Nest,
    Operand,
    Prefetch,
    Ramp,
    Select,
    Shuffle,
    Stmt,
    Store,
    Unary,
    Var,
)
from .syntax import FUNCTIONS, REDUCERS

Scope = Mapping[str, Var | Buffer]
Part = Any      # lark's trees and tokens are typed too loosely to say more
B = TypeVar("B", Var, Buffer)

TYPE = re.compile(r"(?P<type>[a-wyz]+[0-9]*)(?:x(?P<lanes>[0-9]+))?")
NUMBER = re.compile(rf"(?P<digits>-?(?:inf|nan|[0-9.]+(?:e[+-]?[0-9]+)?))(?:{TYPE.pattern})?")


class NestTextError(ValueError):
    """A text that is no nest. `diagnostic` has the span, `str()` shows the place with carets."""

    def __init__(self, diagnostic: Diagnostic, source: Source) -> None:
        self.diagnostic = diagnostic
        super().__init__(render(diagnostic, source))


def parse(text: str, name: str = "<nest>") -> Nest:
    """The nest that a text describes; `NestTextError` where it describes none."""
    return _Reader(Source(text, name)).nest()


@cache
def _parser() -> Lark:
    path = Path(grammar.__file__).with_name("nest.lark")
    return Lark(path.read_text("utf-8"), parser="lalr", propagate_positions=True, maybe_placeholders=True)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.intrinsics: dict[str, Intrinsic] = {}

    def nest(self) -> Nest:
        try:
            tree: Part = _parser().parse(self.source.text)      # pyright: ignore[reportUnknownMemberType]
        except UnexpectedInput as error:
            raise self.unexpected(error) from None
        *declared, name, inputs, outputs, body = tree.children
        for part in declared:
            self.intrinsics[str(part.children[0])] = self.intrinsic(part)
        ins, outs = self.parameters(inputs), self.parameters(outputs)
        return Nest(str(name), ins, outs, self.block(body, {b.name: b for b in (*ins, *outs)}))

    # ── errors ──

    def fail(self, part: Part, message: str, hint: str = "") -> NestTextError:
        """The error at a tree or token."""
        place: Part = part if isinstance(part, Token) else part.meta
        return self.error(Span(place.start_pos, place.end_pos), message, hint)

    def error(self, span: Span, message: str, hint: str = "") -> NestTextError:
        return NestTextError(Diagnostic("nest", message, span, hint), self.source)

    def unexpected(self, error: UnexpectedInput) -> NestTextError:
        token: Part = getattr(error, "token", None)
        if token is None:
            at = error.pos_in_stream or 0
            return self.error(Span(at, at + 1), f"no nest has '{self.source.text[at]}' here")
        if token.type == "$END":
            at = len(self.source.text.rstrip())
            return self.error(Span(at, at + 1), "the text ends too early")
        return self.fail(token, f"did not expect '{token}' here")

    # ── declarations ──

    def intrinsic(self, tree: Part) -> Intrinsic:
        name, buffers, target, body, *emits = tree.children
        parameters = self.parameters(buffers)
        texts = tuple((str(part.children[0]), str(part.children[1])[1:-1]) for part in emits)
        return Intrinsic(str(name), parameters, str(target)[1:-1],
                         self.block(body, {b.name: b for b in parameters}), texts)

    def parameters(self, tree: Part) -> tuple[Buffer, ...]:
        return () if tree is None else tuple(self.buffer(b, "global") for b in tree.children)

    def buffer(self, tree: Part, scope: str) -> Buffer:
        name, kind, shape = tree.children
        dtype, lanes = self.type(kind)
        extents = () if shape is None else tuple(self.integer(n) for n in shape.children)
        return Buffer(str(name), dtype, extents, scope, lanes)

    def type(self, token: Token) -> tuple[DType, int]:
        match = TYPE.fullmatch(token)
        dtype = DTYPES.get(match["type"]) if match else None
        if match is None or dtype is None:
            raise self.fail(token, f"'{token}' is no element type", did_you_mean(token, DTYPES))
        return dtype, int(match["lanes"] or 1)

    def integer(self, token: Token) -> int:
        if not token.isdecimal():
            raise self.fail(token, "expected a plain number")
        return int(token)

    # ── statements ──

    def block(self, tree: Part, scope: Scope) -> Block:
        inner = dict(scope)
        stmts: list[Stmt] = []
        for part in tree.children:
            stmts.append(stmt := self.statement(part, inner))
            match stmt:
                case Alloc(buffer=buffer):
                    inner[buffer.name] = buffer
                case Let(var=var):
                    inner[var.name] = var
                case _:
                    pass
        return Block(tuple(stmts))

    def statement(self, tree: Part, scope: Scope) -> Stmt:
        parts = tree.children
        match tree.data:
            case "block":
                return self.block(tree, scope)
            case "loop":
                return self.loop(tree, scope)
            case "branch":
                condition, then, otherwise = parts
                other = None if otherwise is None else self.block(otherwise, scope)
                return If(self.expr(condition, scope), self.block(then, scope), other)
            case "alloc":
                return Alloc(self.buffer(parts[1], str(parts[0])))
            case "let":
                value = self.expr(parts[1], scope)
                return Let(Var(str(parts[0]), value.dtype, value.lanes), value)
            case "invoke":
                return self.invoke(tree, scope)
            case "prefetch":
                return Prefetch(self.known(parts[0], scope, Buffer), self.subscripts(parts[1], scope))
            case _:
                name, index, value = parts
                buffer = self.known(name, scope, Buffer)
                return Store(buffer, self.subscripts(index, scope), self.expr(value, scope))

    def loop(self, tree: Part, scope: Scope) -> For:
        kind, var, low, high, body = tree.children
        if self.integer(low) != 0:
            raise self.fail(low, "a loop starts at 0")
        inner = {**scope, str(var): Var(str(var))}
        return For(str(var), self.integer(high), str(kind or "serial"), self.block(body, inner))

    def invoke(self, tree: Part, scope: Scope) -> Invoke:
        name, *operands = tree.children
        if name not in self.intrinsics:
            raise self.fail(name, f"no intrinsic '{name}' is declared above the nest",
                            did_you_mean(name, self.intrinsics))
        return Invoke(self.intrinsics[name], tuple(self.operand(part, scope) for part in operands))

    def operand(self, tree: Part, scope: Scope) -> Operand:
        name, *parts = tree.children
        index = tuple(self.expr(p, scope) for p in parts if p is not None and p.data != "step")
        steps = tuple(tuple(self.signed(n) for n in p.children if n is not None)
                      for p in parts if p is not None and p.data == "step")
        return Operand(self.known(name, scope, Buffer), index, steps)

    def signed(self, token: Token) -> int:
        sign, digits = (-1, token[1:]) if token.startswith("-") else (1, str(token))
        if not digits.isdecimal():
            raise self.fail(token, "expected a whole number")
        return sign * int(digits)

    # ── expressions ──

    def known(self, name: Token, scope: Scope, kind: type[B]) -> B:
        """What a name stands for."""
        found = scope.get(name)
        if isinstance(found, kind):
            return found
        what = "buffer" if kind is Buffer else "variable"
        hint = did_you_mean(name, (n for n, known in scope.items() if isinstance(known, kind)))
        raise self.fail(name, f"no {what} '{name}' is in scope", hint)

    def subscripts(self, tree: Part, scope: Scope) -> tuple[Expr, ...]:
        return tuple(self.expr(e, scope) for e in tree.children if e is not None)

    def expr(self, tree: Part, scope: Scope) -> Expr:
        parts = tree.children
        match tree.data:
            case "number":
                return self.number(parts[0])
            case "name":
                return self.known(parts[0], scope, Var)
            case "load":
                return Load(self.known(parts[0], scope, Buffer), self.subscripts(parts[1], scope))
            case "binary":
                return Binary(str(parts[1]), self.expr(parts[0], scope), self.expr(parts[2], scope))
            case _:
                return self.call(tree, [self.expr(e, scope) for e in parts[1:]])

    def number(self, token: Token) -> Const:
        if token in ("true", "false"):
            return Const(token == "true", BOOL)
        match = NUMBER.fullmatch(token)
        dtype = DTYPES.get(match["type"] or "i64") if match else None
        if match is None or dtype is None:
            raise self.fail(token, f"'{token}' is no number of a known type")
        lanes, digits = int(match["lanes"] or 1), match["digits"]
        if dtype.is_float:
            return Const(math.nan if digits == "nan" else float(digits), dtype, lanes)
        if not digits.lstrip("-").isdecimal():
            raise self.fail(token, f"'{digits}' is no {dtype}")
        return Const(bool(int(digits)) if dtype == BOOL else int(digits), dtype, lanes)

    def call(self, tree: Part, args: list[Expr]) -> Expr:
        name: Token = tree.children[0]
        count, make = self.maker(name)
        if len(args) != count and not (name == "shuffle" and len(args) > count):
            raise self.fail(tree, f"'{name}' takes {count} argument{'s'[: count != 1]}, not {len(args)}")
        numbers = args[PLAIN[name] :] if name in PLAIN else ()
        if not all(isinstance(a, Const) and a.dtype == I64 for a in numbers):
            raise self.fail(tree, f"'{name}' takes plain numbers after its first argument")
        return make(*args)

    def maker(self, name: Token) -> tuple[int, Callable[..., Expr]]:
        """How many arguments a name in front of parentheses takes, and the node it makes of them."""
        if name in DTYPES:
            return 1, partial(Cast, dtype=DTYPES[name])
        if name in FUNCTIONS:
            return FUNCTIONS[name], lambda *args: Call(str(name), tuple(args))
        if name in ("neg", "not"):
            return 1, partial(Unary, str(name))
        family, _, rest = name.partition(".")
        if family == "bits" and rest in DTYPES:
            return 1, partial(Bits, dtype=DTYPES[rest])
        if family == "across" and rest in REDUCERS:
            return 1, partial(Across, rest)
        if name in SPECIAL:
            return SPECIAL[name]
        hint = did_you_mean(name, (*FUNCTIONS, *DTYPES, *SPECIAL))
        raise self.fail(name, f"'{name}' is no function", hint)


def _ramp(base: Expr, stride: Const, lanes: Const) -> Expr:
    return Ramp(base, int(stride.value), int(lanes.value))


def _splat(value: Expr, lanes: Const) -> Expr:
    return Broadcast(value, int(lanes.value))


def _shuffle(left: Expr, right: Expr, *picks: Const) -> Expr:
    return Shuffle(left, right, tuple(int(n.value) for n in picks))


PLAIN = {"ramp": 1, "splat": 1, "shuffle": 2}   # after so many arguments come plain numbers
SPECIAL: dict[str, tuple[int, Callable[..., Expr]]] = {
    "select": (3, Select), "ramp": (3, _ramp), "splat": (2, _splat), "shuffle": (3, _shuffle)}
