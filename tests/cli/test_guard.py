"""Failures of a command become messages and exit codes."""

import json
import os
import subprocess
import sys

import pytest
import typer
from txc.cli.guard import DEBUG, guarded
from txc.dsl.diagnostics import Diagnostic, TxcError


def raising(error: BaseException):
    def command(json: bool = False) -> None:
        raise error
    return guarded(command)


def code_of(error: BaseException, **options: bool) -> int:
    with pytest.raises(typer.Exit) as caught:
        raising(error)(**options)
    return caught.value.exit_code


@pytest.mark.parametrize(("code", "exit_code"), [
    ("T101", 1), ("S480", 1), ("R605", 2), ("T113", 2), ("R620", 5), ("R622", 4)])
def test_the_first_error_decides_the_exit_code(code: str, exit_code: int, capsys):
    assert code_of(TxcError([Diagnostic(code, "so it is", hint="do that")])) == exit_code
    assert capsys.readouterr().err == f"error[{code}]: so it is\n  hint: do that\n\n"


def test_with_json_an_error_is_an_object(capsys):
    code_of(TxcError([Diagnostic("T101", "so it is")]), json=True)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["ok"], shown["diagnostics"][0]["code"]) == (1, False, "T101")


def test_an_interrupt_is_130(capsys):
    assert code_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_defect_prints_two_lines_and_keeps_a_report(capsys):
    assert code_of(ValueError("surprise\nmore")) == 70
    err = capsys.readouterr().err
    assert err.splitlines()[0] == "internal error: ValueError: surprise"
    assert len(err.splitlines()) == 2
    path = err.partition("the report is in ")[2].partition(";")[0]
    with open(path) as report:
        text = report.read()
    os.remove(path)
    assert "Traceback" in text
    assert "surprise" in text


def test_debug_lets_a_defect_through(monkeypatch):
    monkeypatch.setenv(DEBUG, "1")
    with pytest.raises(ValueError, match="surprise"):
        raising(ValueError("surprise"))()


def test_a_reader_that_leaves_early_is_no_error(folder):
    for i in range(300):
        (folder / f"bad{i}.tx").write_text("kernel")
    code = "from txc.cli.main import main; main(['check', '.'])"
    command = f'{sys.executable} -c "{code}" | head -1'
    run = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert run.stderr == ""
