"""The numbers a schedule may name: the kernel's sizes, and what it should know of the target."""

from __future__ import annotations

from collections.abc import Iterable

from ..target.target import Target

WORD = 4  # bytes of the element that `lanes` counts: f32


def numbers(sizes: Iterable[tuple[str, int]], target: Target) -> dict[str, int]:
    """Names and values: `lanes` f32 fit a vector register of the target, which has `registers` of them.

    With these one schedule fits its register tile to any machine: `i1: 6 if registers < 32 else 8`,
    `j1: 2 * lanes`. A size of the kernel with such a name hides them.
    """
    known = {"lanes": target.lanes(WORD), "registers": target.vector_registers}
    return known | dict(sizes)
