"""What a bench needs of whoever builds and times candidates: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from .failure import Failure
from .pool import Timed
from .recipe import Filling


class Workers(Protocol):
    """Build and time candidates, each known by a number. Leaving the context ends all that was begun."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None: ...

    @property
    def place(self) -> str:
        """The machine on which `time` runs now; empty for this one."""
        ...

    @property
    def machine(self) -> str:
        """The name of the processor on which candidates are timed; empty for this machine's."""
        ...

    def prepare(self) -> Failure | None:
        """Compute what all candidates share."""
        ...

    def start(self, rows: Mapping[int, Filling], *, final: bool = False) -> None:
        """Have candidates built while others are timed, where that disturbs none; `build` waits for them."""
        ...

    def build(self, rows: Mapping[int, Filling], *, final: bool = False) -> dict[int, Failure | None]:
        """Build candidates by number, the untuned default for None; what went wrong with each, or None.

        With `final` they are compiled as the kernel is in the end, otherwise in whatever way is quick.
        """
        ...

    def measure_all(self, numbers: Sequence[int],
                    best: float | None) -> Iterator[tuple[int, Timed | Failure]]:
        """Verify and time built candidates, each exactly once, in any order, as results come.

        `best` is the seconds of the best so far; slower ones may be cut short.
        """
        ...

    def time(self, number: int, seconds: float) -> Timed | Failure:
        """Time a right candidate again, for about so many seconds; always on the machine `place`."""
        ...

    def forget(self, numbers: Sequence[int]) -> None:
        """Remove candidates that will not be timed again."""
        ...

    def rest(self) -> None:
        """Give back what can be had again when there is more to do."""
        ...
