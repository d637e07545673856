"""Fuse consumer: an element-wise stage takes the reduction that it reads into its tiles."""

from __future__ import annotations

from collections.abc import Iterator

from .analysis import tiled_producer
from .draft import Context, Draft, Item, StageItem, Verdict


class FuseConsumer:
    """Condition: a stage reads a reduction with reuse element by element, and no other stage does.

    Effect: the reduction comes next, to be tiled together with this stage.
    """

    name = "fuse consumer"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only stages that alone read a tiled reduction."""
        if not isinstance(item, StageItem) or item.consumer or item.stage.reduction is not None:
            return Verdict.SKIP
        return Verdict.ONLY if tiled_producer(context.graph, item.stage) else Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """No directives: the reduction comes next, and knows its consumer."""
        assert isinstance(item, StageItem)
        name = tiled_producer(context.graph, item.stage)
        producer = StageItem(name, context.graph.stage(name), item.name)
        yield draft.then(items=(producer,), without=frozenset((name,)))

