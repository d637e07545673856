"""The entry point: help, version, usage errors, and only the asked-for command imported."""

import re
import subprocess
import sys
from pathlib import Path

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


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a run of `txc` in a fresh process has imported when it ends."""
    code = ("import sys; from txc.cli.main import main\n"
            f"try: main({list(arguments)!r})\nexcept SystemExit: pass\n"
            "print(*sys.modules)")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return set(run.stdout.splitlines()[-1].split())


SLOW = {"numpy", "rich", "lark", "platformdirs", "sqlite3", "multiprocessing", "tomllib"}
BUILDING = {"txc.api", "txc.tuner", "txc.compiler.build", "txc.compiler.codegen", "txc.compiler.passes",
            "txc.compiler.loop.ir", "txc.compiler.reference", "txc.compiler.runtime"}
SCHEDULES = {"txc.compiler.dag", "txc.compiler.schedule.apply", "txc.compiler.schedule.select",
             "txc.compiler.target.host"}


def test_check_imports_only_what_a_file_needs(folder: Path, txc: Txc):
    """Nothing that builds, and what applies schedules only for a file with one."""
    txc("check", "good.tx")     # fills the cache of parse tables
    text = (folder / "good.tx").read_text()
    (folder / "scheduled.tx").write_text(text + "schedule scale for cpu { vectorize i }\n")
    plain, scheduled = (imported(folder, "check", name) for name in ("good.tx", "scheduled.tx"))
    assert "txc.dsl.check.files" in plain
    assert not plain & (SLOW | BUILDING | SCHEDULES)
    assert scheduled >= SCHEDULES
    assert not scheduled & (SLOW | BUILDING)


def test_help_imports_no_command_and_no_compiler(folder: Path):
    """The list of commands stands in the entry point."""
    found = imported(folder, "--help")
    assert not found & SLOW
    own = ("txc.compiler", "txc.tuner", "txc.cli.commands", "txc.dsl.ast")
    assert not {module for module in found if module.startswith(own)}
