"""The documentation is right: its programs check, its commands print what it says, its nests are real.

`support/pages.py` says what the fences mean. `pytest --update-golden` writes nests and outputs anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.pages import Block, blocks, commands, matches, replaced, rewrite
from txc import api
from txc.compiler import dag
from txc.compiler.driver import nest_of
from txc.compiler.loop.simplify import simplify
from txc.compiler.schedule.template import Template
from txc.compiler.target.target import parse as parse_target
from txc.dsl import ast
from txc.dsl.check import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks(page)]
SESSIONS = [page for page in PAGES if any(b.kind in ("console", "python") for b in blocks(page))]
SLOW = {"README", "tour", "tuning", "python", "c-interface", "fast-cpu", "backends", "records"}
TARGET = parse_target("cpu:x86-64-v3")
KINDS = {"tx", "tx-error", "nest", "console", "python", "text", "c", "cmake", "json", "toml", "sh"}


def of_kind(kind: str) -> list[Block]:
    return [b for b in BLOCKS if b.kind == kind]


def program(block: Block) -> str:
    """The file that a tx block is, or that it is the end of."""
    if "with" not in block.words:
        return block.text
    name = block.words[block.words.index("with") + 1]
    return next(b.text for b in BLOCKS if b.page == block.page and b.file == name) + "\n" + block.text


def test_blocks_have_known_kinds() -> None:
    """A block whose kind is misspelt would be checked by nothing."""
    assert [str(b) for b in BLOCKS if b.kind not in KINDS] == []


@pytest.mark.parametrize("block", of_kind("tx"), ids=str)
def test_programs_check(block: Block) -> None:
    """A program in the documentation has no errors and no warnings."""
    found = api.check(Source(program(block)))
    assert [f"{d.code} {d.message}" for d in found if d.severity != "note"] == []


@pytest.mark.parametrize("block", of_kind("tx-error"), ids=str)
def test_wrong_programs_have_their_error(block: Block) -> None:
    """A wrong program in the documentation has the error it is said to have, and no other."""
    found = api.check(Source(program(block)))
    assert {d.code for d in found if d.severity == "error"} == {block.words[1]}


@pytest.mark.parametrize("block", of_kind("nest"), ids=str)
def test_nests_are_what_the_compiler_makes(block: Block, update: bool) -> None:
    """A nest is that of the program above it, without its directives or with them."""
    above = [b for b in BLOCKS if b.page == block.page and b.kind == "tx" and b.line < block.line][-1]
    text = shown_nest(program(above), scheduled=block.words[1] == "after")
    if update:
        rewrite(block, text)
    assert text == (replace(block, text=text) if update else block).text


def shown_nest(text: str, *, scheduled: bool) -> str:
    """The simplified nest of the last kernel, with the last schedule or none."""
    source = Source(text)
    file = parse(source)
    schedules = [d for d in file.declarations if isinstance(d, ast.Schedule)]
    kernels = [d.name for d in file.declarations if isinstance(d, ast.Kernel)]
    graph = dag.build(elaborate(file, kernels[-1], {}, source))
    directives = schedules[-1].directives if scheduled else ()
    template = Template(graph, directives, TARGET)
    nest = simplify(template.lower(template.default_row()))
    assert nest_of(graph, template.fill(template.default_row()), TARGET)
    return str(nest).rstrip() + "\n"


@pytest.mark.parametrize("page", [
    pytest.param(p, marks=[pytest.mark.slow] if p.stem in SLOW else [], id=p.stem) for p in SESSIONS])
def test_sessions_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update: bool) -> None:
    """The commands and Python of a page run in its order and print what stands below them."""
    enter(tmp_path, monkeypatch)
    names: dict[str, object] = {}
    printed = ""
    for block in blocks(page):
        match block.kind:
            case "console":
                run_console(block, update)
            case "python" if not block.file:
                printed = run_python(block, names)
            case "text" if len(block.words) == 1:
                assert matches(block.text, printed), f"{block}:\n{printed}"
            case _ if block.file:
                Path(block.file).write_text(block.text)
            case _:
                pass


def enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to an empty folder in which `txc` and `python` are those of the test, with records of its own."""
    programs = folder / "programs"
    programs.mkdir()
    for name, module in (("txc", "-m txc.cli.main"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    (folder / "page").mkdir()
    monkeypatch.chdir(folder / "page")


def run_console(block: Block, update: bool) -> None:
    """Run a console block's commands; each exits with 0 and prints what it should."""
    outputs: list[str] = []
    for command in commands(block.text):
        done = subprocess.run(["bash", "-c", command.text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=600)
        assert done.returncode == 0, f"{block}: {command.text}\n{done.stdout}"
        outputs.append(done.stdout)
        expected = command.output.strip("\n")
        assert not expected or (update and "…" not in expected) or matches(expected, done.stdout), (
            f"{block}: {command.text}\n{done.stdout}")
    if update:
        rewrite(block, replaced(block.text, outputs))


def run_python(block: Block, names: dict[str, object]) -> str:
    """Run a Python block; what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n" * (block.line - 1) + block.text, str(block.page), "exec"), names)
    return printed.getvalue()


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether pages are written anew."""
    return bool(request.config.getoption("--update-golden"))


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if "://" not in target:
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(links()), ids=lambda value: getattr(value, "stem", value))
def test_links_lead_somewhere(page: Path, target: str) -> None:
    """A link between pages names a file, and a heading of it, that exist."""
    name, _, heading = target.partition("#")
    linked = (page.parent / name).resolve() if name else page
    assert linked.exists()
    assert not heading or heading in headings(linked)


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_a_line_of_dots_stands_for_any_lines() -> None:
    """The comparison of outputs finds differences, and overlooks only what it is told to."""
    assert matches("a\n…\nd", "a\nb\nc\nd\n")
    assert matches("took … ms", "took 3.1 ms\n")
    assert not matches("a\nb", "a\nc\n")
    assert not matches("a", "a\nb\n")
