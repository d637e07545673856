"""The gradient scheduler: the next round goes to the task where it promises to help the objective most.

As in Ansor (OSDI 2020, section 6 and appendix A): what a task gains by a round is guessed from what its last
rounds have gained, from optimism that fades with the rounds spent, and from the speed of similar tasks. Where
several tasks promise the same, the one with the fewest rounds is next; nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log

from .objective import Objective

ALPHA = 0.2
"""How much past gains count; the rest is hope."""

BETA = 2.0
"""A task may hope for this part of the speed of the fastest similar one, and below it is not similar."""

WINDOW = 3
"""Rounds over which past gains are taken."""

PATIENCE = 5
"""Rounds by which a slow task must be ahead of all others in its group before it leaves it."""

RATIO = 1.618
"""Operations within about such a factor make tasks of one operator similar."""

Tag = tuple[str, int]


def tag(operator: str, flops: int) -> Tag:
    """Tasks of equal tags are similar: one operator, operations of one order."""
    return operator, floor(log(max(flops, 1), RATIO))


@dataclass
class Progress:
    """What the scheduler knows of a task: its operations a run, its best seconds after each round so far.

    `tag` is None for a task that is like no other; no more rounds go to one that is `dead`.
    """

    flops: int
    tag: Tag | None
    history: list[float] = field(default_factory=list[float])
    dead: bool = False

    @property
    def seconds(self) -> float:
        """The best so far."""
        return self.history[-1]

    @property
    def rounds(self) -> int:
        """How many it has had."""
        return len(self.history)

    @property
    def speed(self) -> float:
        """Operations a second."""
        return self.flops / self.seconds


class GradientScheduler:
    """Says which of some tasks is next, and is told what came of it."""

    def __init__(self, tasks: Sequence[Progress], objective: Objective) -> None:
        self._tasks, self._objective = tasks, objective

    def pick(self) -> int | None:
        """The number of the next task; each is warmed up by one round first. None if all are dead."""
        alive = {n: task for n, task in enumerate(self._tasks) if not task.dead}
        cold = next((n for n, task in alive.items() if not task.rounds), None)
        if cold is not None or not alive:
            return cold
        slopes = self._objective.slopes({n: task.seconds for n, task in alive.items()})
        gains = {n: slopes[n] * self._gain(task) for n, task in alive.items()}
        return min(alive, key=lambda n: (gains[n], self._tasks[n].rounds, n))

    def spent(self, number: int, seconds: float) -> None:
        """A round of a task is done, which now needs so many seconds at best; infinite is its death."""
        task = self._tasks[number]
        if seconds == float("inf"):
            task.dead = True
            return
        task.history.append(seconds)
        others = [other for other in self._group(task) if other is not task]
        if others and self._too_slow(task, others):
            task.tag = None

    def _gain(self, task: Progress) -> float:
        """By how many seconds a round is thought to change a task's latency; zero or less."""
        past = 0.0
        if task.rounds > WINDOW:
            past = (task.seconds - task.history[-1 - WINDOW]) / WINDOW
        hoped = task.seconds - task.seconds / task.rounds
        group = self._group(task)
        if len(group) > 1 and task.flops:
            hoped = min(hoped, BETA * task.flops / max(other.speed for other in group))
        return ALPHA * past + (1 - ALPHA) * (hoped - task.seconds)

    def _group(self, task: Progress) -> list[Progress]:
        return [t for t in self._tasks if t.rounds and t.tag == task.tag] if task.tag else []

    @staticmethod
    def _too_slow(task: Progress, others: list[Progress]) -> bool:
        """Whether a task was tuned for long and is still far from the speed of those it seemed to be like."""
        far = task.speed < max(other.speed for other in others) / BETA
        return far and task.rounds > PATIENCE + max(other.rounds for other in others)
