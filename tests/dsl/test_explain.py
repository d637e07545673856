"""Every code has a page, and the examples of the pages do what the pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import txc
from txc.compiler.codegen.check import check_names
from txc.dsl.diagnostics import Diagnostic
from txc.dsl.explain import Page, codes, explain, read_page
from txc.dsl.parser import parse
from txc.dsl.source import Source

ROOT = Path(txc.__file__).resolve().parent
LAYERS = ("grammar", "dsl", "compiler", "tuner", "cli")
CODE = re.compile(r'"([LPTSGR]\d{3})"')
NO_PROGRAM = ("L007", "S416", "S417", "S418", "G510")     # what no text of a program gives when it is checked
TX_CODES = [code for code in codes() if (page := explain(code)) and page.language == "tx"]


def check(text: str, code: str) -> list[Diagnostic]:
    """All diagnostics of a text; for a G code those of generating C too."""
    source = Source(text)
    found = txc.check(source)
    return [*found, *check_names(parse(source), source)] if code[0] == "G" else found


def page_of(code: str) -> Page:
    """The page of a code that has one."""
    page = explain(code)
    assert page is not None and page.code == code and page.title and page.text
    return page


@pytest.mark.parametrize("code", TX_CODES)
def test_failing_examples_give_their_code(code: str) -> None:
    """The failing text of a page gives that code, and no error of another."""
    found = check(page_of(code).failing, code)
    errors = {d.code for d in found if d.severity == "error"}
    assert code in {d.code for d in found}
    assert errors <= {code}


@pytest.mark.parametrize("code", TX_CODES)
def test_mended_examples_pass(code: str) -> None:
    """The mended text of a page gives no error, nor the page's own warning."""
    found = check(page_of(code).mended, code)
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
    assert page.language == ("console" if code[0] == "R" or code in NO_PROGRAM else "tx")


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
