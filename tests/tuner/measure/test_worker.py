"""A server answers every request, whatever happens inside."""

from __future__ import annotations

from pathlib import Path

import pytest
from txc.dsl.diagnostics import Diagnostic, TxcError
from txc.tuner.measure.failure import COMPILE_ERROR, INVALID, OUT_OF_MEMORY, UNKNOWN, Rejected
from txc.tuner.measure.recipe import Filling
from txc.tuner.measure.worker import LOADED, Server


class Recipe:
    """Raises what it is told to when it builds; counts what it loads."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.loaded: list[Path] = []
        self.built: list[object] = []

    def prepare(self, shared: Path) -> None:
        pass

    def warm(self, shared: Path) -> None:
        pass

    def build(self, row: Filling, folder: Path, *, final: bool) -> str:
        self.built.append(row)
        if self.error:
            raise self.error
        return "code"

    def load(self, folder: Path):  # pyright: ignore
        self.loaded.append(folder)
        return self

    def verify(self) -> float:
        return 0.5

    def time(self, repeats: int) -> float:
        return 0.5


BUILD = {"op": "build", "row": [1, 2], "folder": "x", "final": False}


@pytest.mark.parametrize(("error", "kind", "message"), [
    (Rejected(COMPILE_ERROR, "no C"), COMPILE_ERROR, "no C"),
    (TxcError([Diagnostic("G501", "bad name")]), INVALID, "error[G501]: bad name"),
    (MemoryError(), OUT_OF_MEMORY, "not enough memory"),
    (ZeroDivisionError("a bug"), UNKNOWN, "ZeroDivisionError: a bug"),
])
def test_errors_are_answers(error: Exception, kind: str, message: str):
    assert Server(Recipe(error)).answer(BUILD) == {"failure": kind, "message": message}


def test_rows_travel_as_tuples_and_none_is_the_default():
    recipe = Recipe()
    server = Server(recipe)
    assert server.answer(BUILD) == server.answer({**BUILD, "row": None}) == {"ok": True, "code": "code"}
    assert recipe.built == [(1, 2), None]


def test_an_unknown_request_is_answered():
    assert Server(Recipe()).answer({"op": "dance"})["failure"] == UNKNOWN


def test_candidates_stay_loaded_until_there_are_too_many():
    recipe = Recipe()
    server = Server(recipe)
    for folder in ["a", "a", *map(str, range(LOADED)), "a"]:
        server.answer({"op": "time", "folder": folder, "seconds": 0.1})
    assert recipe.loaded.count(Path("a")) == 2
    assert len(recipe.loaded) == LOADED + 2


def test_measuring_verifies_first():
    times = Server(Recipe()).answer({"op": "measure", "folder": "a", "best": 0.1})
    assert times == {"times": [0.5]}
