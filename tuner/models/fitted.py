"""A fitted model: a forest and what its features mean. As a file it needs nothing but numpy to be read."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...dsl.diagnostics import Diagnostic, TxcError
from ..features.rows import Features
from .atomic import replaced
from .forest import Forest
from .model import Floats

FORMAT = 1


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
        return self.start + np.bincount(features.owner, rows, candidates)

    def save(self, path: Path) -> None:
        """Write a file, in whole or not at all."""
        about = {"format": FORMAT, "kind": self.kind, "layout": self.layout, "start": self.start}
        arrays: dict[str, Any] = asdict(self.forest)
        with replaced(path) as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), **arrays)


def load(file: Path | BinaryIO, kind: str, layout: str) -> Fitted:
    """The model in a file. Raises TxcError R680 for other features or another kind, R681 for no such file."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            forest = Forest(**{field.name: stored[field.name] for field in fields(Forest)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise unreadable(file, error) from None
    if (about["format"], about["kind"], about["layout"]) != (FORMAT, kind, layout):
        raise mismatch(f"{_name(file)} holds a model of other features or of another kind")
    return Fitted(kind, layout, about["start"], forest)


def unreadable(file: Path | BinaryIO, error: Exception) -> TxcError:
    """R681."""
    return TxcError([Diagnostic("R681", f"cannot read {_name(file)}: {error}")])


def mismatch(message: str) -> TxcError:
    """R680."""
    return TxcError([Diagnostic("R680", message, hint="make it anew with this txc")])


def _name(file: Path | BinaryIO) -> str:
    return file.name if isinstance(file, Path) else getattr(file, "name", "the model")
