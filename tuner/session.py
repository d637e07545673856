"""One task being tuned: a kernel's space, a searcher, and what was tried, advanced round by round.

It knows nothing of schedules: a `Problem` says how rows are built and what their records hold. Nor of
budgets: `loop.run` and the scheduler of several tasks say when there is another round.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from ..dsl.diagnostics import Diagnostic, TxcError
from .clock import Clock, ending
from .events import Event, Phase, Round, Started, Trial
from .final import as_final, compare, contenders, hoped_seconds, promising, time_again, unlike, winner
from .lab import Candidate, Lab, always
from .ledger import Ledger
from .options import Budget, Options
from .outcome import EXHAUSTED, FAILING, STALLED, Outcome
from .population import points
from .problem import Problem
from .records import Records
from .runner import opened_lab
from .search.searcher import Searcher

KEPT = 32
"""Built candidates that stay at hand for timing again."""

FAILURES = 150
"""So many trials failing one after another end a search: there is a defect, or nothing to be found."""

RUNS = 6
"""So many runs of the default a trial is thought to take, before any: verifying in two ways, then timing."""


@contextmanager
def opened(problem: Problem, searcher: Searcher, records: Records, on_event: Callable[[Event], None],
           options: Options, clock: Clock) -> Generator[Session]:
    """A session with workers of its own, which end with it."""
    blank = problem.blank
    if options.fresh:
        records.retire(blank.key, blank.template_hash)
    records.retire_failures(blank.key, blank.template_hash, blank.generator)
    with opened_lab(problem, options) as lab:
        records.machine = lab.machine
        yield Session(problem, searcher, records, on_event, options, lab, clock)


class Session:
    """`begin`, then `round` while it gives no reason to stop and there is a budget, then `finish`."""

    def __init__(self, problem: Problem, searcher: Searcher, records: Records,
                 on_event: Callable[[Event], None], options: Options, lab: Lab, clock: Clock) -> None:
        self._problem, self._searcher, self._emit, self._options = problem, searcher, on_event, options
        self._lab, self._clock = lab, clock
        self.ledger = Ledger(problem, records, options.seed, lab)
        self._default = lab.candidate(None)
        self._ahead: list[Candidate] = []
        self._rounds, self._searching = 0, 0.0

    @property
    def kernel(self) -> str:
        """The name of what is tuned."""
        return self._problem.blank.kernel

    @property
    def default_seconds(self) -> float | None:
        """The untuned default's time; None before `begin`, and where the default fails."""
        return self._default.seconds if self._default.times else None

    @property
    def pace(self) -> float:
        """Seconds a trial of this run; before the first a guess, 0 where there is nothing to guess from."""
        if self.ledger.new:
            return self._searching / self.ledger.new
        return RUNS * (self.default_seconds or 0.0)

    @property
    def ending(self) -> float:
        """About how many seconds `finish` will take."""
        return ending(self.ledger.candidates, self._default, self._searching)

    @property
    def tired(self) -> str | None:
        """Why there should be no more rounds: too many trials have failed, or none was better for long."""
        if self.ledger.failed_last >= FAILURES:
            return FAILING
        patience = self._options.early_stop
        return STALLED if patience and self.ledger.unimproved >= patience else None

    def greet(self, budget: Budget) -> None:
        """Say what is tuned, and what is known of it."""
        known = self.default_seconds
        if known is None and (choice := self.ledger.choice()) is not None:
            known = choice.default_seconds
        self._emit(Started(self.kernel, points(self._problem.space), self.ledger.known, budget.trials,
                           budget.seconds, known))

    # ── the search ───────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Compute what candidates are verified with, and measure the default; tell what is known already.

        Raises TxcError R651 if that cannot be computed.
        """
        self._emit(Phase("prepare"))
        failure = self._lab.prepare()
        if failure:
            message = f"cannot compute what to verify candidates with: {failure.message}"
            raise TxcError([Diagnostic("R651", message, hint="tune at smaller sizes")])
        self.ledger.reopen()
        self._lab.build([self._default])
        if self._default.built:
            self._lab.measure([self._default], None, lambda candidate, slow: None)
        if self._default.times:
            self.ledger.compare_with(self._default)
        self._renew()
        self._tell(self.ledger.candidates)

    def _renew(self) -> None:
        """Time the best anew that are of other code or another compiler: such times do not compare.

        It may take half of the time for the search.
        """
        old = promising([c for c in self.ledger.candidates if c.outdated])
        most = min(len(old), self._clock.affordable(self.ending, self.pace) // 2)
        for candidate in self._verified(old[:int(most)]):
            self.ledger.retime(candidate)

    def _verified(self, candidates: list[Candidate]) -> list[Candidate]:
        """Those that are right still, built."""
        self._lab.verify(candidates)
        for candidate in candidates:
            self.ledger.reject(candidate)       # of another generator or compiler perhaps
        self.ledger.review()
        return [c for c in candidates if c.times]

    def round(self, wanted: int, ahead: int = 0, in_time: Callable[[], bool] = always) -> str | None:
        """Ask for up to `wanted` rows, build, time and record them; the reason if no round should follow.

        Where timing leaves cores free, the first `ahead` rows of the next round are built meanwhile. They are
        asked for before the searcher hears of this round. Once it is not `in_time`, what is not timed yet is
        left alone.
        """
        start = time.monotonic()
        batch, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
        batch += self._ask(wanted - len(batch))
        if not batch:
            return EXHAUSTED
        self._batch(batch, ahead if self._builds_meanwhile else 0, in_time)
        self._searching += time.monotonic() - start
        return self.tired

    @property
    def _builds_meanwhile(self) -> bool:
        """Whether cores are free while something is timed; the workers of a cluster do only what is asked."""
        return not self._options.runner and self._problem.blank.key.threads < self._options.builders

    def _ask(self, wanted: int) -> list[Candidate]:
        rows = self._searcher.ask(wanted) if wanted > 0 else ()
        return [self._lab.candidate(tuple(map(int, row))) for row in rows]

    def _batch(self, batch: list[Candidate], ahead: int, in_time: Callable[[], bool]) -> None:
        self._emit(Phase("build"))
        self._lab.build(batch)
        more = self._ask(ahead - len(self._ahead))
        self._ahead += more
        self._lab.start_building(more)
        for candidate in batch:
            if not candidate.built:
                self._record(candidate, slow=False)
        self._emit(Phase("time"))
        best = self._incumbent()
        slow = self._lab.measure([c for c in batch if c.built], best, self._record, in_time)
        again = self._doubt(batch) if slow else self._requeue()
        if best is not None:
            self.ledger.note(best)
            again.append(best)
        self._tell([*batch, *again])
        self._tidy()
        self._rounds += 1
        ledger = self.ledger
        self._emit(Round(self._rounds, len(ledger.trials), ledger.new, ledger.best, self.default_seconds,
                         ledger.failures, slow, self._clock.elapsed))

    def _record(self, candidate: Candidate, slow: bool) -> None:
        """Store a trial, then report it."""
        stored = self.ledger.add(candidate, slow)
        self._emit(Trial(len(self.ledger.trials), stored, self.ledger.best))

    def _doubt(self, batch: Sequence[Candidate]) -> list[Candidate]:
        """The machine was slow: what was measured now is provisional. There is nothing more to tell."""
        for candidate in batch:
            if candidate.trial and candidate.times and not candidate.provisional:
                candidate.provisional = True
                self.ledger.retime(candidate)
        return []

    def _requeue(self) -> list[Candidate]:
        """The machine is quick again: time what was measured while it was not, unless hopeless anyway."""
        best = self.ledger.best or 0.0
        doubtful = [c for c in self.ledger.candidates if c.provisional and c.built and c.seconds < 2 * best]
        chosen = doubtful[:self._options.batch]
        self._lab.time(chosen)
        for candidate in chosen:
            candidate.provisional = False
            self.ledger.retime(candidate)
        return chosen

    def _incumbent(self) -> Candidate | None:
        found = (self._default, *self.ledger.candidates)
        built = [c for c in found if c.built and c.times and not c.provisional]
        return min(built, key=lambda c: c.seconds, default=None)

    def _tidy(self) -> None:
        """Forget what was built for candidates that are not among the best."""
        built = sorted((c for c in self.ledger.candidates if c.built), key=hoped_seconds)
        self._lab.forget(built[KEPT:])

    def _tell(self, candidates: Sequence[Candidate]) -> None:
        rows, seconds = self.ledger.rows(candidates)
        if len(rows):
            self._searcher.tell(rows, seconds)

    def rest(self) -> None:
        """End the workers until there is more to do; another session is in hand."""
        self._lab.rest()

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────

    def finish(self, in_time: Callable[[], bool]) -> None:
        """Time the promising ones again, then choose among the best and the default."""
        self._emit(Phase("again"))
        chosen = self._verified(promising(self.ledger.candidates))
        time_again(self._lab, chosen, in_time)
        for candidate in chosen:
            self.ledger.retime(candidate)
        if chosen and self._default.times:
            self._emit(Phase("compare"))
            self._choose(contenders(unlike(self._default, chosen)), in_time)

    def _choose(self, best: list[Candidate], in_time: Callable[[], bool]) -> None:
        """Compare the best, and what another template has given, with the default."""
        rival = self.ledger.rival()
        finalists = [self._default, *([rival] if rival else []), *best]
        untuned, *made = as_final(self._lab, finalists, in_time)
        for candidate in made:
            self.ledger.reject(candidate)
        made = unlike(untuned, [c for c in made if c.times])
        if not untuned.times:
            return
        if not made:
            self.ledger.stay(untuned)
            return
        default, *least = compare(self._lab, [untuned, *made], in_time, self._searching)
        for candidate in made:
            self.ledger.ship(candidate)
        first = winner(made, least)
        self.ledger.choose(made[first], least[first], untuned, default)

    def outcome(self, status: str) -> Outcome:
        """What the session has come to."""
        return self.ledger.outcome(status, self.default_seconds, self._clock.elapsed)
