"""Add cache write: a reduction that nothing reads element by element gets a stage of registers before it."""

from __future__ import annotations

from collections.abc import Iterator

from .analysis import elementwise_consumer, needs_tiling
from .draft import Context, Draft, Item, StageItem, Verdict


class AddCacheWrite:
    """Condition: a reduction with reuse, no element-wise consumer. Effect: it accumulates in a new stage."""

    name = "add cache write"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only tiled stages that no consumer takes in."""
        if not isinstance(item, StageItem) or item.consumer or not needs_tiling(item.stage):
            return Verdict.SKIP
        return Verdict.SKIP if elementwise_consumer(context.graph, item.stage) else Verdict.ONLY

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """The work goes on in the new stage, whose consumer is the old one."""
        assert isinstance(item, StageItem)
        name = context.fresh(f"{item.name}_local", draft.words)
        yield draft.then(f"cache_write {item.name} as {name}",
                         items=(StageItem(name, item.stage, item.name),))
