"""Where a walk through loops begins anew: fused axes, and partial results that all get the identity."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from ..schedule.state import Loop, StageState
from .arithmetic import ZERO
from .frame import Frame
from .tiles import Tiles


def begin_fused(tiles: Tiles, stage: StageState, loop: Loop, frame: Frame) -> Frame:
    """The frame at the first step through a fused axis."""
    for member in stage.axes[loop.axis].members:
        if member.axis not in frame.left:
            frame = begin_fused(tiles, stage, member, frame)
    counts = tuple(tiles.most(stage, member, frame.left) for member in stage.axes[loop.axis].members)
    extent = prod(counts)
    return replace(frame, value={**frame.value, loop.axis: ZERO}, left={**frame.left, loop.axis: extent},
                   start={**frame.start, loop.axis: ZERO}, extent={**frame.extent, loop.axis: extent},
                   counts={**frame.counts, loop.axis: counts})


def all_parts(tiles: Tiles, stage: StageState, loop: Loop, frame: Frame) -> Frame:
    """The frame as it is in a full tile, where a loop over parts begins: all of them get the identity."""
    for step in (loop, *stage.axes[loop.axis].members):
        if step.part and step.name == tiles.first_part(stage, step):
            if step.axis not in frame.left:
                frame = begin_fused(tiles, stage, step, frame)
            frame = replace(frame, left={**frame.left, step.axis: tiles.nominal(stage, step)})
    return frame
