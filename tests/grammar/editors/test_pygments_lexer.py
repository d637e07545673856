"""The Pygments lexer knows every word of the language and trips over nothing."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pygments.lexers import guess_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String, _TokenType
from support.editor_sample import SAMPLE, WORDS, find
from support.tools import in_ci
from txc.grammar import words
from txc.grammar.editors.pygments_lexer import TxLexer

KINDS = {
    "comment": Comment.Single, "doc": String.Doc, "string": String.Double, "number": Number,
    "declaration": Keyword.Declaration, "directive": Keyword.Reserved, "keyword": Keyword,
    "declared": Name.Function, "parameter": Name.Variable, "definition": Name, "target": Name.Namespace,
    "type": Keyword.Type, "constant": Keyword.Constant, "hardware": Name.Builtin.Pseudo,
    "reducer": Name.Function.Magic, "function": Name.Builtin, "operator": Operator,
}
EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples").rglob("*.tx"))


def token_at(text: str, offset: int) -> tuple[_TokenType, str]:
    """The token that covers an offset."""
    tokens = TxLexer().get_tokens_unprocessed(text)
    return next((kind, value) for start, kind, value in tokens if start <= offset < start + len(value))


@pytest.mark.parametrize(("word", "around", "kind"), WORDS)
def test_words_are_what_they_are(word: str, around: str, kind: str) -> None:
    """Each kind of word has its own token type, by its place where the word alone does not say."""
    line, column = find(word, around)
    offset = sum(map(len, SAMPLE.splitlines(keepends=True)[:line])) + column
    token, _ = token_at(SAMPLE, offset)
    assert token in KINDS[kind]
    assert kind != "keyword" or token is Keyword


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_examples_have_no_error_tokens(path: Path) -> None:
    """Every character of every example belongs to a token, and nothing is lost."""
    tokens = list(TxLexer(stripnl=False, ensurenl=False).get_tokens(path.read_text()))
    assert not [t for t in tokens if t[0] is Error]
    assert "".join(text for _, text in tokens) == path.read_text()


@pytest.mark.parametrize("word", sorted(words.RESERVED))
def test_no_reserved_word_is_a_plain_name(word: str) -> None:
    """A word of the grammar is never highlighted as if it could be a name."""
    suffix = "[k](" if word in words.REDUCERS else "("
    assert token_at(word + suffix, 0)[0] is not Name


def test_strange_characters_are_errors() -> None:
    """What is no part of the language shows."""
    assert token_at("C[i] = A[i] ; 2", 12)[0] is Error


def test_textx_files_are_not_claimed() -> None:
    """The extension is textX's too: the first word decides."""
    assert TxLexer.analyse_text(SAMPLE) > 0.5
    assert TxLexer.analyse_text("# only\n\n  kernel k(") > 0.5
    assert TxLexer.analyse_text("/* robot */\nProgram: commands*=Command;\n") == 0
    assert TxLexer.analyse_text("import kernel\n") == 0
    assert TxLexer.analyse_text("kernels: 'x';") == 0


def test_found_by_file_name() -> None:
    """Pygments finds the lexer through the entry point of an installed txc."""
    installed = any(point.value.startswith("txc.") for point in entry_points(group="pygments.lexers"))
    if not installed and not in_ci():
        pytest.skip("txc is not installed, only importable")
    assert isinstance(guess_lexer_for_filename("a.tx", SAMPLE), TxLexer)
