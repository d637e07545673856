"""What stages are marked with beside their loops: the instruction for them, what is fetched ahead."""

from __future__ import annotations

from ...dsl import typed
from ...dsl.record import record
from ...dsl.source import NOWHERE, Span


@record
class Tensorized:
    """From which loop inward a stage is left to an intrinsic."""

    loop: str
    intrinsic: typed.Intrinsic
    span: Span = NOWHERE


@record
class Prefetched:
    """A tensor of which each iteration of a loop fetches what the next one reads."""

    tensor: str
    loop: str
    span: Span = NOWHERE
