"""Taps: short reduction axes, the windows of filters: taken whole or one by one, and written out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, takewhile
from operator import mul

from ...compiler import dag

TAPS = 8
"""Reduction axes of up to so many points are windows of filters."""

UNROLLED = 9
"""Taps that may be unrolled around the innermost loop."""


def block_sizes(axis: dag.Axis) -> str:
    """Sizes of a block of a reduction: all taps or one; powers of two of a long axis, or all."""
    if axis.extent <= TAPS:
        return f"{{1, {axis.extent}}}" if axis.extent > 1 else "1"
    powers = [2 ** k for k in range(4, 11) if 2 ** k < axis.extent]
    return f"{{{', '.join(map(str, [*powers, axis.extent]))}}}"


def copies(reductions: Sequence[dag.Axis]) -> list[int]:
    """What writing out taps makes of what they loop over: 1, then with the innermost, with the next too, …

    At most `UNROLLED`; only 1 where a long axis is innermost.
    """
    taps = takewhile(lambda extent: extent <= TAPS, (a.extent for a in reversed(reductions)))
    return [1, *(made for made in accumulate((extent for extent in taps if extent > 1), mul)
                 if made <= UNROLLED)]


def unrolled(reductions: Sequence[dag.Axis]) -> list[dag.Axis]:
    """The axes of taps to write out, innermost first, as long as there are few copies."""
    made: list[dag.Axis] = []
    left = UNROLLED
    for axis in reversed([a for a in reductions if 1 < a.extent <= TAPS]):
        if axis.extent <= left:
            made.append(axis)
            left //= axis.extent
    return made
