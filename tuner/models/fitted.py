"""A fitted model: a forest and what its features mean. As a file it needs nothing but numpy to be read."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

import numpy as np

from ...dsl.diagnostics import Diagnostic, TxcError
from ..features.rows import Features
from .forest import Forest
from .model import Floats

FORMAT = 1

BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading arrays from a file that holds others, or none, may raise."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Scores candidates: `start` plus the forest's predictions of a candidate's rows.

    `kind` is the model that was fitted (`ansor`, `rank`), `layout` the meaning of its features.
    """

    kind: str
    layout: str
    start: float
    forest: Forest

    def score(self, features: Features, candidates: int) -> Floats:
        """The scores (candidates,); higher is faster."""
        rows = self.forest.predict(features.values)
        return np.add(self.start, np.bincount(features.owner, rows, candidates), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write a file, in whole or not at all."""
        about = {"format": FORMAT, "kind": self.kind, "layout": self.layout, "start": self.start}
        arrays: dict[str, Any] = {f.name: getattr(self.forest, f.name) for f in fields(Forest)}
        with replaced(path) as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), **arrays)


def load(file: Path, kind: str, layout: str) -> Fitted:
    """The model in a file. Raises TxcError R680 for other features or another kind, R681 for no such file."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            found = (about["format"], about["kind"], about["layout"])
            start = float(about["start"])
            forest = Forest(**{field.name: stored[field.name] for field in fields(Forest)})
    except BROKEN as error:
        raise unreadable(file, error) from None
    if found != (FORMAT, kind, layout):
        raise mismatch(f"{file} holds a model of other features or of another kind")
    return Fitted(kind, layout, start, forest)


def unreadable(file: Path, error: Exception) -> TxcError:
    """R681."""
    return TxcError([Diagnostic("R681", f"cannot read {file}: {error}")])


def mismatch(message: str) -> TxcError:
    """R680."""
    return TxcError([Diagnostic("R680", message, hint="make it anew with this txc")])


@contextmanager
def replaced(path: Path) -> Generator[IO[bytes]]:
    """A new file to write, which takes the place of `path` when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
