"""Every code has a page, and the examples of the pages do what the pages say."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import txc
from txc.dsl import ast
from txc.dsl.diagnostics import Diagnostic, TxcError
from txc.dsl.explain import Page, codes, explain, read_page
from txc.dsl.parser import parse
from txc.dsl.source import Source

ROOT = Path(txc.__file__).resolve().parent
LAYERS = ("grammar", "dsl", "compiler", "tuner", "cli")
CODE = re.compile(r'"([LPTSGR]\d{3})"')
TX_CODES = [code for code in codes() if (page := explain(code)) and page.language == "tx"]


def check(text: str) -> list[Diagnostic]:
    """All diagnostics of a text: those of the parser, else those of the checks."""
    source = Source(text)
    try:
        file = parse(source)
    except TxcError as error:
        return list(error.diagnostics)
    return [diagnostic for checker in checkers() for diagnostic in checker(file, source)]


def checkers() -> list[Callable[[ast.File, Source], list[Diagnostic]]]:
    """The checks of kernels and of schedules, where they are there."""
    found: list[Callable[[ast.File, Source], list[Diagnostic]]] = []
    for module, function in (("txc.dsl.check", "check_file"), ("txc.compiler.schedule", "check_schedules"),
                             ("txc.compiler.codegen.check", "check_names")):
        checker = getattr(importlib.import_module(module), function, None)
        found += [checker] if checker else []
    return found


def page_of(code: str) -> Page:
    """The page of a code that has one."""
    page = explain(code)
    assert page is not None and page.code == code and page.title and page.text
    return page


def unavailable(code: str) -> bool:
    """Whether the checks that give a code are not there yet."""
    return code[0] in "TSG" and len(checkers()) < (1 if code[0] == "T" else 2)


@pytest.mark.parametrize("code", TX_CODES)
def test_failing_examples_give_their_code(code: str) -> None:
    """The failing text of a page gives that code, and no error of another."""
    if unavailable(code):
        pytest.skip("its check is not there yet")
    found = check(page_of(code).failing)
    errors = {d.code for d in found if d.severity == "error"}
    assert code in {d.code for d in found}
    assert errors <= {code}


@pytest.mark.parametrize("code", TX_CODES)
def test_mended_examples_pass(code: str) -> None:
    """The mended text of a page gives no error, nor the page's own warning."""
    if unavailable(code):
        pytest.skip("its check is not there yet")
    found = check(page_of(code).mended)
    assert [d for d in found if d.severity == "error" or d.code == code] == []


def used_codes() -> set[str]:
    """All codes that stand as string literals in the sources."""
    sources = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")]
    return {code for path in sources for code in CODE.findall(path.read_text())}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    """No code without an explanation, no explanation of what cannot happen."""
    used, explained = used_codes(), set(codes())
    assert sorted(used - explained) == [], "codes without a page"
    assert sorted(explained - used) == [], "pages without a code"


@pytest.mark.parametrize("code", codes())
def test_pages_are_whole(code: str) -> None:
    """Every page has its title, its text and two examples that differ."""
    page = page_of(code)
    assert page.failing != page.mended
    assert page.language == ("console" if code[0] == "R" or code == "L007" else "tx")


def test_codes_are_found_in_any_case_and_unknown_ones_have_no_page() -> None:
    """`p001` is P001; what has no page gives None, also where it looks like a path."""
    page = explain("P001")
    assert page is not None and explain("p001") == page
    assert explain("P999") is None
    assert explain("../errors/P001") is None


def test_a_page_without_its_parts_is_an_error() -> None:
    """A page lacking an example does not read as an empty one."""
    with pytest.raises(ValueError, match="Failing"):
        read_page("# P001: title\n\ntext\n")
