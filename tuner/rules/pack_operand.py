"""Pack an operand: tiles read a copy whose elements stand in the order in which they are used."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from .draft import Context, Draft, Item, OperandItem, Verdict
from .names import pair
from .tiles import split

SMALL = 1 << 14
"""Elements of a copy that one thread makes sooner than several."""


class KeepOperand:
    """Condition: an operand that can be read where it is. Effect: none."""

    name = "read in place"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Any operand."""
        return Verdict.ONLY if isinstance(item, OperandItem) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """The draft as it is; none where reads would be gathers."""
        assert isinstance(item, OperandItem)
        if not item.packed:
            yield draft.then()


class PackOperand:
    """Condition: an operand read along the lanes again and again. Effect: a packed copy in each task.

    The copy is made at one of the places that the tiling names, and stays in a cache while it is used.
    """

    name = "pack operand"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Operands that are not constant; other rules are tried too."""
        if isinstance(item, OperandItem) and not _constant(item, context):
            return Verdict.APPLY
        return Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """A copy at one of the item's places."""
        assert isinstance(item, OperandItem)
        copy = _Copy(item, draft, context)
        places = ", ".join(item.places)
        at = f"{{{places}}}" if len(item.places) > 1 else places
        yield draft.then(copy.read, f"compute {copy.name} at {at}", *copy.panels())


class PackAhead:
    """Condition: as above. Effect: one packed copy before everything else, by all threads.

    Of a `const` input, that happens ahead of time: NAME_prepack does it.
    """

    name = "pack operand ahead"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Any operand; it may be read in place too."""
        return Verdict.APPLY if isinstance(item, OperandItem) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """A copy at the root; long ones are made by all threads."""
        assert isinstance(item, OperandItem)
        copy = _Copy(item, draft, context)
        shape = context.graph.tensor(item.tensor).shape
        threads = prod(shape) > SMALL and not _constant(item, context)
        yield draft.then(copy.read, *copy.panels(),
                         *([f"parallel {copy.name}.{copy.longest(shape)}"] if threads else []))


def _constant(item: OperandItem, context: Context) -> bool:
    return any(t.name == item.tensor and t.const for t in context.graph.inputs)


class _Copy:
    """The directives of a packed copy: panels as wide as the tile, and the loops that fill them."""

    def __init__(self, item: OperandItem, draft: Draft, context: Context) -> None:
        alone = len(context.graph.consumers(item.tensor)) == 1
        name = f"{item.tensor}_packed" if alone else f"{item.reader}_{item.tensor}_packed"
        self.item, self.name = item, context.fresh(name, draft.words)
        self.lane = item.names[item.lane]
        self.parts = pair(self.lane, item.names)

    @property
    def read(self) -> str:
        """What makes it."""
        item = self.item
        return f"cache_read {item.tensor}[{', '.join(item.names)}] as {self.name} for {item.reader}"

    @property
    def _outer(self) -> list[str]:
        """Its loops but that over the lanes."""
        return [self.parts[0] if name == self.lane else name for name in self.item.names]

    def panels(self) -> list[str]:
        """Its layout and its loops, the lanes' last."""
        outer, inner = self.parts
        return [f"layout {self.name}: [{', '.join(self.item.names)}] -> [{', '.join(self._index())}]",
                split(f"{self.name}.{self.lane}", [(outer, ""), (inner, self.item.width)]),
                f"order {self.name}: {' '.join([*self._outer, inner])}",
                f"vectorize {self.name}.{inner}"]

    def _index(self) -> list[str]:
        """Dimensions of spatial axes stand outside the number of the panel, others inside."""
        width, spatial = self.item.width, {axis.name for axis in self.item.stage.axes}
        rest = [name for name in self.item.names if name != self.lane]
        inside = [name for name in rest if name not in spatial]
        return [*(name for name in rest if name in spatial), f"{self.lane} // {width}", *inside,
                f"{self.lane} % {width}"]

    def longest(self, shape: tuple[int, ...]) -> str:
        """The outermost of its loops that are about as long as the longest."""
        extents = [1 if k == self.item.lane else extent for k, extent in enumerate(shape)]
        return self._outer[next(k for k, extent in enumerate(extents) if 2 * extent > max(extents))]
