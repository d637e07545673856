"""The VS Code extension: valid files, a grammar that gives each word its scope, snippets that parse."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.editor_sample import SAMPLE, WORDS, find
from support.textmate import TextMate
from txc.dsl.parser import parse, parse_directives, parse_expression
from txc.dsl.source import Source
from txc.grammar import words
from txc.grammar.generate import EDITORS

EXTENSION = EDITORS / "vscode"
PACKAGE = json.loads((EXTENSION / "package.json").read_text())
GRAMMAR = TextMate(json.loads((EXTENSION / "syntaxes" / "tx.tmLanguage.json").read_text()))
SCOPES = {
    "comment": "comment.line.number-sign", "doc": "comment.line.documentation",
    "string": "string.quoted.double", "number": "constant.numeric", "operator": "keyword.operator",
    "declaration": "keyword.declaration", "directive": "keyword.control.directive",
    "keyword": "keyword.other", "declared": "entity.name.function", "parameter": "variable.parameter",
    "definition": "variable.other.definition", "target": "entity.name.namespace.target",
    "type": "storage.type", "constant": "constant.language", "hardware": "variable.language.hardware",
    "reducer": "support.function.reducer", "function": "support.function.builtin",
}


@pytest.mark.parametrize("path", sorted(EXTENSION.rglob("*.json")), ids=lambda p: p.name)
def test_files_are_json(path: Path) -> None:
    """VS Code rejects a whole extension for one stray comma."""
    assert isinstance(json.loads(path.read_text()), dict)


def test_contributed_files_exist() -> None:
    """Every path in package.json leads to a file of the extension."""
    contributes = PACKAGE["contributes"]
    paths = [c["path"] for kind in ("grammars", "snippets") for c in contributes[kind]]
    paths += [language["configuration"] for language in contributes["languages"]]
    assert paths
    assert [p for p in paths if not (EXTENSION / p).is_file()] == []


@pytest.mark.parametrize(("word", "around", "kind"), WORDS)
def test_words_have_their_scopes(word: str, around: str, kind: str) -> None:
    """Each kind of word has its own scope, by its place where the word alone does not say."""
    line, column = find(word, around)
    scopes = set(GRAMMAR.scopes(SAMPLE.splitlines()[line])[column:column + len(word)])
    assert scopes == {SCOPES[kind] + ".tx"}


def test_operands_show_inside_strings() -> None:
    """`$a` and `&$b` in what an intrinsic emits."""
    line = '} emits c "dot($a, &$b.s0)"'
    assert GRAMMAR.scope(line, "&$b.s0") == "variable.other.operand.tx"
    assert GRAMMAR.scope(line, "c") == "support.constant.language.tx"


def test_scopes_of_memory_only_after_in() -> None:
    """`shared` stays free as a name."""
    assert GRAMMAR.scope("cache_read A as As in shared", "shared") == "storage.modifier.scope.tx"
    assert GRAMMAR.scope("shared[i] = A[i]", "shared") == "variable.other.definition.tx"


@pytest.mark.parametrize("word", sorted(words.RESERVED))
def test_no_reserved_word_is_a_plain_name(word: str) -> None:
    """A word of the grammar is never highlighted as if it could be a name."""
    suffix = "[k](" if word in words.REDUCERS else "("
    assert not GRAMMAR.scope(word + suffix, word).startswith(("variable.other", "variable.parameter"))


@pytest.mark.parametrize("operator", words.OPERATORS)
def test_operators_are_whole(operator: str) -> None:
    """An operator of two characters is one token."""
    assert GRAMMAR.scope(f"a {operator} b", operator) == "keyword.operator.tx"


def test_problem_matcher_reads_messages() -> None:
    """The first line of a message as `txc check` prints it."""
    pattern = PACKAGE["contributes"]["problemMatchers"][0]["pattern"]
    match = re.fullmatch(pattern["regexp"], "examples/dense.tx:3:14: error[T101]: unknown name 'Kx'")
    assert match
    fields = [match[pattern[name]] for name in ("file", "line", "column", "severity", "code", "message")]
    assert fields == ["examples/dense.tx", "3", "14", "error", "T101", "unknown name 'Kx'"]


def test_first_line_tells_txc_from_textx() -> None:
    """The pattern for files whose extension does not decide."""
    first = re.compile(PACKAGE["contributes"]["languages"][0]["firstLine"])
    assert first.match("kernel dense[M](")
    assert first.match("# Dense layer")
    assert not first.match("Program: commands*=Command;")


def plain(snippet: dict[str, Any]) -> str:
    """What a snippet leaves in the text when its defaults are accepted."""
    body = snippet["body"]
    text = body if isinstance(body, str) else "\n".join(body)
    text = re.sub(r"\$\{\d+\|([^,|]*)[^}]*\|\}", r"\1", text)
    return re.sub(r"\$\{\d+:([^}]*)\}|\$\d", lambda m: m[1] or "", text)


def test_snippets_are_programs() -> None:
    """The kernel, the schedule and the directives of the snippets parse with their defaults."""
    snippets = json.loads((EXTENSION / "snippets" / "tx.json").read_text())
    for snippet in snippets.values():
        text = plain(snippet)
        if snippet["prefix"] in words.DECLARATIONS:
            parse(Source(text))
        elif snippet["prefix"] in words.DIRECTIVES:
            parse_directives(text)
        else:
            parse_expression(text)
