"""Terms that change nothing: of a sum those that are zero for finite inputs, of any reduction its identity.

`C[i] = C[i] + 0 * w` does nothing if w is finite, and a schedule may drop it. What is not an update of a
reduction keeps every operation: only there is a term known to be one of many.
"""

from __future__ import annotations

from .accumulate import identity
from .ir import Binary, Broadcast, Call, Cast, Const, Expr, Load, Store, Unary

REDUCERS = {"+": "sum", "*": "prod", "and": "all", "or": "any"}


def update(store: Store) -> tuple[str, Expr] | None:
    """The reducer and the term of a store that updates a reduction: `C[i] = C[i] + term`, or term first."""
    match store.value:
        case Binary(op="+" | "*" | "and" | "or" as op, left=left, right=right):
            reducer = REDUCERS[op]
        case Call(function="min" | "max" as reducer, args=(left, right)):
            pass
        case _:
            return None
    old = Load(store.buffer, store.index)
    return (reducer, right) if left == old else (reducer, left) if right == old else None


def with_term(store: Store, term: Expr) -> Store:
    """An update with another term."""
    old = Load(store.buffer, store.index)
    match store.value:
        case Binary(op=op):
            return Store(store.buffer, store.index, Binary(op, old, term))
        case Call(function=function):
            return Store(store.buffer, store.index, Call(function, (old, term)))
        case _:
            raise AssertionError(f"no update: {store}")


def does_nothing(store: Store) -> bool:
    """Whether a store puts back what is there: an element itself, or with a term that changes nothing."""
    match store.value:
        case Load(buffer=buffer, index=index) if buffer == store.buffer and index == store.index:
            return True
        case _:
            pass
    found = update(store)
    return found is not None and is_identity(found[1], identity(found[0], store.buffer.dtype))


def is_identity(term: Expr, wanted: Const) -> bool:
    """Whether a term is the identity of its reduction for finite inputs: 0 in a sum, and 0 times anything."""
    match term:
        case Broadcast(value=value):
            return is_identity(value, wanted)
        case Binary(op="*", left=left, right=right) if wanted.value == 0:
            return is_identity(left, wanted) or is_identity(right, wanted)
        case Unary(op="neg", value=value) | Cast(value=value) if wanted.value == 0:
            return is_identity(value, wanted)
        case _:
            return is_value(term, wanted)


def is_value(expr: Expr, wanted: Const) -> bool:
    """Whether every lane is this number, of whatever type; false and 0 are told apart."""
    match expr:
        case Const(value=value):
            return value == wanted.value and (expr.dtype.name == "bool") == (wanted.dtype.name == "bool")
        case Broadcast(value=value):
            return is_value(value, wanted)
        case _:
            return False
