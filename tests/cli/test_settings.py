"""Settings: flags over TXC_* variables over the nearest file."""

from pathlib import Path

import pytest
from txc.cli.settings import Settings, load, settings_file
from txc.dsl.diagnostics import TxcError


def test_defaults_hold_where_nothing_is_set(folder: Path):
    assert load(folder, {}) == Settings()


def test_flags_win_over_variables_and_these_over_files(folder: Path):
    (folder / "txc.toml").write_text('threads = 1\nseed = 1\ntarget = "cpu:generic"\n')
    environment = {"TXC_THREADS": "2", "TXC_SEED": "2"}
    found = load(folder, environment, threads=3, seed=None)
    assert (found.threads, found.seed, found.target) == (3, 2, "cpu:generic")


def test_a_flag_of_zero_is_given(folder: Path):
    (folder / "txc.toml").write_text("threads = 4\n")
    assert load(folder, {}, threads=0).threads == 0


def test_an_empty_variable_sets_nothing(folder: Path):
    assert load(folder, {"TXC_TARGET": ""}) == Settings()


def test_the_nearest_file_upwards_counts(folder: Path):
    (folder / "txc.toml").write_text("seed = 1\n")
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert load(inner, {}).seed == 1
    (folder / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.txc]\nseed = 2\n")
    assert load(inner, {}).seed == 2
    assert settings_file(inner) == folder / "a" / "pyproject.toml"


def test_a_project_file_without_a_table_is_passed_by(folder: Path):
    (folder / "txc.toml").write_text("seed = 1\n")
    (folder / "a").mkdir()
    (folder / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load(folder / "a", {}).seed == 1


@pytest.mark.parametrize(("text", "code", "hint"), [
    ("thread = 2\n", "R602", "did you mean 'threads'?"), ("threads = 'two'\n", "R603", ""),
    ("threads = true\n", "R603", ""), ("target = 3\n", "R603", ""), ("threads = \n", "R603", "")])
def test_what_a_file_says_wrongly_is_an_error(folder: Path, text: str, code: str, hint: str):
    (folder / "txc.toml").write_text(text)
    with pytest.raises(TxcError) as caught:
        load(folder, {})
    assert [(d.code, d.hint) for d in caught.value.diagnostics] == [(code, hint)]
    assert "txc.toml" in caught.value.diagnostics[0].message


def test_a_variable_of_the_wrong_kind_is_an_error_that_names_it(folder: Path):
    with pytest.raises(TxcError, match="TXC_THREADS must be a whole number, not 'many'"):
        load(folder, {"TXC_THREADS": "many"})
