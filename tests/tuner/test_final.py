"""The end of a run compares like with like."""

from __future__ import annotations

from typing import Any, cast

import pytest
from txc.tuner import final
from txc.tuner.final import (
    AT_ONCE,
    CONTENDERS,
    FEWEST_ROUNDS,
    LEAST_PATIENCE,
    MOST_PATIENCE,
    MOST_ROUNDS,
    ROUNDS,
    allowance,
    as_final,
    beats,
    compare,
    contenders,
    promising,
    time_again,
    unlike,
    winner,
)
from txc.tuner.lab import Candidate, Lab
from txc.tuner.measure.failure import WRONG, Failure


class FakeLab:
    """Times candidates without running anything; in round n everything is `drift[n]` times slower."""

    def __init__(self, *drift: float) -> None:
        self.rounds: list[list[int]] = []
        self.drift = drift or (1.0,)

    def time(self, candidates: list[Candidate]) -> list[float]:
        factor = self.drift[len(self.rounds) % len(self.drift)]
        self.rounds.append([c.number for c in candidates])
        times = [c.number * 1e-3 * factor for c in candidates]
        for c, t in zip(candidates, times, strict=True):
            c.times.append(t)
        return times


def as_lab(lab: FakeLab) -> Lab:
    return cast(Lab, cast(Any, lab))


def timed(number: int, seconds: float, *, provisional: bool = False) -> Candidate:
    return Candidate(number, (number,), times=[seconds], provisional=provisional)


def always() -> bool:
    return True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(final, "PAUSE", 0.0)


def test_the_promising_are_the_best_few():
    many = [timed(n, n) for n in range(100, 0, -1)]
    assert [c.number for c in promising(many)] == list(range(1, 16))
    assert len(promising(many[:10])) == 8
    assert len(promising(many * 10)) == 24


def test_failed_candidates_are_not_promising():
    assert promising([Candidate(1, (1,)), timed(2, 1.0)]) == [timed(2, 1.0)]


def test_provisional_times_are_taken_for_better_than_they_look():
    found = promising([timed(n, 1.0) for n in range(8)] + [timed(9, 1.2, provisional=True)])
    assert found[0].number == 9


def test_timing_again_improves_times_and_settles_them():
    lab, slow = FakeLab(1.3, 1.0), timed(2, 0.005, provisional=True)
    time_again(as_lab(lab), [slow, timed(3, 0.005)], always)
    assert slow.seconds == 0.002
    assert not slow.provisional
    assert lab.rounds == [[2, 3]] * 4


def test_without_time_left_nothing_is_timed_again():
    lab, slow = FakeLab(), timed(2, 0.005, provisional=True)
    time_again(as_lab(lab), [slow], lambda: False)
    assert lab.rounds == []
    assert slow.provisional


@pytest.mark.parametrize(("seconds", "count"), [(1e-5, CONTENDERS), (0.05, CONTENDERS), (0.2, 4), (5.0, 2)])
def test_slow_kernels_get_fewer_contenders(seconds: float, count: int):
    assert len(contenders([timed(n, seconds) for n in range(30)])) == count


def test_candidates_take_turns_in_twenty_rounds_with_turning_order():
    lab = FakeLab(1.5, 1.0, 1.2)
    least = compare(as_lab(lab), [timed(n, n * 0.001) for n in (3, 1, 2)], always)
    assert least == [0.003, 0.001, 0.002]
    assert len(lab.rounds) == ROUNDS
    assert lab.rounds[:3] == [[3, 1, 2], [1, 2, 3], [2, 3, 1]]


def test_slow_kernels_get_fewer_rounds_but_some():
    lab = FakeLab()
    compare(as_lab(lab), [timed(1, 10.0), timed(2, 10.0)], always)  # both faster than they were: quiet
    assert len(lab.rounds) == FEWEST_ROUNDS


def test_a_budget_that_is_spent_still_gives_some_rounds():
    lab = FakeLab()
    compare(as_lab(lab), [timed(1, 0.001), timed(2, 0.001)], lambda: False)
    assert len(lab.rounds) == FEWEST_ROUNDS


def test_slow_rounds_are_followed_by_more_until_some_were_quiet():
    """The 20 rounds planned are all slow; then every second one is quiet, and five of these suffice."""
    lab = FakeLab(*[6.0] * ROUNDS, *[1.0, 6.0] * 20)
    assert compare(as_lab(lab), [timed(2, 0.002), timed(1, 0.001)], always) == [0.002, 0.001]
    assert len(lab.rounds) == ROUNDS + 9


def test_a_machine_that_stays_slow_ends_the_comparison_all_the_same(monkeypatch: pytest.MonkeyPatch):
    lab = FakeLab(6.0)
    assert compare(as_lab(lab), [timed(2, 0.002), timed(1, 0.001)], always) == [0.012, 0.006]
    assert len(lab.rounds) == MOST_ROUNDS
    monkeypatch.setattr(final, "LEAST_PATIENCE", 0.0)
    impatient = FakeLab(6.0)
    compare(as_lab(impatient), [timed(2, 0.002), timed(1, 0.001)], always)
    assert len(impatient.rounds) == ROUNDS


def test_rounds_are_spread_over_a_part_of_the_run(monkeypatch: pytest.MonkeyPatch):
    """After 50 seconds the rounds may take five: between two of 9 ms there are 241 ms."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    compare(as_lab(FakeLab()), [timed(n, n * 0.001) for n in (3, 1, 2)], always, elapsed=50.0)
    assert pauses == pytest.approx([0.0] + [0.241] * (ROUNDS - 1))


class FakeBuilds:
    """Compiles a candidate in a second of `clock`; it takes 1 ms more than before, and row 3 fails."""

    def __init__(self) -> None:
        self.clock = 0.0

    def as_final(self, candidate: Candidate) -> Candidate:
        return Candidate(candidate.number + 100, candidate.row, candidate.trial, final=True)

    def verify(self, candidates: list[Candidate]) -> None:
        self.clock += len(candidates)
        for c in candidates:
            if c.row == (3,):
                c.failure = Failure(WRONG, "differs")
            else:
                c.times.append((c.number - 100) * 1e-3 + 1e-3)


def finals(count: int, monkeypatch: pytest.MonkeyPatch, in_time=always) -> list[Candidate]:  # pyright: ignore
    builds = FakeBuilds()
    monkeypatch.setattr("time.monotonic", lambda: builds.clock)
    return as_final(cast(Lab, cast(Any, builds)), [timed(n, n * 1e-3) for n in range(1, count + 1)], in_time)


def test_contenders_are_compiled_anew_and_keep_only_what_they_show_then(monkeypatch: pytest.MonkeyPatch):
    made = finals(4, monkeypatch)
    assert [c.final for c in made] == [True] * 4
    assert [c.times for c in made] == [[pytest.approx(t)] for t in (0.002, 0.003)] + [[], [0.005]]
    assert made[2].failure == Failure(WRONG, "differs")


def test_slow_compilers_get_fewer_contenders(monkeypatch: pytest.MonkeyPatch):
    assert len(finals(30, monkeypatch)) == 12
    assert len(finals(30, monkeypatch, in_time=lambda: False)) == AT_ONCE


def test_the_same_program_counts_once():
    same = [Candidate(n, (n,), times=[n * 1e-3], code="x") for n in (1, 2)]
    other, unknown = Candidate(3, (3,), times=[0.003], code="y"), [timed(4, 0.004), timed(5, 0.005)]
    for choose in (promising, contenders):
        assert [c.number for c in choose([*same, other, *unknown])] == [1, 3, 4, 5]


def test_the_default_has_no_rival_in_its_own_program():
    default, twin, other = (Candidate(n, (n,), times=[0.001], code=code) for n, code in enumerate("xxy"))
    assert unlike(default, [twin, other, timed(9, 0.002)]) == [other, timed(9, 0.002)]
    assert unlike(timed(8, 0.001), [timed(9, 0.002)]) == [timed(9, 0.002)]

def test_patience_is_a_part_of_the_run_within_bounds():
    assert [allowance(s) for s in (1.0, 40.0, 3600.0)] == [LEAST_PATIENCE, 10.0, MOST_PATIENCE]


def test_known_times_decide_where_rounds_were_slow():
    """What has shown 1.21 ms wins over what never came below 3.96 ms, whatever a slow phase makes of it."""
    known, lucky = timed(1, 0.00121), timed(2, 0.00396)
    assert winner([lucky, known], [0.00398, 0.00778]) == 1


@pytest.mark.parametrize(("best", "round_best", "default", "round_default", "better"), [
    (0.001, 0.001, 0.002, 0.002, True),
    (0.001, 0.001, 0.00101, 0.00101, False),    # by too little
    (0.001, 0.003, 0.002, 0.0025, True),        # a slow phase, which tells nothing
    (0.001, 0.009, 0.002, 0.002, False),        # lucky once
    (0.001, float("inf"), 0.002, 0.002, False),
])
def test_a_winner_was_better_and_is_not_much_worse_in_the_rounds(
        best: float, round_best: float, default: float, round_default: float, better: bool):
    assert beats(timed(1, best), round_best, timed(2, default), round_default) == better


def test_what_fails_in_every_round_does_not_win():
    assert winner([timed(1, 0.001), timed(2, 0.002)], [float("inf"), 0.002]) == 1
