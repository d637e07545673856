"""The scheduler spends rounds where the objective gains most. Tasks are curves: seconds after each round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from txc.tuner.tasks.gradient import GradientScheduler, Progress, tag
from txc.tuner.tasks.objective import GeoMean, Objective, Sum, Worst

Curve = Callable[[int], float]

EQUAL = (1.0, 1.0, 1.0)


def hyperbola(start: float, floor: float) -> Curve:
    """Falls from `start` to `floor`, as searches do: fast at first."""
    return lambda rounds: floor + (start - floor) / rounds


def play(curves: list[Curve], objective: Objective, rounds: int) -> list[int]:
    """Which task got each round."""
    tasks = [Progress(0, None) for _ in curves]
    scheduler = GradientScheduler(tasks, objective)
    picks: list[int] = []
    while len(picks) < rounds and (number := scheduler.pick()) is not None:
        scheduler.spent(number, curves[number](tasks[number].rounds + 1))
        picks.append(number)
    return picks


def reached(curves: list[Curve], objective: Objective, picks: list[int]) -> float:
    return objective.value({n: curves[n](count) for n, count in Counter(picks).items()})


def test_every_task_is_warmed_up_once_in_order():
    assert play([hyperbola(9, 1), hyperbola(1, 0.9), hyperbola(5, 5)], Sum(EQUAL), 3) == [0, 1, 2]


LARGE, SMALL, FLAT = hyperbola(10.0, 1.0), hyperbola(0.1, 0.05), (lambda rounds: 0.5)


@pytest.mark.parametrize("objective", [
    Sum((1.0, 1.0, 1.0)), Sum((1.0, 50.0, 1.0)), Worst((1.0, 1.0, 1.0)), Worst((1.0, 40.0, 1.0)),
    GeoMean((1.0, 1.0, 1.0), {}), GeoMean((5.0, 1.0, 1.0), {0: 10.0, 1: 0.1, 2: 0.5})])
def test_it_beats_taking_turns(objective: Objective):
    """After as many rounds the objective is better than with turns, whatever it is."""
    curves = [LARGE, SMALL, FLAT]
    picks = play(curves, objective, 18)
    turns = [n % 3 for n in range(18)]
    assert reached(curves, objective, picks) < reached(curves, objective, turns)


def test_the_task_that_takes_the_time_gets_the_rounds():
    counts = Counter(play([LARGE, SMALL], Sum((1.0, 1.0)), 30))
    assert counts[0] > 20


def test_a_weight_moves_rounds_to_its_task():
    even = Counter(play([SMALL, SMALL], Sum((1.0, 1.0)), 30))
    heavy = Counter(play([SMALL, SMALL], Sum((1.0, 20.0)), 30))
    assert abs(even[0] - even[1]) <= 1
    assert heavy[1] > even[1] + 5


def test_for_the_worst_case_rounds_go_to_whichever_is_worst():
    curves = [hyperbola(8.0, 1.0), hyperbola(6.0, 1.0)]
    picks = play(curves, Worst((1.0, 1.0)), 20)
    last = {n: curves[n](count) for n, count in Counter(picks).items()}
    assert last[0] == pytest.approx(last[1], rel=0.2)


def test_equal_tasks_take_turns():
    assert play([FLAT] * 3, Sum(EQUAL), 9) == [0, 1, 2] * 3


def test_one_task_gets_everything():
    assert play([LARGE], Sum((1.0,)), 5) == [0] * 5


def test_dead_tasks_get_nothing_and_when_all_are_dead_it_ends():
    def dead(rounds: int) -> float:
        return float("inf")

    assert play([dead, LARGE], Sum((1.0, 1.0)), 5) == [0, 1, 1, 1, 1]
    assert play([dead, dead], Sum((1.0, 1.0)), 5) == [0, 1]


def test_past_gains_count_among_tasks_of_equal_latency():
    """Of two tasks at two seconds after as many rounds, the one that still improves is next."""
    stuck = Progress(0, None, [2.0, 2.0, 2.0, 2.0, 2.0])
    moving = Progress(0, None, [9.0, 7.0, 5.0, 3.0, 2.0])
    assert GradientScheduler([stuck, moving], Sum((1.0, 1.0))).pick() == 1


def test_a_slow_task_hopes_for_the_speed_of_similar_ones():
    """After many rounds of both, only the comparison with a fast sibling promises a gain."""
    history = [4.0] * 30
    other = Progress(100, None, [4.1] * 30)
    fast, like = Progress(100, None, [0.1] * 30), Progress(100, None, history)
    assert GradientScheduler([fast, like, other], Sum(EQUAL)).pick() == 2
    fast.tag = like.tag = tag("dense", 100)
    assert GradientScheduler([fast, like, other], Sum(EQUAL)).pick() == 1


def test_a_task_that_stays_slow_leaves_its_group():
    fast, slow = Progress(100, tag("dense", 100), [0.1] * 3), Progress(100, tag("dense", 100), [4.0] * 3)
    scheduler = GradientScheduler([fast, slow], Sum((1.0, 1.0)))
    for _ in range(5):
        scheduler.spent(1, 4.0)
    assert slow.tag is not None
    scheduler.spent(1, 4.0)
    assert slow.tag is None
    assert fast.tag is not None


def test_tags_are_of_operators_and_of_operations_to_a_power_of_1_618():
    assert tag("dense", 1000) == tag("dense", 1100)
    assert tag("dense", 1000) != tag("dense", 1700)
    assert tag("dense", 1000) != tag("conv", 1000)
    assert tag("copy", 0) == ("copy", 0)


def test_it_is_the_same_every_time():
    curves = [LARGE, SMALL, FLAT, hyperbola(3.0, 0.5)]
    weights = (1.0, 3.0, 0.5, 1.0)
    assert play(curves, Sum(weights), 40) == play(curves, Sum(weights), 40)
