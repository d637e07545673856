"""Names that rules give are new."""

from __future__ import annotations

from txc.tuner.rules.names import fresh, pair, word


def test_dots_of_stages_are_no_part_of_other_names():
    assert word("Y.sum.pad") == "Y_sum_pad"
    assert fresh("Y.sum_lanes", ()) == "Y_sum_lanes"


def test_a_name_that_is_taken_has_underscores_behind_it():
    assert fresh("C_local", {"C"}) == "C_local"
    assert fresh("C_local", {"C_local"}) == "C_local_"
    assert fresh("C_local", {"C_local", "C_local_"}) == "C_local__"


def test_parts_of_axes_differ_from_axes_and_from_each_other():
    taken = {"j", "j_0", "j_"}
    found = [*pair("j", taken), *pair("j_", taken), *pair("j_0", taken)]
    assert len({*found, *taken}) == len(found) + len(taken)
