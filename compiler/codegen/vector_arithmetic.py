"""Operators and functions on vectors as C text."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ...dsl.dtypes import BOOL, I64, DType
from ..loop.ir import Binary, Broadcast, Call, Const, Expr
from .expand import expanded, is_expanded, is_plain_number
from .operations import LIBRARY, OPERATIONS
from .scalar import power_of_two
from .truth import mask
from .values import Value, apply, product
from .vector_text import VectorText


class Arithmetic(VectorText, ABC):
    """What is computed of operands; how those are written is left to a subclass."""

    @abstractmethod
    def value(self, expr: Expr, name: str = "") -> Value:
        """An expression in C."""

    @abstractmethod
    def _variable(self, expr: Expr) -> Expr:
        """An expression that may be used several times."""

    @abstractmethod
    def _each_lane(self, expr: Expr) -> Value:
        """An expression computed lane by lane."""

    def _binary(self, expr: Binary) -> Value:
        op, dtype = expr.op, expr.left.dtype
        if op in ("//", "%"):
            return self._division(expr)
        if op in ("<<", ">>"):
            return self._shift(expr)
        if dtype == BOOL:
            return self._logic(expr)
        if dtype == I64 and expr.dtype == BOOL:
            expr = self._short_comparison(expr)
        if op == "+" and dtype.is_float and (factors := product(expr)):
            a, b, c = map(self.value, factors)
            return apply(c.type, "muladd", a, b, c)
        left, right = self.value(expr.left), self.value(expr.right)
        result = left.type.mask if expr.dtype == BOOL else left.type
        return Value(f"{left.type}_{OPERATIONS[op]}({left}, {right})", result)

    def _division(self, expr: Binary) -> Value:
        shift = power_of_two(expr.right)
        if shift is None:
            return self._each_lane(expr)
        left = self.value(expr.left)
        if expr.op == "//":
            return Value(f"{left.type}_shr({left}, {shift})", left.type)
        remainder = Const((1 << shift) - 1, expr.left.dtype, expr.lanes)
        return apply(left.type, "and", left, self.value(remainder))

    def _shift(self, expr: Binary) -> Value:
        count = expr.right.value if isinstance(expr.right, Broadcast) else expr.right
        if not isinstance(count, Const):
            return self._each_lane(expr)
        left = self.value(expr.left)
        return apply(left.type, "shl" if expr.op == "<<" else "shr", left, int(count.value))

    def _logic(self, expr: Binary) -> Value:
        """`and or == !=` of truth values."""
        left = self.value(expr.left)
        right = mask(self.value(expr.right), left.type.bits)
        if expr.op in ("and", "or"):
            return apply(left.type, expr.op, left, right)
        different = apply(left.type, "xor", left, right)
        return apply(left.type, "not", different) if expr.op == "==" else different

    def _call(self, expr: Call) -> Value:
        name, args = expr.function, expr.args
        if name == "fma" and self._can.fused:
            a, b, c = map(self.value, args)
            return apply(c.type, "muladd", a, b, c)
        if self._is_operation(name, expr.dtype):
            operand = self.value(args[0])
            return apply(operand.type, name, operand)
        if name in ("min", "max"):
            return self._extreme(name, *map(self._variable, args))
        if is_expanded(name, expr.dtype):
            return self.value(expanded(name, [self._variable(e) for e in args]))
        return self._each_lane(expr)

    def _is_operation(self, function: str, dtype: DType) -> bool:
        if function in LIBRARY:
            return function == "sqrt" or self._can.rounds
        return function == "abs" and dtype.is_float

    def _extreme(self, name: str, a: Expr, b: Expr) -> Value:
        """The operation gives the second one if either is NaN: a number stands in front."""
        if is_plain_number(b):
            a, b = b, a
        first, second = self.value(a), self.value(b)
        nearer = apply(first.type, "smaller" if name == "min" else "larger", first, second)
        if is_plain_number(a) or not a.dtype.is_float:
            return nearer
        unordered = apply(first.type, "ne", first, first).text
        return apply(first.type, "pick", unordered, first, nearer)
