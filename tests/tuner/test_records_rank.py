"""Times compete only where one compiler made what was timed."""

from __future__ import annotations

from dataclasses import replace

from txc.tuner.record import Choice, Record, TaskKey
from txc.tuner.records_rank import ranked

QUICK = Record(TaskKey("abc", "cpu:generic", 1), "dense", {}, "t", ("x",), (0,), "", (1.0,), "ok",
               compiler="LLVM 20")


def trial(number: int, seconds: float, shipped: float | None = None) -> Record:
    """Timed by the search, and perhaps as a finalist."""
    made = replace(QUICK, id=number, times=(seconds,))
    return made if shipped is None else replace(made, shipped=(shipped,), ships="gcc 12")


def numbers(right: list[Record], last: Choice | None) -> list[int]:
    chosen = next((r for r in right if last and r.id == last.trial), None)
    return [r.id for r in ranked(right, last, chosen)]


def test_without_a_comparison_the_fastest_of_the_search_is_first():
    """What a few took as they ship says nothing beside what the others took in the search."""
    assert numbers([trial(1, 3.0, 1.0), trial(2, 2.0), trial(3, 1.5)], None) == [3, 2, 1]


def test_trials_of_the_usual_compiler_come_first():
    other = replace(trial(4, 0.5), compiler="gcc 12")
    assert numbers([other, trial(1, 3.0), trial(2, 2.0)], None) == [2, 1, 4]


def test_a_later_time_of_the_search_is_held_against_the_winners_time_in_the_search():
    """The winner took 2.0 in the search and 3.0 as it ships: 2.5 is not better."""
    last = Choice(1, 3.0, 9.0, after=1, compiler="gcc 12")
    assert numbers([trial(1, 2.0, 3.0), trial(2, 2.5)], last)[0] == 1
    assert numbers([trial(1, 2.0, 3.0), trial(2, 1.9)], last)[0] == 2


def test_a_time_of_one_compiler_says_nothing_against_a_default_timed_by_another():
    last = Choice(None, 3.0, 3.0, after=1, compiler="gcc 12")
    assert numbers([trial(1, 4.0), trial(2, 2.0)], last) == []
    assert numbers([trial(1, 4.0), trial(2, 2.0, 2.5)], last) == [2, 1]


def test_before_the_comparison_the_default_of_the_search_is_to_be_beaten():
    last = Choice(None, 3.0, 3.0, after=0, compiler="LLVM 20", provisional=True)
    assert numbers([trial(1, 4.0), trial(2, 3.5)], last) == []
    assert numbers([trial(1, 4.0), trial(2, 2.0)], last) == [2, 1]


def test_two_choices_as_they_ship_compare():
    last = Choice(1, 3.0, 9.0, after=1, compiler="gcc 12")
    assert numbers([trial(1, 1.0, 3.0), trial(2, 2.0, 2.5)], last)[0] == 2
