"""The bench knows a slow machine by its incumbent."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from txc.tuner.lab import Candidate, Lab
from txc.tuner.measure.failure import CRASH, Failure
from txc.tuner.measure.lock import MachineLock
from txc.tuner.measure.pool import Pool, Timed


class FakePool:
    """Candidate n takes n milliseconds times `speed`; odd rows fail to build, row 4 crashes."""

    def __init__(self) -> None:
        self.speed = 1.0
        self.bests: list[float | None] = []
        self.started: list[tuple[list[int], bool]] = []
        self.built: list[tuple[list[int], bool]] = []
        self.rows: list[dict[int, Any]] = []

    def start(self, rows: dict[int, Any], *, final: bool = False) -> None:
        self.started.append((list(rows), final))
        self.rows.append(dict(rows))

    def build(self, rows: dict[int, Any], *, final: bool = False) -> dict[int, Failure | None]:
        self.built.append((list(rows), final))
        return {n: Failure("invalid", "odd") if row and row[0] % 2 else None for n, row in rows.items()}

    def measure(self, number: int, best: float | None) -> Timed | Failure:
        self.bests.append(best)
        return Timed((number * 1e-3 * self.speed,)) if number != 4 else Failure(CRASH, "died")

    measure_all = Pool.measure_all

    def time(self, number: int, seconds: float) -> Timed | Failure:
        return Timed((number * 1e-3 * self.speed,)) if number != 4 else Failure(CRASH, "died")


def make_lab(tmp_path: Path) -> tuple[Lab, FakePool]:
    pool = FakePool()
    return Lab(cast(Pool, cast(Any, pool)), MachineLock(tmp_path / "lock")), pool


def measured(lab: Lab, candidates: list[Candidate], incumbent: Candidate | None = None) -> bool:
    return lab.measure(candidates, incumbent, lambda candidate, slow: None)


def test_builds_tell_which_failed(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    candidates = [lab.candidate((n,)) for n in (2, 3)]
    lab.build(candidates)
    assert [c.built for c in candidates] == [True, False]
    assert candidates[1].failure == Failure("invalid", "odd")


def test_each_candidate_is_compared_with_the_best_so_far(tmp_path: Path):
    lab, pool = make_lab(tmp_path)
    candidates = [lab.candidate((0,)) for _ in range(3)]
    measured(lab, list(reversed(candidates)))
    assert pool.bests == [None, 0.003, 0.002]


def test_no_more_are_measured_once_there_is_no_time(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    candidates = [lab.candidate((0,)) for _ in range(3)]
    left = iter((True, False))
    lab.measure(candidates, None, lambda candidate, slow: None, lambda: next(left))
    assert [c.times for c in candidates] == [[0.001], [0.002], []]

def test_a_crash_is_a_failure_without_times(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    candidates = [lab.candidate((0,)) for _ in range(4)]
    measured(lab, candidates)
    assert candidates[3].failure == Failure(CRASH, "died")
    assert candidates[3].times == []


def test_a_slow_incumbent_says_that_the_machine_is_slow(tmp_path: Path):
    lab, pool = make_lab(tmp_path)
    incumbent, other = lab.candidate(None), lab.candidate(None)
    lab.build([incumbent, other])
    assert not measured(lab, [incumbent])
    assert not measured(lab, [other], incumbent)
    pool.speed = 1.3
    assert measured(lab, [], incumbent)
    pool.speed = 1.05
    assert not measured(lab, [], incumbent)


def test_candidates_of_earlier_runs_are_verified_before_they_are_timed(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    good, odd, lab_three = (lab.candidate((row,)) for row in (2, 3, 2))
    crashed = lab.candidate((2,))
    for candidate in (good, odd, lab_three, crashed):
        candidate.times = [0.5]
    lab.verify([good, odd, crashed])
    assert good.times == [0.5, 0.001]
    assert (odd.times, crashed.times) == ([], [])
    assert odd.failure is not None
    assert crashed.failure == Failure(CRASH, "died")


def test_times_of_another_generators_code_are_dropped_when_verified(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    candidate = lab.candidate((2,))
    candidate.times, candidate.outdated = [1e-6], True
    lab.verify([candidate])
    assert candidate.times == [0.001]
    assert not candidate.outdated


def test_a_candidate_that_fails_in_a_round_counts_as_infinitely_slow(tmp_path: Path):
    lab, _ = make_lab(tmp_path)
    candidates = [lab.candidate((2,)) for _ in range(4)]
    assert lab.time(candidates) == [0.001, 0.002, 0.003, float("inf")]


def test_final_candidates_are_the_same_rows_compiled_in_another_way(tmp_path: Path):
    lab, pool = make_lab(tmp_path)
    quick = lab.candidate((2,))
    quick.trial, quick.times = 7, [0.5]
    final = lab.as_final(quick)
    assert (final.row, final.trial, final.final, final.times) == ((2,), 7, True, [])
    lab.build([quick, final])
    assert pool.built == [([1], False), ([2], True)]


def test_a_schedule_of_another_space_is_built_from_its_text(tmp_path: Path):
    lab, pool = make_lab(tmp_path)
    final = lab.as_final(lab.candidate(None, ""))
    lab.start_building([final])
    assert (final.row, final.text) == (None, "")
    assert pool.rows == [{2: ""}]

def test_building_can_start_before_it_is_waited_for(tmp_path: Path):
    lab, pool = make_lab(tmp_path)
    batch = [lab.candidate((n,)) for n in (2, 4)]
    lab.start_building(batch)
    assert pool.started == [([1, 2], False)]
    assert not any(c.built for c in batch)
    lab.build(batch)
    assert all(c.built for c in batch)
