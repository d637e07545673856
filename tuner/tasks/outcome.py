"""What a job of several tasks came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..outcome import FINISHED, Outcome


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The end of a job: the outcome of each task, in the order in which they were given.

    `status` is that of the tasks if they agree, else `finished`. `value` is the objective with what was
    found, `default_value` with the untuned defaults; None where no task has a time.
    """

    status: str
    outcomes: tuple[Outcome, ...]
    objective: str
    value: float | None
    default_value: float | None
    elapsed: float

    @property
    def valid(self) -> int:
        """How many tasks have a valid trial."""
        return sum(outcome.valid > 0 for outcome in self.outcomes)

    @property
    def improvement(self) -> float | None:
        """How many times better the objective is than with the untuned defaults."""
        return self.default_value / self.value if self.value and self.default_value else None


def common_status(statuses: Sequence[str]) -> str:
    """The status of a job whose tasks ended so."""
    return statuses[0] if len(set(statuses)) == 1 else FINISHED
