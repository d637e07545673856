"""Which schedule is built: one row of the order after another, and ties that are errors."""

from collections.abc import Mapping

import pytest
from txc.compiler.schedule.select import Choice, Recorded, Sources, check_ranks, has_holes, select, template
from txc.compiler.target.target import parse as target
from txc.dsl.check.files import elaborate
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse, parse_directives
from txc.dsl.source import Source

KERNEL = """
kernel dense[M = 8, N = 16](A: f32[M, N]) -> (D: f32[M, N]) { D[i, j] = A[i, j] + 1 }
instance small = dense[M = 4]
"""
TEMPLATE = "schedule dense for cpu { split D.i: [i0, i1, i2] }"
RECORD = parse_directives("unroll D.i")
FILLED = parse_directives("unroll D.j")
BUILT_IN = parse_directives("vectorize D.j")


def choose(schedules: str, name: str = "dense", on: str = "cpu:x86-64-v3", *, record: bool = False,
           asked: str | None = None, sizes: Mapping[str, int] = {}) -> Choice:
    source = Source(KERNEL + schedules)
    file = parse(source)
    sources = Sources(lambda: Recorded(RECORD, {}) if record else None, lambda _: FILLED, lambda: BUILT_IN)
    return select(file, elaborate(file, name, sizes), target(on), sources, asked, source)


def chosen(*arguments: str, **options: object) -> str:
    """The first directive of the schedule chosen, or where it came from if not from the file."""
    choice = choose(*arguments, **options)      # pyright: ignore[reportArgumentType]
    return str(choice.directives[0]) if choice.origin in ("exact", "asked") else choice.origin


def exact(order: str, sizes: str = "M = 8, N = 16", name: str = "dense", on: str = "cpu") -> str:
    binds = f"[{sizes}]" if sizes else ""
    return f"schedule {name}{binds} for {on} {{ unroll D.{order} }}\n"


def test_without_anything_the_built_in_default_is_built():
    assert choose("").directives == BUILT_IN
    assert choose("").origin == "default"


def test_a_template_is_better_than_the_default_and_is_filled():
    choice = choose(TEMPLATE)
    assert (choice.origin, choice.directives) == ("template", FILLED)
    assert choice.schedule is not None


def test_a_record_is_better_than_a_template():
    choice = choose(TEMPLATE, record=True)
    assert (choice.origin, choice.directives) == ("record", RECORD)


def test_a_hole_free_schedule_for_exactly_these_sizes_is_better_than_a_record():
    assert chosen(TEMPLATE + exact("i"), record=True) == "unroll D.i"


def test_a_hole_free_schedule_without_all_sizes_is_not():
    assert chosen(exact("i", ""), record=True) == "record"
    assert chosen(exact("i", "M = 8"), record=True) == "record"


def test_other_sizes_do_not_count():
    assert chosen(exact("i", "M = 9, N = 16")) == "default"
    assert chosen(exact("i"), sizes={"M": 9}) == "default"


def test_an_instance_names_its_sizes_and_so_does_its_kernel():
    both = exact("i", "", "small")
    assert chosen(both, "small", record=True) == "unroll D.i"
    assert chosen(both, sizes={"M": 4}, record=True) == "unroll D.i"
    assert chosen(both, record=True) == "record"
    assert chosen(both, "small", sizes={"M": 5}, record=True) == "record"


def test_the_more_specific_target_wins_where_it_applies():
    two = exact("i") + exact("j", on="cpu:x86-64-v3")
    assert chosen(two) == "unroll D.j"
    assert chosen(two, on="cpu:x86-64-v2") == "unroll D.i"
    assert chosen(exact("j", on="cuda")) == "default"


def test_more_sizes_win_over_a_more_specific_target():
    sized = "schedule dense[M = 8] for cpu { split D.i: [a, b, c] }\n"
    choice = choose(sized + TEMPLATE.replace("cpu", "cpu:x86-64-v3"))
    assert choice.schedule is not None
    assert choice.schedule.target == "cpu"


def test_a_hole_free_schedule_wins_over_a_template_of_the_same_rank():
    choice = choose(TEMPLATE + exact("i", ""))
    assert choice.schedule is not None
    assert not has_holes(choice.schedule.directives)


@pytest.mark.parametrize("schedules", [
    exact("i") + exact("j"), exact("i") + exact("j", "N = 16, M = 8"),
    exact("i", "M = 4, N = 16") + exact("j", "", "small")])
def test_two_of_equal_rank_are_an_error_that_shows_both(schedules: str):
    with pytest.raises(TxcError) as caught:
        choose(schedules, "small" if "small" in schedules else "dense")
    [found] = caught.value.diagnostics
    source = Source(KERNEL + schedules)
    assert found.code == "S480"
    assert source.text[found.span.start:].startswith("schedule")
    assert [span.start for span, _ in found.notes] == [source.text.index("schedule")]
    assert [d.code for d in check_ranks(parse(source), source)] == ["S480"]


def test_incomparable_targets_tie_only_where_both_apply():
    two = exact("i", on="cpu+fma") + exact("j", on="cpu+avx2")
    source = Source(KERNEL + two)
    assert check_ranks(parse(source), source) == []
    with pytest.raises(TxcError, match="S480"):
        choose(two)
    assert chosen(two, on="cpu:generic+fma") == "unroll D.i"


def test_equal_schedules_of_a_lower_rank_do_no_harm():
    assert chosen(exact("i", "") * 2, record=True) == "record"


def test_a_schedule_can_be_asked_for_by_number():
    file = TEMPLATE + exact("i") + exact("j")
    assert choose(file, asked="1").directives == FILLED
    assert chosen(file, asked="3", record=True) == "unroll D.j"
    assert choose(file, asked="default").directives == BUILT_IN


@pytest.mark.parametrize(("asked", "message"), [
    ("0", "there is no schedule '0'"), ("4", "there is no schedule '4'"), ("first", "no schedule 'first'"),
    ("²", "no schedule '²'"), ("3", "is not for cpu:x86-64-v3 with M = 8, N = 16")])
def test_a_schedule_that_is_not_there_or_does_not_apply_is_an_error(asked: str, message: str):
    with pytest.raises(TxcError, match=message) as caught:
        choose(TEMPLATE + exact("i") + exact("j", "M = 9"), asked=asked)
    assert [d.code for d in caught.value.diagnostics] == ["R609"]


@pytest.mark.parametrize(("text", "holes"), [
    ("split D.i: [a, b: 4]", False), ("split D.i: [a, b]", True), ("split D.i: [a, b: 1..4]", True),
    ("split D.i: [a: 2, b: 4]", False), ("knob s in {0, 1}", True), ("compute C at {D.i, root}", True),
    ("compute C at D.i", False), ("unroll D: {0, 16}", True), ("unroll D: 16", False)])
def test_holes_are_what_the_text_leaves_open(text: str, holes: bool):
    assert has_holes(parse_directives(text)) is holes


def test_the_template_to_tune_is_the_closest_with_holes():
    def found(schedules: str, asked: str | None = None) -> str | None:
        file = parse(Source(KERNEL + schedules))
        schedule = template(file, elaborate(file, "dense"), target("cpu:x86-64-v3"), asked)
        return None if schedule is None else str(schedule.directives[0])

    closer = "schedule dense[M = 8] for cpu { split D.j: [a, b, c] }\n"
    assert found("") is None
    assert found(exact("i")) is None
    assert found(exact("i") + TEMPLATE) == "split D.i: [i0, i1, i2]"
    assert found(closer + TEMPLATE) == "split D.j: [a, b, c]"
    assert found(closer + TEMPLATE, "2") == "split D.i: [i0, i1, i2]"
    assert found(exact("i") + TEMPLATE, "1") is None


def test_an_unknown_target_of_a_schedule_is_found_by_the_check():
    source = Source(KERNEL + exact("i", on="cpux") + exact("j", on="cpu+axv2"))
    found = check_ranks(parse(source), source)
    assert [d.code for d in found] == ["R600", "R601"]
    assert [d.hint for d in found] == ["did you mean 'cpu'?", "did you mean 'avx2'?"]
    assert all(source.text[d.span.start:].startswith("schedule") for d in found)


def test_schedules_of_unknown_kernels_are_left_to_the_checker():
    source = Source(KERNEL + exact("i", "", "nothing") * 2)
    assert check_ranks(parse(source), source) == []


def test_none_asked_for_means_plain_loops():
    assert choose(TEMPLATE, asked="none").directives == ()


def pick(schedules: str = "", asked: str | None = None, *, record: bool = False) -> Choice:
    """What is chosen where a cost model has a pick."""
    source = Source(KERNEL + schedules)
    file = parse(source)
    sources = Sources(lambda: Recorded(RECORD, {}) if record else None, lambda _: FILLED, lambda: BUILT_IN,
                      lambda: FILLED)
    return select(file, elaborate(file, "dense"), target("cpu:x86-64-v3"), sources, asked, source)


def test_a_model_s_pick_is_better_than_the_default_and_worse_than_all_else():
    assert (pick().origin, pick().directives) == ("model", FILLED)
    assert pick(TEMPLATE).origin == "template"
    assert pick(record=True).origin == "record"


def test_records_and_models_can_be_asked_for():
    """Whatever the file has."""
    assert pick(exact("i"), "record", record=True).directives == RECORD
    assert pick(exact("i"), "model").origin == "model"


@pytest.mark.parametrize("asked", ["record", "model"])
def test_asking_for_what_there_is_not_is_an_error(asked: str):
    with pytest.raises(TxcError) as error:
        choose("", asked=asked)
    assert error.value.diagnostics[0].code == "R609"
