"""The Vim files, in a headless Neovim: file type, highlighting, indentation, errors in the quickfix list."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.editor_sample import SAMPLE, WORDS, find
from support.tools import require_tool
from txc.grammar import words
from txc.grammar.generate import EDITORS

GROUPS = {
    "comment": "txComment", "doc": "txDoc", "declaration": "txDeclaration", "declared": "txName",
    "parameter": "txParameter", "type": "txType", "keyword": "txKeyword", "operator": "txOperator",
    "definition": "txDefinition", "reducer": "txReducer", "function": "txFunction", "number": "txNumber",
    "target": "txTarget", "directive": "txDirective", "constant": "txConstant", "hardware": "txHardware",
    "string": "txString",
}


def ask(folder: Path, text: str, *commands: str, result: str) -> Any:
    """Open a text as a .tx file, run commands, give back the value of a Vim expression."""
    nvim = require_tool("nvim")
    (folder / "a.tx").write_text(text)
    begin = [f"set runtimepath^={EDITORS / 'vim'}", "filetype plugin indent on", "syntax enable"]
    end = f"call writefile([json_encode({result})], '{folder / 'out'}')"
    script = [*begin, f"edit {folder / 'a.tx'}", *commands, end]
    (folder / "script.vim").write_text("\n".join(script) + "\n")
    command = [nvim, "--headless", "-u", "NONE", "-i", "NONE", "-S", str(folder / "script.vim"), "+qall!"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert (folder / "out").exists(), run.stderr
    return json.loads((folder / "out").read_text())


def groups(folder: Path, text: str, places: list[tuple[int, int]]) -> list[str]:
    """Syntax groups at 0-based lines and columns (in characters)."""
    lines = text.splitlines()
    at = [[line + 1, len(lines[line][:column].encode()) + 1] for line, column in places]
    inner = "map(" + json.dumps(at) + ", {_, p -> synIDattr(synID(p[0], p[1], 1), 'name')})"
    return ask(folder, text, result=inner)


def test_words_have_their_groups(tmp_path: Path) -> None:
    """Each kind of word has its own group, at its first and its last character."""
    places = [find(word, around) for word, around, _ in WORDS]
    ends = [(at[0], at[1] + len(word) - 1) for at, (word, _, _) in zip(places, WORDS, strict=True)]
    expected = [(word, around, GROUPS[kind]) for word, around, kind in WORDS]
    for found in (groups(tmp_path, SAMPLE, places), groups(tmp_path, SAMPLE, ends)):
        assert [(w, a, group) for (w, a, _), group in zip(WORDS, found, strict=True)] == expected


def test_no_reserved_word_is_plain(tmp_path: Path) -> None:
    """Every word and every operator of the grammar is highlighted."""
    lines = [f"x {word}[" if word in words.REDUCERS else f"x {word}(" for word in words.RESERVED]
    lines += [f"x {operator} y" for operator in words.OPERATORS]
    found = groups(tmp_path, "\n".join(["kernel x(", *lines]), [(i + 1, 2) for i in range(len(lines))])
    assert [line for line, group in zip(lines, found, strict=True) if not group] == []


@pytest.mark.parametrize(
    ("text", "filetype"),
    [
        (SAMPLE, "tx"),
        ("\n# about\n\n  schedule dense for cpu {\n", "tx"),
        ("", "tx"),
        ("# nothing but a comment\n", "tx"),
        ("/* robot */\nProgram: 'begin' commands*=Command 'end';\n", ""),
        ("Model: kernel=ID;\n", ""),
        ("kernels: 'x';\n", ""),
    ],
)
def test_file_type_is_told_from_textx(tmp_path: Path, text: str, filetype: str) -> None:
    """The extension is textX's too: the first line that says something decides."""
    assert ask(tmp_path, text, result="&filetype") == filetype


def test_settings(tmp_path: Path) -> None:
    """gq formats with txc, comments begin with '#', :make checks the file."""
    found = ask(tmp_path, SAMPLE, result="[&formatprg, &commentstring, &makeprg, &expandtab]")
    assert found == ["txc fmt -", "# %s", "txc check %:S", 1]


def test_errors_reach_the_quickfix_list(tmp_path: Path) -> None:
    """Place, severity and text of each message; excerpts, carets and hints are left out."""
    (tmp_path / "messages").write_text("\n".join([
        "a.tx:3:14: error[T101]: unknown name 'Kx'",
        "    C[i, j] = sum[k](A[i, Kx])",
        "                          ^^",
        "  hint: did you mean 'K'?",
        "",
        "a.tx:5:1: warning[T150]: stage 'E' is never used",
    ]))
    found = ask(tmp_path, SAMPLE, f"let &l:makeprg = 'cat {tmp_path / 'messages'}'", "silent make!",
                result="map(getqflist(), {_, e -> [bufname(e.bufnr), e.lnum, e.col, e.type, e.text]})")
    assert [[Path(e[0]).name, *e[1:]] for e in found] == [
        ["a.tx", 3, 14, "e", "[T101]: unknown name 'Kx'"],
        ["a.tx", 5, 1, "w", "[T150]: stage 'E' is never used"],
    ]


def test_indentation(tmp_path: Path) -> None:
    """Four columns inside an open bracket, none after it closes; comments do not count."""
    flat = "\n".join(line.lstrip() for line in SAMPLE.splitlines())
    assert ask(tmp_path, flat, "normal! gg=G", result="getline(1, '$')") == SAMPLE.splitlines()
    assert ask(tmp_path, "kernel k(\nA: f32[4] # (\n)", "normal! gg=G", result="getline(1, '$')") == [
        "kernel k(", "    A: f32[4] # (", ")"]


def test_leaving_the_file_type_undoes_its_settings(tmp_path: Path) -> None:
    """Another file type in the same buffer finds the settings as they were."""
    assert ask(tmp_path, SAMPLE, "setfiletype c", "set filetype=text", result="&formatprg") == ""
