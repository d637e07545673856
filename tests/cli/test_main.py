"""The entry point: help, version, usage errors, and only the asked-for command imported."""

import re
import subprocess
import sys

import pytest
from support.command import Txc
from txc.cli.main import COMMANDS
from txc.version import __version__


def test_help_lists_every_command_with_its_line(txc: Txc):
    shown = txc("--help")
    assert shown.code == 0
    lines = re.findall(r"^  (\w+) +(\S.*)$", shown.out.partition("Commands:")[2], re.MULTILINE)
    assert dict(lines) == COMMANDS


def test_help_of_each_command_says_more_than_its_options(txc: Txc):
    for name in COMMANDS:
        shown = txc(name, "--help")
        assert shown.code == 0
        assert shown.out.startswith(f"Usage: txc {name}")
        assert "--json" in shown.out or name == "records"


def test_version(txc: Txc):
    assert txc("--version").out == f"txc {__version__}\n"


@pytest.mark.parametrize("arguments", [["chek"], ["check"], ["check", "--nope", "good.tx"], ["--nope"]])
def test_a_command_line_that_makes_no_sense_is_exit_code_2(txc: Txc, arguments: list[str]):
    shown = txc(*arguments)
    assert shown.code == 2
    assert "Usage: txc" in shown.err
    assert "Traceback" not in shown.err


def test_a_misspelt_command_gets_a_suggestion(txc: Txc):
    assert "check" in txc("chek").err


@pytest.mark.parametrize("module", ["numpy", "rich", "txc.tuner", "txc.compiler.codegen", "lark"])
def test_check_does_not_import_what_it_does_not_need(module: str, folder, txc: Txc):
    txc("check", "good.tx")     # fills the cache of parse tables
    code = ("import sys; from txc.cli.main import main\n"
            "try: main(['check', 'good.tx'])\nexcept SystemExit: pass\n"
            f"print({module!r} in sys.modules)")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert run.stdout.splitlines()[-1] == "False"
