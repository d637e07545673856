"""From a reduced rule of the grammar to a node of the syntax tree: one function a rule, by name.

Each takes the children the grammar keeps, in order (tokens, nodes, tuples, or None for an optional part that
is absent), and the span of all that the rule covered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import ast
from .lexer import Token
from .source import Span

# Children are as varied as the grammar; tx.lark fixes what stands where, so this one file is typed loosely.
Children = list[Any]


def _text(token: Token | None) -> str | None:
    return None if token is None else token.text


def _items(children: Children, span: Span) -> tuple[Any, ...]:
    return tuple(children)


def _texts(children: Children, span: Span) -> tuple[str, ...]:
    return tuple(token.text for token in children)


def _number(children: Children, span: Span) -> ast.Number:
    return ast.Number(children[0].text, span=span)


def _bool(children: Children, span: Span) -> ast.Bool:
    return ast.Bool(children[0].kind == "TRUE", span=span)


def _name(children: Children, span: Span) -> ast.Name:
    return ast.Name(children[0].text, span=span)


def _access(children: Children, span: Span) -> ast.Access:
    return ast.Access(children[0].text, children[1], span=span)


def _guarded(children: Children, span: Span) -> ast.Guarded:
    return ast.Guarded(*children, span=span)


def _call(children: Children, span: Span) -> ast.Call:
    return ast.Call(children[0].text, children[1], span=span)


def _reduce(children: Children, span: Span) -> ast.Reduce:
    return ast.Reduce(children[0].text, children[1], children[2], span=span)


def _unary(children: Children, span: Span) -> ast.Unary:
    return ast.Unary(children[0].text, children[1], span=span)


def _binary(children: Children, span: Span) -> ast.Binary:
    left, operator, right = children
    return ast.Binary(operator.text, left, right, span=span)


def _if_else(children: Children, span: Span) -> ast.IfElse:
    then, condition, otherwise = children
    return ast.IfElse(condition, then, otherwise, span=span)


def _axis(children: Children, span: Span) -> ast.Axis:
    return ast.Axis(children[0].text, children[1], span=span)


def _size(children: Children, span: Span) -> ast.Size:
    return ast.Size(children[0].text, children[1], span=span)


def _param(children: Children, span: Span) -> ast.Param:
    const, name, dtype, shape = children
    return ast.Param(name.text, dtype.text, shape, const is not None, span=span)


def _let(children: Children, span: Span) -> ast.Let:
    return ast.Let(children[0].text, children[1], span=span)


def _stage(children: Children, span: Span) -> ast.Stage:
    name, axes, operator, value = children
    return ast.Stage(name.text, axes or (), value, operator.text, span=span)


def _kernel(children: Children, span: Span) -> ast.Kernel:
    name, sizes, params, results, *body = children
    return ast.Kernel(name.text, sizes or (), params or (), results, tuple(body), span=span)


def _bind(children: Children, span: Span) -> ast.Bind:
    return ast.Bind(children[0].text, children[1], span=span)


def _instance(children: Children, span: Span) -> ast.Instance:
    return ast.Instance(children[0].text, children[1].text, children[2], span=span)


def _schedule(children: Children, span: Span) -> ast.Schedule:
    name, binds, target, *directives = children
    return ast.Schedule(name.text, binds or (), target.text, tuple(directives), span=span)


def _intrinsic(children: Children, span: Span) -> ast.Intrinsic:
    name, params, target, *rest = children
    emits = tuple(item for item in rest if isinstance(item, ast.Emit))
    body = tuple(item for item in rest if not isinstance(item, ast.Emit))
    return ast.Intrinsic(name.text, params or (), target.text, body, emits, span=span)


def _emit(children: Children, span: Span) -> ast.Emit:
    return ast.Emit(children[0].text, children[1].text[1:-1], span=span)


def _network(children: Children, span: Span) -> ast.Network:
    name, params, results, *calls = children
    return ast.Network(name.text, params or (), results, tuple(calls), span=span)


def _kernel_call(children: Children, span: Span) -> ast.KernelCall:
    results, kernel, binds, args = children
    return ast.KernelCall(results, kernel.text, binds or (), args or (), span=span)


def _ref(children: Children, span: Span) -> ast.Ref:
    return ast.Ref(_texts(children, span), span=span)


def _between(children: Children, span: Span) -> ast.Between:
    return ast.Between(*children, span=span)


def _one_of(children: Children, span: Span) -> ast.OneOf:
    return ast.OneOf(children[0], span=span)


def _part(children: Children, span: Span) -> ast.Part:
    return ast.Part(children[0].text, children[1], span=span)


def _split(children: Children, span: Span) -> ast.Split:
    return ast.Split(children[0], tuple(children[1:]), span=span)


def _knob(children: Children, span: Span) -> ast.Knob:
    return ast.Knob(children[0].text, children[1], span=span)


def _order(children: Children, span: Span) -> ast.Order:
    return ast.Order(*children, span=span)


def _fuse(children: Children, span: Span) -> ast.Fuse:
    return ast.Fuse(children[0], children[1].text, span=span)


def _parallel(children: Children, span: Span) -> ast.Parallel:
    return ast.Parallel(*children, span=span)


def _vectorize(children: Children, span: Span) -> ast.Vectorize:
    return ast.Vectorize(children[0], span=span)


def _unroll(children: Children, span: Span) -> ast.Unroll:
    return ast.Unroll(*children, span=span)


def _peel(children: Children, span: Span) -> ast.Peel:
    return ast.Peel(children[0], span=span)


def _inline(children: Children, span: Span) -> ast.Inline:
    return ast.Inline(children[0], span=span)


def _compute(children: Children, span: Span) -> ast.ComputeAt:
    return ast.ComputeAt(children[0], tuple(children[1:]), span=span)


def _bind_to(children: Children, span: Span) -> ast.BindTo:
    return ast.BindTo(children[0], str(children[1]), span=span)


def _cache_read(children: Children, span: Span) -> ast.CacheRead:
    tensor, axes, name, consumer, scope = children
    return ast.CacheRead(tensor, axes, name.text, consumer, _text(scope), span=span)


def _cache_write(children: Children, span: Span) -> ast.CacheWrite:
    tensor, axes, name, consumer, scope = children
    return ast.CacheWrite(tensor, axes, name.text, consumer, _text(scope), span=span)


def _layout(children: Children, span: Span) -> ast.Layout:
    return ast.Layout(*children, span=span)


def _rfactor(children: Children, span: Span) -> ast.Rfactor:
    return ast.Rfactor(children[0], children[1].text, span=span)


def _cooperate(children: Children, span: Span) -> ast.Cooperate:
    return ast.Cooperate(children[0], span=span)


def _prefetch(children: Children, span: Span) -> ast.Prefetch:
    return ast.Prefetch(*children, span=span)


def _pipeline(children: Children, span: Span) -> ast.Pipeline:
    return ast.Pipeline(*children, span=span)


def _tensorize(children: Children, span: Span) -> ast.Tensorize:
    return ast.Tensorize(children[0], children[1].text, span=span)


def _when(children: Children, span: Span) -> ast.When:
    return ast.When(children[0], tuple(children[1:]), span=span)


def _expression(children: Children, span: Span) -> ast.Expr:
    return children[0]


def _file(children: Children, span: Span) -> ast.File:
    return ast.File(tuple(children), span=span)


BUILDERS: dict[str, Callable[[Children, Span], Any]] = {
    "file": _file, "directives": _items, "expression": _expression,
    "kernel": _kernel, "sizes": _items, "size": _size, "params": _items, "param": _param,
    "let": _let, "stage": _stage, "axes": _items, "axis": _axis,
    "instance": _instance, "binds": _items, "bind": _bind,
    "exprs": _items, "if_else": _if_else, "binary": _binary, "unary": _unary,
    "number": _number, "bool": _bool, "name": _name, "access": _access, "guarded": _guarded,
    "call": _call, "reduce": _reduce,
    "schedule": _schedule, "split": _split, "part": _part, "knob": _knob, "order": _order, "fuse": _fuse,
    "parallel": _parallel, "vectorize": _vectorize, "unroll": _unroll, "peel": _peel, "inline": _inline,
    "compute": _compute, "bind_to": _bind_to, "cache_read": _cache_read, "cache_write": _cache_write,
    "layout": _layout, "rfactor": _rfactor, "cooperate": _cooperate, "prefetch": _prefetch,
    "pipeline": _pipeline, "tensorize": _tensorize, "when": _when, "between": _between, "one_of": _one_of,
    "refs": _items, "ref": _ref, "names": _texts,
    "intrinsic": _intrinsic, "emit": _emit, "network": _network, "kernel_call": _kernel_call,
}
