"""Where a loop over partial results begins: all of them get the identity."""

from __future__ import annotations

from dataclasses import replace

from ..schedule.state import Loop, StageState
from .frame import Frame
from .fused import begin_fused
from .tiles import Tiles


def all_parts(tiles: Tiles, stage: StageState, loop: Loop, frame: Frame) -> Frame:
    """The frame as it is in a full tile, where a loop over parts begins: all of them get the identity."""
    for step in (loop, *stage.axes[loop.axis].members):
        if step.part and step.name == tiles.first_part(stage, step):
            if step.axis not in frame.left:
                frame = begin_fused(tiles, stage, step, frame)
            frame = replace(frame, left={**frame.left, step.axis: tiles.nominal(stage, step)})
    return frame
