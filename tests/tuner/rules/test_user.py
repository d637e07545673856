"""Rules of users come from files and from packages, before the built-in ones."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from support.derived import PRODUCT
from support.kernels import dag
from txc.compiler.target.target import parse
from txc.dsl.diagnostics import TxcError
from txc.tuner.rules import user
from txc.tuner.rules.builtin import BUILTIN
from txc.tuner.rules.derive import derive

RULE = """
from txc.tuner.rules.draft import Verdict

class Mine:
    name = "mine"
    def condition(self, draft, item, context):
        return Verdict.APPLY if item.name == "C" else Verdict.SKIP
    def apply(self, draft, item, context):
        yield draft.then("unroll C: 64")

RULES = [Mine()]
"""
FOUND = [BUILTIN[0]]


def installed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Pretend that a package offers rules."""
    entry = EntryPoint("mine", value, user.GROUP)
    monkeypatch.setattr(user, "entry_points", lambda group: [entry] if group == user.GROUP else [])


def code(error: pytest.ExceptionInfo[TxcError]) -> str:
    return error.value.diagnostics[0].code


def test_without_a_file_rules_are_the_built_in_ones():
    assert user.rules() == BUILTIN


def test_rules_of_a_file_are_tried_first(tmp_path: Path):
    (tmp_path / "mine.py").write_text(RULE)
    rules = user.rules(tmp_path / "mine.py")
    assert rules[1:] == BUILTIN
    first = derive(dag(PRODUCT), parse("cpu:x86-64-v3"), rules, threads=4)[0]
    assert (str(first), [str(step) for step in first.derivation]) == ("unroll C: 64", ["mine(C)"])


def test_rules_of_packages_come_before_the_built_in_ones(monkeypatch: pytest.MonkeyPatch):
    installed(monkeypatch, f"{__name__}:FOUND")
    assert user.rules() == (*FOUND, *BUILTIN)


@pytest.mark.parametrize(("text", "says"), [
    ("", "has no RULES"),
    ("RULES = 3", "are no list"),
    ("RULES = 'rules'", "are no list"),
    ("RULES = [3]", "has no `name`"),
    ("1 / 0", "cannot be run: ZeroDivisionError"),
])
def test_bad_files_are_an_error(text: str, says: str, tmp_path: Path):
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(TxcError) as error:
        user.rules(tmp_path / "mine.py")
    assert code(error) == "R685"
    assert says in error.value.diagnostics[0].message


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(TxcError) as error:
        user.rules(tmp_path / "none.py")
    assert code(error) == "R685"


def test_a_package_that_cannot_be_loaded_is_an_error(monkeypatch: pytest.MonkeyPatch):
    installed(monkeypatch, "no_such_package:RULES")
    with pytest.raises(TxcError) as error:
        user.rules()
    assert code(error) == "R685"
    assert "mine" in error.value.diagnostics[0].message
