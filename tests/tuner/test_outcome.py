"""Outcomes tell what was gained and what failed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from txc.tuner.outcome import FINISHED, Failures, Outcome, count_failures
from txc.tuner.records import Record, TaskKey

RIGHT = Record(TaskKey("k", "cpu", 1), "dense", {}, "t", (), (), "", (0.5,), "ok")


def outcome(best: Record | None, seconds: float | None, default: float | None) -> Outcome:
    return Outcome(FINISHED, best, seconds, default, 9, 6, 5, {}, 3.0)


def test_the_speedup_compares_with_the_default():
    assert outcome(RIGHT, 0.5, 2.0).speedup == 4.0


def test_where_the_default_stays_nothing_is_gained():
    assert outcome(None, 2.0, 2.0).speedup == 1.0


@pytest.mark.parametrize(("seconds", "default"), [(None, 1.0), (1.0, None)])
def test_without_both_times_there_is_no_speedup(seconds: float | None, default: float | None):
    assert outcome(RIGHT, seconds, default).speedup is None


def test_a_time_far_above_the_records_own_best_tells_of_a_slow_machine():
    assert outcome(RIGHT, 0.6, 2.0).slow
    assert not outcome(RIGHT, 0.53, 2.0).slow
    assert not outcome(None, 2.0, 2.0).slow


def test_the_rate_counts_the_trials_of_this_run():
    assert outcome(None, None, None).trials_per_second == 2.0


def test_failures_are_counted_by_class_with_the_first_message():
    said = (("crash", "a"), ("invalid", "b"), ("crash", "c"))
    failed = [replace(RIGHT, verdict=verdict, message=message) for verdict, message in said]
    assert count_failures([RIGHT, *failed]) == {"crash": Failures(2, "a"), "invalid": Failures(1, "b")}
