"""Timing stops early where it is hopeless, and takes short pieces where it is not."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from txc.tuner.measure.timing import GROUP, PIECE, again, first_pass


@dataclass
class Steady:
    """A kernel that always takes `run` seconds; its verified run takes `first`."""

    run: float
    first: float
    calls: list[int] = field(default_factory=list)

    def verify(self) -> float:
        return self.first

    def time(self, repeats: int) -> float:
        self.calls.append(repeats)
        return self.run


def test_a_verified_run_twice_the_best_is_the_only_one():
    bench = Steady(0.021, 0.021)
    assert first_pass(bench, best=0.01) == [0.021]
    assert bench.calls == []


def test_a_cold_first_run_of_a_short_kernel_is_forgiven():
    bench = Steady(0.00001, 0.0004)
    assert len(first_pass(bench, best=0.00001)) > 2


def test_a_second_run_a_quarter_slower_is_the_last():
    bench = Steady(0.013, 0.013)
    assert first_pass(bench, best=0.01) == [0.013, 0.013]


def test_without_a_best_nothing_stops_early():
    assert len(first_pass(Steady(0.001, 5.0), best=None)) > 2


@pytest.mark.parametrize("run", [1e-6, 5e-5, 1e-3, 3e-3])
def test_the_first_pass_is_one_group_in_short_pieces(run: float):
    bench = Steady(run, run)
    times = first_pass(bench, best=run)
    pieces = bench.calls[1:]
    assert len(times) == 2 + len(pieces)
    assert 0.5 * GROUP <= sum(pieces) * run <= 1.5 * GROUP
    assert all(calls * run <= max(run, PIECE) for calls in pieces)


def test_a_long_kernel_runs_once_more():
    bench = Steady(1.0, 1.0)
    first_pass(bench, best=1.0)
    assert bench.calls == [1, 1]


@pytest.mark.parametrize(("run", "calls"), [(0.001, [1, 3]), (1.0, [1]), (0.002, [1, 1])])
def test_timing_again_takes_about_the_seconds_asked_for(run: float, calls: list[int]):
    bench = Steady(run, run)
    assert again(bench, 0.003) == run
    assert bench.calls == calls
