"""What a target's instructions can do for generated C."""

from __future__ import annotations

from dataclasses import dataclass

from ..target.target import Target


@dataclass(frozen=True, slots=True)
class Abilities:
    """`fused`: multiply and add are one operation. `rounds`: vectors are rounded to whole numbers by one."""

    fused: bool = False
    rounds: bool = False


def abilities(target: Target) -> Abilities:
    """The abilities of a target."""
    return Abilities(fused=not {"fma", "aarch64"}.isdisjoint(target.features),
                     rounds="sse4_2" in target.features)
