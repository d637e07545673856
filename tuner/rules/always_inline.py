"""Always inline: cheap stages are written into their readers."""

from __future__ import annotations

from collections.abc import Iterator

from .analysis import inlineable
from .draft import Context, Draft, Item, StageItem, Verdict


class AlwaysInline:
    """Condition: no reduction or output, cheap, read at simple places. Effect: `inline`, nothing else."""

    name = "always inline"

    def condition(self, draft: Draft, item: Item, context: Context) -> Verdict:
        """Only stages that `analysis.inlineable` finds cheap."""
        if isinstance(item, StageItem) and not item.consumer and inlineable(context.graph, item.stage):
            return Verdict.ONLY
        return Verdict.SKIP

    def apply(self, draft: Draft, item: Item, context: Context) -> Iterator[Draft]:
        """One directive."""
        yield draft.then(f"inline {item.name}")
