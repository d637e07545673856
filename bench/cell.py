"""One search, followed: which rows it held for the best after how many trials, and how fast they are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from txc.tuner.clock import Clock
from txc.tuner.events import Event, Trial
from txc.tuner.lab import Candidate
from txc.tuner.measure.recipe import Row
from txc.tuner.options import Options
from txc.tuner.problem import Problem
from txc.tuner.records import Records
from txc.tuner.runner import opened_lab
from txc.tuner.search.searcher import Searcher
from txc.tuner.session import opened


@dataclass
class Trail:
    """The incumbents of a search: after which trial a row was the best, and the seconds believed then.

    `rows` and `seconds` are those of all trials, None for one that failed.
    """

    incumbents: list[tuple[int, Row, float]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    seconds: list[float | None] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        """Hear of a trial."""
        if isinstance(event, Trial):
            self.rows.append(event.record.row)
            self.seconds.append(event.record.score)
            known = self.incumbents[-1][2] if self.incumbents else float("inf")
            if event.record.score is not None and event.record.score < known:
                self._follow(event.number, event.record.row, event.record.score)

    def settle(self, candidates: Sequence[Candidate]) -> None:
        """After a round: times taken again may have made another row the best."""
        best = min((c for c in candidates if c.times), key=lambda c: c.seconds, default=None)
        self.seconds = [c.seconds if c.times else None for c in candidates]
        if best is not None and best.row is not None:
            self._follow(len(candidates), best.row, best.seconds)

    def _follow(self, number: int, row: Row, seconds: float) -> None:
        if not self.incumbents or self.incumbents[-1][1] != row:
            self.incumbents.append((number, row, seconds))
        else:
            self.incumbents[-1] = (self.incumbents[-1][0], row, seconds)


def followed(problem: Problem, searcher: Searcher, trials: int, options: Options) -> Trail:
    """Search from an empty file of records for so many trials; the end with its comparison is left out."""
    trail = Trail()
    with tempfile.TemporaryDirectory() as folder, Records(Path(folder, "records.db")) as records, \
            opened(problem, searcher, records, trail, options, Clock()) as session:
        session.begin()
        status = None
        while status is None and (left := trials - len(session.ledger.trials)) > 0:
            status = session.round(min(left, options.batch))
            trail.settle(session.ledger.candidates)
    return trail


def retimed(problem: Problem, rows: Sequence[Row], options: Options, rounds: int,
            say: Callable[[str], None] = lambda text: None) -> dict[Row, float]:
    """The seconds of rows, all timed in turns: those of one search are disturbed as those of another are."""
    with opened_lab(problem, options) as lab:
        if failure := lab.prepare():
            raise RuntimeError(failure.message)
        candidates = [lab.candidate(row) for row in dict.fromkeys(rows)]
        lab.build(candidates)
        built = [c for c in candidates if c.built]
        lab.measure(built, None, lambda candidate, slow: None)
        right = [c for c in built if c.times]
        for number in range(rounds):
            say(f"  round {number + 1} of {rounds}: {len(right)} incumbents")
            start = number * len(right) // rounds
            lab.time([*right[start:], *right[:start]])
    return {c.row: c.seconds for c in right if c.row is not None}
