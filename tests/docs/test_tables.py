"""Tables in the documentation list exactly what there is."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from txc.cli import exits
from txc.cli.main import COMMANDS
from txc.cli.settings import Settings
from txc.compiler.codegen.header import CODES
from txc.dsl.dtypes import DTYPES
from txc.grammar.words import DIRECTIVES, FUNCTIONS, REDUCERS
from txc.tuner.measure.failure import KINDS
from txc.tuner.records import OK

DOCS = Path(__file__).resolve().parents[2] / "docs"


def first_cells(page: str, heading: str) -> list[str]:
    """The code spans in the first column of the tables of a section."""
    text = (DOCS / page).read_text()
    section = re.split(rf"^#+ {re.escape(heading)}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| ([^|]*) \|", section, flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]*)`", cell)]


def test_commands_and_settings() -> None:
    """Every command and every setting is listed, in order, and no other."""
    page = "commands.md"
    assert [name.split()[0] for name in first_cells(page, "Commands and settings")] == list(COMMANDS)
    assert first_cells(page, "Settings") == [f.name for f in dataclasses.fields(Settings)]
    text = (DOCS / page).read_text()
    assert all(f"`TXC_{f.name.upper()}`" in text for f in dataclasses.fields(Settings))


def test_exit_codes() -> None:
    """The table of exit codes has each of them."""
    section = (DOCS / "commands.md").read_text().split("## Exit codes")[1]
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", section, flags=re.MULTILINE)]
    assert listed == sorted(value for value in vars(exits).values() if isinstance(value, int))


def test_codes_of_c_functions() -> None:
    """The table of codes has each with its number."""
    text = (DOCS / "c-interface.md").read_text()
    assert re.findall(r"^\| `TXC_(\w+)` \| (-?\d+) \|", text, flags=re.MULTILINE) == [
        (name, str(value)) for name, value, *_ in CODES]


def test_verdicts() -> None:
    """The table of failures has every class."""
    assert sorted(first_cells("tuning.md", "When candidates fail")) == sorted((OK, *KINDS))


def test_types_functions_reducers_and_directives() -> None:
    """The language pages name every type, function, reducer and directive."""
    language, schedules = ((DOCS / page).read_text() for page in ("language.md", "schedules.md"))
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", language))))
    assert {*DTYPES, *FUNCTIONS, *REDUCERS} <= words
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", schedules))))
    assert set(DIRECTIVES) <= named
