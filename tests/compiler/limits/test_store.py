"""Limits are kept for one machine and one version of txc."""

import pytest
from support.limits import LIMITS
from txc.compiler.limits import store


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_what_is_saved_is_found():
    assert store.saved() is None
    assert store.save(LIMITS).parent.name == "txc"
    assert store.saved() == LIMITS


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"one": 3}'])
def test_a_file_that_is_none_counts_as_nothing(text: str):
    store.save(LIMITS).write_text(text)
    assert store.saved() is None


def test_another_processor_or_version_has_a_file_of_its_own(monkeypatch):
    names = {store.path()}
    monkeypatch.setattr(store, "model", lambda: "another")
    names.add(store.path())
    monkeypatch.setattr(store, "__version__", "9.9")
    names.add(store.path())
    assert len(names) == 3
