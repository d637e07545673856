"""Editor files say what the grammar says."""

from pathlib import Path

import pytest
from txc.grammar import generate, words


def test_no_editor_file_drifted() -> None:
    """A word added to the grammar must reach every editor: run `python -m txc.grammar.generate`."""
    assert [str(path.relative_to(generate.EDITORS)) for path in generate.stale()] == []


def test_every_word_list_reaches_every_editor() -> None:
    """Both highlighters contain every word of the language."""
    names = ("DECLARATIONS", "DIRECTIVES", "KEYWORDS", "CONSTANTS", "TYPES", "FUNCTIONS", "REDUCERS")
    known = [word for name in names for word in getattr(words, name)]
    for file in ("vscode/syntaxes/tx.tmLanguage.json", "vim/syntax/tx.vim"):
        text = (generate.EDITORS / file).read_text()
        assert [word for word in known if word not in text] == []


def test_holes_are_filled() -> None:
    """A list with spaces between, an expression with longer words first and specials escaped, the version."""
    assert generate.fill("[@constants@]") == "[true false]"
    assert generate.alternatives(("/", "//", "+")) == r"//|\+|/"
    assert generate.fill("@hardware|@", quote=True).startswith("thread\\\\.x|")
    assert generate.fill("@version@").count(".") == 2


def test_an_unknown_list_is_an_error() -> None:
    """A misspelt hole cannot stay in a file unnoticed."""
    with pytest.raises(AttributeError, match="TYPOS"):
        generate.fill("@typos@")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template, in place of the real ones."""
    monkeypatch.setattr(generate, "EDITORS", tmp_path)
    monkeypatch.setattr(generate, "TEMPLATES", tmp_path / "templates")
    (tmp_path / "templates" / "vim").mkdir(parents=True)
    (tmp_path / "templates" / "vim" / "a.vim").write_text("@types@\n")
    return tmp_path


def test_check_names_stale_files_and_writes_nothing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` exits 1 and names the file; it does not make it."""
    assert generate.main(["--check"]) == 1
    assert "vim/a.vim is stale" in capsys.readouterr().err
    assert not (copy / "vim" / "a.vim").exists()


def test_writing_mends_what_check_found(copy: Path) -> None:
    """After a run without options nothing is stale, until the file changes."""
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (copy / "vim" / "a.vim").write_text("f32\n")
    assert generate.main(["--check"]) == 1
