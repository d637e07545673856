"""The parse tables: what is cached is what Lark computes, and a bad cache does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from txc.grammar import tables


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def alike(one: tables.Tables, other: tables.Tables) -> bool:
    """Whether tables are the same but for the numbers of the states, which differ from run to run."""
    shapes = [sorted(map(sorted, each.actions)) for each in (one, other)]
    return one.rules == other.rules and shapes[0] == shapes[1] and set(one.starts) == set(other.starts)


def test_cached_tables_are_the_computed_ones(cache: Path) -> None:
    """A second load reads what the first wrote."""
    made = tables.load_tables()
    assert tables.cache_path().is_file() and tables.cache_path().is_relative_to(cache)
    assert [path.name for path in tables.cache_path().parent.iterdir()] == [tables.cache_path().name]
    assert tables.load_tables() == made
    assert alike(made, tables.make_tables())


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"grammar": "old"}', "\x00", "null"])
def test_a_damaged_cache_is_replaced(cache: Path, content: str) -> None:
    """Whatever stands in the file, the tables are right, and the file is again."""
    tables.cache_path().parent.mkdir(parents=True)
    tables.cache_path().write_text(content)
    assert alike(tables.load_tables(), tables.make_tables())
    assert len(tables.cache_path().read_text()) > 10_000


def test_a_cache_of_another_grammar_does_not_count(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file holds its grammar; equal names are not enough."""
    tables.load_tables()
    path = tables.cache_path()
    path.write_text(path.read_text().replace("The grammar of", "A grammar of"))
    monkeypatch.setattr(tables, "make_tables", lambda: "made anew")
    monkeypatch.setattr(tables, "_write", lambda *_: None)
    assert tables.load_tables() == "made anew"


def test_an_unwritable_cache_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the directory cannot be made the tables are computed each time."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(tables.load_tables().rules) > 100


@pytest.mark.parametrize(("platform", "variables", "directory"), [
    ("linux", {}, "/them/me/.cache/txc"),
    ("linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/txc"),
    ("darwin", {}, "/them/me/Library/Caches/txc"),
    ("win32", {"LOCALAPPDATA": "/local"}, "/local/txc/Cache"),
])
def test_the_cache_stands_where_the_platform_keeps_caches(
        platform: str, variables: dict[str, str], directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand, since looking it up costs more than reading the tables."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/them/me")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert tables.cache_directory() == Path(directory)
