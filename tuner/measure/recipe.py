"""What the workers need from whatever is tuned: how to build a candidate, and how to run it.

A recipe travels to the workers once, pickled into a private file; after that only small JSON messages do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

Row = tuple[int, ...]

Filling = Row | str | None
"""A row of the space, the text of a schedule that is none of its, or None for the untuned default."""


class Bench(Protocol):
    """A built candidate, loaded, with its inputs and outputs at hand."""

    def verify(self) -> float:
        """Run once against the reference and give the seconds of that run.

        Raises:
            Rejected: the result is wrong, or the run said that it failed.
        """
        ...

    def time(self, repeats: int) -> float:
        """The seconds of the fastest of `repeats` runs, back to back."""
        ...


class Recipe(Protocol):
    """Builds and loads candidates. Each has a folder of its own, in the one for what all of them share."""

    def prepare(self, shared: Path) -> None:
        """Leave in a folder what all candidates share, such as the expected output; called first."""
        ...

    def warm(self, shared: Path) -> None:
        """Get the process that runs candidates ready for the first of them; called there, after `prepare`."""
        ...

    def build(self, row: Filling, folder: Path, *, final: bool) -> str:
        """Build the candidate of a row or of a schedule, or the untuned default, into an empty folder.

        With `final` it is compiled as the kernel is in the end, otherwise in whatever way is quick. Gives a
        name of the code: candidates of equal names are the same program; empty where that is not known.

        Raises:
            Rejected: the row is illegal or does not compile.
        """
        ...

    def load(self, folder: Path) -> Bench:
        """Load what `build` left in a folder."""
        ...
