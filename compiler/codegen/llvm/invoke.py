"""Invocations of intrinsics in LLVM IR: the instructions of their text, on the operands where these are.

In a text for LLVM, `$a` is a value without its type (`<8 x float> $a`), `&$a` an address and `$a.s0` a
number, a stride. A line `$a = …` gives an operand its new value; the right side has the old one. Other names
that a text gives (`%t = …`) are its own. An intrinsic without a text is written out as the statements that it
means.
"""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod

from ...loop.invoke import OPERAND, by_value, expanded, strides, written
from ...loop.ir import Buffer, Invoke, Nest, Operand, Stmt
from ...loop.visit import map_stmts
from ..invoke import unescaped
from .access import Access
from .builder import Builder
from .frame import Frame, register
from .values import Value

_LOCAL_NAME = re.compile(r"%([A-Za-z_][\w.]*)")
_ASSIGNED = re.compile(r"\$(?P<name>[A-Za-z_]\w*)\s*=", re.ASCII)


def with_texts(nest: Nest) -> Nest:
    """The nest with plain statements for invocations that have no text for LLVM."""
    def change(stmt: Stmt) -> Stmt:
        return expanded(stmt) if isinstance(stmt, Invoke) and not text_of(stmt) else stmt

    return replace(nest, body=map_stmts(nest.body, change))


def text_of(invoke: Invoke) -> str:
    """The text for LLVM; empty where there is none."""
    return unescaped(dict(invoke.intrinsic.emits).get("llvm", ""))


class Invocations:
    """Writes invocations into one function."""

    def __init__(self, builder: Builder, frame: Frame, access: Access) -> None:
        self._builder = builder
        self._frame = frame
        self._access = access

    def write(self, invoke: Invoke) -> None:
        """The instructions of an invocation, and what becomes of the operands that they change."""
        intrinsic = invoke.intrinsic
        operands = dict(zip((p.name for p in intrinsic.parameters), invoke.operands, strict=True))
        values: dict[str, Value] = {}
        for parameter in intrinsic.parameters:
            operand = operands[parameter.name]
            taken = parameter.name in by_value(intrinsic)
            values[parameter.name] = self._value(parameter, operand) if taken else self._address(operand)
        own = rf"%own{self._builder.number()}.\1"
        for line in _LOCAL_NAME.sub(own, text_of(invoke)).strip().splitlines():
            self._line(line.strip(), values, operands)
        for parameter in intrinsic.parameters:
            if parameter.name in by_value(intrinsic) & written(intrinsic):
                self._put(operands[parameter.name], values[parameter.name])

    def _line(self, line: str, values: dict[str, Value], operands: dict[str, Operand]) -> None:
        """One instruction."""
        assigned = _ASSIGNED.match(line)
        right = line[assigned.end():] if assigned else line

        def operand(found: re.Match[str]) -> str:
            name, axis = found["name"], found["axis"]
            return str(strides(operands[name])[int(axis)]) if axis else values[name].text

        text = OPERAND.sub(operand, right).strip()
        if assigned is None:
            self._builder.effect(text)
        else:
            old = values[assigned["name"]]
            values[assigned["name"]] = self._builder.here(text, old.kind, old.lanes)

    def _value(self, parameter: Buffer, operand: Operand) -> Value:
        if operand.buffer.scope == "register":
            return self._frame[register(operand.buffer, operand.index)]
        return self._access.read(operand.buffer, operand.index, prod(parameter.shape))

    def _put(self, operand: Operand, value: Value) -> None:
        if operand.buffer.scope == "register":
            self._frame[register(operand.buffer, operand.index)] = value
        else:
            self._access.write(operand.buffer, operand.index, value)

    def _address(self, operand: Operand) -> Value:
        return self._access.address(operand.buffer, operand.index)
