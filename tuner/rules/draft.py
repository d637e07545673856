"""What rules work on: a schedule half written, and what is left to decide.

The derivation walks the kernel from its outputs to its inputs. Its worklist holds *items*: a stage to
schedule, an operand of a tiled stage that could be packed, or one that could be padded. A rule looks at the
first item, writes directives, and says what takes the item's place (Ansor, OSDI 2020, section 4.1, where
items are numbers of stages).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Protocol

from ...compiler import dag
from ...compiler.target.target import Target
from ..sketch import Limit, Parts, Step
from .names import fresh


@dataclass(frozen=True, slots=True)
class StageItem:
    """A stage to schedule. `name` differs from the stage's where a cache stage does its work.

    `consumer` is the stage whose tiles it is computed in, if a rule has found one.
    """

    name: str
    stage: dag.Stage
    consumer: str = ""


@dataclass(frozen=True, slots=True)
class OperandItem:
    """A tensor that a tiled stage reads again and again, along its lanes in dimension `lane`.

    `places` are loops at which a packed copy could be made, outermost first; `width` is the knob or number of
    elements that a tile has in lanes; `packed` says that it must be: unpacked, its reads would be gathers.
    """

    tensor: str
    reader: str
    stage: dag.Stage
    names: tuple[str, ...]
    lane: int
    places: tuple[str, ...]
    width: str
    packed: bool = False

    @property
    def name(self) -> str:
        """What derivations call it."""
        return self.tensor


@dataclass(frozen=True, slots=True)
class PaddingItem:
    """A tensor that a tiled stage reads beyond its borders, behind guards; `place` is its loop of tasks."""

    tensor: str
    stage: dag.Stage
    place: str

    @property
    def name(self) -> str:
        """What derivations call it."""
        return self.tensor


Item = StageItem | OperandItem | PaddingItem


@dataclass(frozen=True, slots=True)
class Draft:
    """A schedule half written: directives as text, limits, splits, the rules so far, and the items left."""

    todo: tuple[Item, ...]
    lines: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    parts: tuple[Parts, ...] = ()
    steps: tuple[Step, ...] = ()

    def then(self, *lines: str, limits: tuple[Limit, ...] = (), parts: tuple[Parts, ...] = (),
             items: tuple[Item, ...] = (), without: frozenset[str] = frozenset()) -> Draft:
        """This draft with more lines, and `items` in the place of the first; stages in `without` are done."""
        rest = tuple(i for i in self.todo[1:] if not (isinstance(i, StageItem) and i.name in without))
        return replace(self, todo=(*items, *rest), lines=(*self.lines, *lines),
                       limits=(*self.limits, *limits), parts=(*self.parts, *parts))

    @property
    def words(self) -> frozenset[str]:
        """All words of its directives: the names that it has given are among them."""
        return frozenset(re.findall(r"\w+", "\n".join(self.lines)))


class Verdict(Enum):
    """What a rule says of an item. `ONLY` keeps the rules after it from applying."""

    SKIP = "skip"
    APPLY = "apply"
    ONLY = "only"


@dataclass(frozen=True)
class Context:
    """What does not change during a derivation. `target.cores` is the number of threads to schedule for."""

    graph: dag.Dag
    target: Target

    def lanes_of(self, stage: dag.Stage) -> int:
        """Elements of a stage in a vector, counted in the type that it is computed in."""
        return self.target.lanes(max(stage.dtype.arithmetic.bytes, 1))

    def widths(self, stage: dag.Stage, extent: int,
               vectors: tuple[int, ...] = (1, 2, 3, 4)) -> tuple[int, ...]:
        """Lane tiles to choose from for a stage's loop: whole vectors, at most as many as it needs."""
        lanes = self.lanes_of(stage)
        fit = tuple(lanes * v for v in vectors if lanes * v <= extent)
        return fit or (extent,)

    def fresh(self, name: str, taken: Collection[str]) -> str:
        """A name for a stage or knob that neither the kernel has nor `taken`: the words of a draft."""
        return fresh(name, self._names | set(taken))

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of the kernel's tensors, axes and sizes."""
        graph = self.graph
        axes = {axis.name for s in graph.stages for axis in (*s.axes, *s.reduction_axes)}
        tensors = {tensor.name for tensor in (*graph.inputs, *graph.stages)}
        return frozenset(axes | tensors | {size for size, _ in graph.sizes})


class Rule(Protocol):
    """A derivation rule. Users' rules have the same form and are tried before the built-in ones."""

    @property
    def name(self) -> str:
        """What derivations show."""
        ...

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Whether it applies to the first item of a draft."""
        ...

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """The drafts that it makes of one, each with the item replaced or gone."""
        ...
