"""Shipped models: there, or quietly not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.worlds import LAYOUT, world
from txc.tuner.models.pretrained import loaded, pretrained
from txc.tuner.models.trees import AnsorModel


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of shipped models with one for `cpu`."""
    monkeypatch.setenv("TXC_MODELS", str(tmp_path))
    loaded.cache_clear()
    model = AnsorModel(LAYOUT)
    model.fit(world(60, 1))
    model.save(tmp_path / "cpu-ansor.npz")
    yield tmp_path
    loaded.cache_clear()


def test_a_shipped_model_is_read_once():
    found = pretrained("cpu", LAYOUT)
    assert found is not None
    assert found is pretrained("cpu", LAYOUT)


def test_without_one_for_these_features_there_is_none():
    """Another family, other features or another kind: tuning starts from nothing, without a word."""
    assert pretrained("gpu", LAYOUT) is None
    assert pretrained("cpu", "another layout") is None
    assert pretrained("cpu", LAYOUT, "rank") is None


def test_a_damaged_one_is_none(folder: Path):
    (folder / "cpu-ansor.npz").write_bytes(b"")
    assert pretrained("cpu", LAYOUT) is None
