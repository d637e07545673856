"""Tiling with fusion: a reduction is computed in the tiles of the stage that reads it element by element.

The published structure is SSRSRS: two levels of spatial tiles, reduction blocks, tiles, reduction steps, and
the innermost tile, here one of registers. The consumer has the levels before the bar (Ansor has both of the
first two). The other two are shorter, because measurements say so: with packed operands a reduction is best
kept whole, its sums in registers from the first term to the last; or, where the operands of a whole reduction
exceed the cache, blocked outside everything that one task does.
"""

from __future__ import annotations

from collections.abc import Iterator

from .analysis import lane_axes, needs_tiling
from .draft import Context, Draft, Item, StageItem, Verdict
from .structure import Structure

PUBLISHED = ("S|SRSRS", "SS|RSRS")
WHOLE = "SS|RS"
BLOCKED = "S|RSRS"


class TilingWithFusion:
    """Condition: a reduction with reuse, and a stage that reads it element by element. Effect: see above."""

    def __init__(self, structures: tuple[str, ...], name: str, *, pack: bool) -> None:
        self.name = name
        self._structures = structures
        self._pack = pack

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Tiled stages with a consumer; the structures without packing are the last tried."""
        if not isinstance(item, StageItem) or not item.consumer or not needs_tiling(item.stage):
            return Verdict.SKIP
        return Verdict.APPLY if self._pack else Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """A draft for each axis that can be in lanes and each structure that differs."""
        assert isinstance(item, StageItem)
        for lane in lane_axes(item.stage, context.lanes_of(item.stage)):
            for text in self._structures:
                made = Structure(text, item, lane, context, self._pack, draft.words)
                if made.worthwhile and (self._pack or not made.gathers):
                    items = (*made.paddings(), *made.operands()) if self._pack else ()
                    yield draft.then(*made.lines(), limits=made.limits(), parts=made.parts(),
                                     items=items)
