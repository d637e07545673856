"""Timing in turns: who has how many groups, and in which order."""

import pytest
from txc.bench.rounds import Contender, due, interleave


def contender(name: str, ns: int, log: list[str]) -> Contender:
    def run(calls: int) -> list[int]:
        log.append(name)
        return [ns + call for call in range(calls)]

    return Contender(name, run)


def test_contenders_take_turns_in_every_round_over_all_groups():
    log: list[str] = []
    groups = [[contender("a", 10, log), contender("b", 20, log)], [contender("c", 30, log)]]
    for each in (c for group in groups for c in group):
        each.rounds = 2
    told: list[object] = []
    interleave(groups, 2, lambda group: told.append(f"group {group}"), told.append)
    assert log == ["a", "a", "b", "b", "c", "c"] * 2        # one call to warm up, then the group
    assert told == ["group 0", "group 1", 1, "group 0", "group 1", 2]


def test_a_slow_contender_sits_out_evenly():
    assert [r for r in range(20) if due(r, 20, 4)] == [4, 9, 14, 19]
    assert all(due(r, 20, 20) for r in range(20))


def test_calls_fill_a_group_and_rounds_a_budget():
    quick, slow = contender("quick", 1000, []), contender("slow", 2 * 10**9, [])
    quick.calibrate(20, 10.0)
    slow.calibrate(20, 20.0)
    assert (quick.calls, quick.rounds) == (1000, 20)
    assert (slow.calls, slow.rounds) == (2, 3)
    slow.calibrate(20, 1.0)
    assert slow.rounds == 3


def test_the_best_call_and_the_median_of_medians():
    timed = contender("x", 1000, [])
    timed.calls, timed.rounds = 3, 1
    timed.turn()
    timed.turn()
    assert (timed.best, timed.median) == (pytest.approx(1e-6), pytest.approx(1.001e-6))
