"""`txc lower`: the DAG, the nest after each pass, the C."""

import re
from dataclasses import replace

import pytest
from support.command import Txc
from txc.compiler.passes.scalarize import Scalarize

SCHEDULE = "schedule scale for cpu {\n    split B.i: [i0, i1: 4]\n    vectorize i1\n}\n"


@pytest.mark.parametrize(("emit", "start"), [
    ("dag", "dag scale[N = 8] {"), ("nest", "nest scale("), ("c", "/*"), ("llvm", "; scale: kernel scale\n"),
    ("asm", "\t.file")])
def test_each_form_is_shown(txc: Txc, emit: str, start: str):
    shown = txc("lower", "good.tx", "--emit", emit)
    assert shown.code == 0
    assert shown.out.startswith(start)


def test_sizes_are_used(txc: Txc):
    assert "A: f32[24]" in txc("lower", "good.tx", "-D", "N=24").out


def test_after_each_pass_the_nest_is_shown(txc: Txc):
    everything = txc("lower", "good.tx", "--print-after", "all").out
    names = re.findall(r"^# after (.+)$", everything, re.MULTILINE)
    assert names[0] == "lower"
    assert "vectorize" in names
    assert everything.count("nest scale(") == len(names)
    single = txc("lower", "good.tx", "--print-after", "vectorize").out
    assert single.startswith("nest scale(")


def test_an_unknown_pass_is_a_usage_error_that_lists_those_there_are(txc: Txc):
    shown = txc("lower", "good.tx", "--print-after", "vectorise")
    assert shown.code == 2
    assert "error[R625]" in shown.err
    assert "vectorize" in shown.err


def test_a_template_to_tune_is_written_for_the_kernel(txc: Txc, folder):
    """Added to the file, it is legal, formatted, and what tuning searches; it is for the target asked for."""
    made = txc("lower", "good.tx", "-D", "N=64", "--target", "cpu:x86-64-v3", "--emit", "template").out
    assert made == ("schedule scale for cpu:x86-64-v3 {\n    split B.i: [i0, i1: {8, 16, 32, 64}]\n"
                    "    vectorize B.i1\n}\n")
    with open(folder / "good.tx", "a") as file:
        file.write("\n" + made)
    assert txc("check", "good.tx").code == 0
    assert txc("fmt", "--check", "good.tx").code == 0
    opened = txc("lower", "good.tx", "-D", "N=64", "--schedule", 1, "--emit", "template").out
    assert "split B.i: [i0, i1: {" in opened


def test_where_there_is_nothing_to_open_it_says_so(txc: Txc):
    shown = txc("lower", "good.tx", "-D", "N=1", "--emit", "template")
    assert shown.code == 2
    assert "error[R609]: the schedule of scale has no numbers to open" in shown.err


def test_the_nest_is_verified_after_each_pass_on_request(txc: Txc, monkeypatch: pytest.MonkeyPatch):
    """`--verify` makes a pass that breaks a rule known, by name; a right compiler prints the same."""
    shown = txc("lower", "good.tx", "--verify")
    assert shown.out == txc("lower", "good.tx").out
    assert shown.err == "after each pass the nest keeps the rules of nests\n"

    def broken(self, nest):     # leaves a loop variable without its loop
        return replace(nest, body=nest.body.stmts[0].body)

    monkeypatch.setattr(Scalarize, "__call__", broken)
    shown = txc("lower", "good.tx", "--verify", "--schedule", "none")
    assert shown.code == 70
    assert "InvalidNest: nest scale is invalid after scalarize" in shown.err


def test_a_schedule_is_chosen_by_number(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write(SCHEDULE)
    first = txc("lower", "good.tx", "--schedule", "1").out
    assert first != txc("lower", "good.tx", "--schedule", "default").out
    shown = txc("lower", "good.tx", "--schedule", "2")
    assert shown.code == 2
    assert "error[R609]" in shown.err


def test_an_illegal_schedule_is_an_error_in_the_file(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write("schedule scale for cpu { vectorize B.j }\n")
    shown = txc("lower", "good.tx")
    assert shown.code == 1
    assert re.match(r"good\.tx:4:\d+: error\[S4\d\d\]", shown.err)


def test_which_kernel_must_be_clear(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write("instance half = scale[N = 4]\n")
    shown = txc("lower", "good.tx")
    assert shown.code == 2
    assert "error[R621]: good.tx has several kernels\n  hint: name one of scale, half" in shown.err
    assert txc("lower", "good.tx", "half").code == 0
    missing = txc("lower", "good.tx", "hlf")
    assert missing.code == 2
    assert "error[T113]" in missing.err


def test_json(txc: Txc):
    found = txc("lower", "good.tx", "--print-after", "all", "--json").json
    assert (found["kernel"], found["sizes"]) == ("scale", {"N": 8})
    assert found["parts"][0]["name"] == "lower"
    assert all(part["text"].startswith("nest") for part in found["parts"])
