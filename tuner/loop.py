"""The tuning of one task: rounds of a session until its budget is spent, then the end."""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock
from .events import Event, Finished
from .options import Budget, Options
from .outcome import FINISHED, INTERRUPTED, Outcome
from .problem import Problem
from .records import Records
from .search.searcher import Searcher
from .session import Session, opened


def run(problem: Problem, searcher: Searcher, budget: Budget, records: Records,
        on_event: Callable[[Event], None] = lambda event: None, options: Options | None = None) -> Outcome:
    """Tune until the budget is spent, the space exhausted, or KeyboardInterrupt; resumes what is recorded.

    Raises TxcError R651 if what verifies candidates cannot be computed.
    """
    options = options or Options()
    clock = Clock(budget.seconds)
    with opened(problem, searcher, records, on_event, options, clock) as session:
        try:
            status = _tune(session, budget, clock, options.batch)
        except KeyboardInterrupt:
            status = INTERRUPTED
    outcome = session.outcome(status)
    on_event(Finished(outcome))
    return outcome


def _tune(session: Session, budget: Budget, clock: Clock, batch: int) -> str:
    """Everything that a session does; why it has stopped."""
    if session.ledger.settled(budget.trials):
        session.greet(budget)
        return FINISHED
    session.begin()
    session.greet(budget)
    status = session.tired
    while status is None and (wanted := _wanted(session, budget, clock, batch)) > 0:
        ending = session.ending
        status = session.round(wanted, _wanted(session, budget, clock, batch, wanted),
                               lambda ending=ending: clock.for_search(ending) > 0)
    session.finish(lambda: clock.left > 0)
    return status or FINISHED


def _wanted(session: Session, budget: Budget, clock: Clock, batch: int, under_way: int = 0) -> int:
    """How many rows the next round may have, 0 when the budget is spent; there is time for one at least.

    `under_way` are rows that are to be tried before.
    """
    left = batch
    if budget.trials is not None:
        left = min(left, budget.trials - len(session.ledger.trials) - under_way)
    first = not session.ledger.new and not under_way
    affordable = clock.affordable(session.ending, session.pace) - under_way
    return int(max(0, min(left, max(affordable, first))))
