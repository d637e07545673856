"""What operators of the language are called on vectors, and how C writes them."""

from __future__ import annotations

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
BITS = {"and": "&", "or": "|", "xor": "^"}
OPERATIONS = {op: name for name, op in (INFIX | COMPARE | BITS).items()}
LIBRARY = {"floor": "floor", "ceil": "ceil", "round": "rint", "sqrt": "sqrt"}
"""Functions that have vector operations, by the name of the C function that does the same."""
