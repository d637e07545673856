"""Frozen, slotted dataclasses that cost little to define.

`dataclasses` compiles the text of six methods for each frozen class, about a millisecond a class; a language
has a hundred classes of nodes, so a command would wait for that longer than for its own work. The methods of
a record are closures over its fields instead, written once, here.

    @record
    class Number(Node):
        text: str

To `dataclasses.fields`, `replace` and `is_dataclass`, to pattern matching, pickling, copying and type
checkers a record is what `@dataclass(frozen=True, slots=True)` makes, and `field(…)` works as there. A record
with cached properties has `Cached` as its base.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
Fields = tuple[Field[Any], ...]
Method = Callable[..., object]


class Cached:
    """Base of records with cached properties: a dictionary to keep them in, which copies start without."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """The class as a frozen, slotted dataclass. Methods that it defines itself stay."""
    own = vars(cls)
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    every: Fields = fields(made)
    every = (*(f for f in every if not f.kw_only), *(f for f in every if f.kw_only))
    for name, method in (_construction(made, every) | _comparison(made, every)).items():
        if name not in own:
            setattr(made, name, method)
    return made


def _construction(made: type, every: Fields) -> dict[str, Method]:
    """What makes a record, from its arguments or from a pickle, and what keeps it as it is."""
    names = tuple(f.name for f in every)
    setters: tuple[Callable[[object, object], None], ...] = tuple(getattr(made, n).__set__ for n in names)
    positional = sum(not f.kw_only for f in every)
    plain = tuple(f.default for f in every)
    needed = max((i for i, f in enumerate(every, 1) if f.default is MISSING), default=0)

    def __init__(self: object, /, *values: object, **named: object) -> None:
        if named or not needed <= len(values) <= positional:
            values = _arguments(made.__name__, every, values, named)
        elif len(values) < len(plain):
            values += plain[len(values):]
        for put, value in zip(setters, values):     # noqa: B905 - as many; being strict takes longer
            put(self, value)

    def __setstate__(self: object, state: Sequence[object]) -> None:
        for put, value in zip(setters, state, strict=True):
            put(self, value)

    def __getstate__(self: object) -> list[object]:
        return [getattr(self, name) for name in names]

    return {"__init__": __init__, "__getstate__": __getstate__, "__setstate__": __setstate__,
            "__setattr__": _refuse, "__delattr__": _refuse}


def _arguments(name: str, every: Fields, values: tuple[object, ...],
               named: dict[str, object]) -> tuple[object, ...]:
    """A value for each field: given by position, by name, or the default. Raises TypeError as a call does."""
    found = list(values)
    for f in every[len(values):]:
        if f.name in named:
            found.append(named.pop(f.name))
        elif f.default is not MISSING:
            found.append(f.default)
        elif f.default_factory is not MISSING:
            found.append(f.default_factory())
        else:
            raise TypeError(f"{name}() needs a value for '{f.name}'")
    if named:
        raise TypeError(f"{name}() does not take '{next(iter(named))}', or got it twice")
    if any(f.kw_only for f in every[:len(values)]) or len(values) > len(every):
        raise TypeError(f"{name}() takes fewer than {len(values)} values by position")
    return tuple(found)


def _comparison(made: type, every: Fields) -> dict[str, Method]:
    """Equality, hash and `repr` by the fields that count."""
    compared = [f.name for f in every if f.compare]
    shown = [f.name for f in every if f.repr]
    content: Callable[[object], object] = attrgetter(*compared) if compared else type

    def __eq__(self: object, other: object) -> bool:
        if self is other:
            return True
        return content(self) == content(other) if type(other) is made else NotImplemented

    def __hash__(self: object) -> int:
        return hash(content(self))

    def __repr__(self: object) -> str:
        return f"{made.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return {"__eq__": __eq__, "__hash__": __hash__, "__repr__": __repr__}


def _refuse(self: object, name: str, value: object = None) -> None:
    raise FrozenInstanceError(f"'{name}' of a {type(self).__name__} cannot be changed")
