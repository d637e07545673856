"""Names for what rules add to a schedule: loops, stages and knobs that nothing else has."""

from __future__ import annotations

from collections.abc import Collection


def word(stage: str) -> str:
    """A stage's name without dots, to make other names of."""
    return stage.replace(".", "_")


def fresh(name: str, taken: Collection[str]) -> str:
    """The name, without dots, and with as many underscores behind it as make it new.

    The parts of loops stay different from each other too: behind a name and a digit there are only
    underscores.
    """
    name = word(name)
    while name in taken:
        name += "_"
    return name


def pair(axis: str, taken: Collection[str]) -> tuple[str, str]:
    """Names for the two parts of an axis of a stage that rules made, where `taken` are the stage's axes."""
    return fresh(f"{axis}_0", taken), fresh(f"{axis}_1", taken)
