"""`txc new`: starters that pass every check and never overwrite anything."""

import pytest
from support.command import Txc
from txc.cli.starters import STARTERS
from txc.dsl.format import format_text


@pytest.mark.parametrize("kind", STARTERS)
def test_a_starter_passes_the_strict_check(txc: Txc, kind: str):
    shown = txc("new", "layer", "--kind", kind)
    assert shown.code == 0
    assert "wrote layer.tx" in shown.out
    assert txc("check", "--strict", "layer.tx").out == "1 file checked: no errors\n"


@pytest.mark.slow
@pytest.mark.parametrize("kind", STARTERS)
def test_the_next_commands_work(txc: Txc, kind: str):
    steps = [line.split()[1:] for line in txc("new", "layer", "--kind", kind).out.splitlines()[2:]]
    assert [step[0] for step in steps if step[0] != "tune"] == ["check", "run", "build"]
    for step in steps:
        if step[0] != "tune":       # a minute's work; test_tune.py has smaller ones
            assert txc(*step).code == 0


def test_a_starter_with_a_template_says_how_to_tune_it(txc: Txc):
    assert "  txc tune layer.tx layer --budget 60s\n" in txc("new", "layer").out
    assert "txc tune" not in txc("new", "other", "--kind", "softmax").out


@pytest.mark.parametrize("kind", STARTERS)
def test_a_starter_is_formatted(kind: str):
    text = STARTERS[kind].replace("NAME", "layer")
    assert format_text(text) == text


def test_a_file_that_exists_is_never_overwritten(txc: Txc, folder):
    before = (folder / "good.tx").read_text()
    shown = txc("new", "good")
    assert shown.code == 2
    assert "error[R608]: good.tx exists already" in shown.err
    assert (folder / "good.tx").read_text() == before


@pytest.mark.parametrize("name", ["my-layer", "1st", "é", ""])
def test_a_name_that_no_kernel_can_have_is_refused(txc: Txc, folder, name: str):
    assert txc("new", name).code == 2
    assert len(list(folder.iterdir())) == 3


def test_json(txc: Txc):
    assert txc("new", "layer.tx", "--json").json == {
        "schema": 1, "command": "new", "ok": True, "file": "layer.tx", "kernel": "layer", "kind": "dense"}
