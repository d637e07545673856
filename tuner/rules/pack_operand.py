"""Pack an operand: tiles read a copy whose elements stand in the order in which they are used."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from .draft import Context, Draft, Item, OperandItem, Verdict
from .tiles import split, stage_word

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
        copy = _copy(item, context)
        places = ", ".join(item.places)
        at = f"compute {copy} at {{{places}}}" if len(item.places) > 1 else f"compute {copy} at {places}"
        yield draft.then(_cache_read(item, context), at, *_panels(item, context))


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
        lines = [_cache_read(item, context), *_panels(item, context)]
        shape = context.graph.tensor(item.tensor).shape
        if prod(shape) > SMALL and not _constant(item, context):
            lines.append(f"parallel {_copy(item, context)}.{_longest(item, shape)}")
        yield draft.then(*lines)


def _constant(item: OperandItem, context: Context) -> bool:
    return any(t.name == item.tensor and t.const for t in context.graph.inputs)


def _copy(item: OperandItem, context: Context) -> str:
    alone = len(context.graph.consumers(item.tensor)) == 1
    return f"{stage_word(item.tensor)}_packed" if alone else f"{stage_word(item.reader)}_{item.tensor}_packed"


def _cache_read(item: OperandItem, context: Context) -> str:
    return f"cache_read {item.tensor}[{', '.join(item.names)}] as {_copy(item, context)} for {item.reader}"


def _loops(item: OperandItem) -> list[str]:
    """The copy's loops in order: the lanes' last."""
    lane = item.names[item.lane]
    names = [f"{name}_0" if name == lane else name for name in item.names]
    return [*names, f"{lane}_1"]


def _longest(item: OperandItem, shape: tuple[int, ...]) -> str:
    """The outermost of a copy's loops that are about as long as the longest."""
    extents = [1 if k == item.lane else extent for k, extent in enumerate(shape)]
    return item.names[next(k for k, extent in enumerate(extents) if 2 * extent > max(extents))]


def _panels(item: OperandItem, context: Context) -> list[str]:
    """The layout of panels as wide as the tile, and the loops that fill them."""
    copy, lane = _copy(item, context), item.names[item.lane]
    rest = [name for name in item.names if name != lane]
    index = _panel_index(item, rest, lane)
    return [f"layout {copy}: [{', '.join(item.names)}] -> [{', '.join(index)}]",
            split(f"{copy}.{lane}", [(f"{lane}_0", ""), (f"{lane}_1", item.width)]),
            f"order {copy}: {' '.join(_loops(item))}",
            f"vectorize {copy}.{lane}_1"]


def _panel_index(item: OperandItem, rest: list[str], lane: str) -> list[str]:
    """Dimensions that the stage reduces over stand inside the number of the panel, others outside."""
    reduced = {a.name for a in item.stage.reduction_axes}
    outside = [name for name in rest if name not in reduced and not name.startswith("d")]
    inside = [name for name in rest if name not in outside]
    return [*outside, f"{lane} // {item.width}", *inside, f"{lane} % {item.width}"]
