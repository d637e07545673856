"""Samples in files, which tuning runs write and from which shipped models are trained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from ..features.rows import Features
from .fitted import BROKEN, mismatch, replaced, unreadable
from .model import Mask, Samples


def task_number(*parts: object) -> int:
    """A number for a task, the same in every run: of all that its times depend on besides the schedule."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


@dataclass(frozen=True, slots=True)
class Collection:
    """Samples, what their features mean (`layout.layout`), and what their tasks are called.

    A name starts with that of the kernel: `matmul M=64 N=64`.
    """

    layout: str
    samples: Samples
    names: dict[int, str]

    @classmethod
    def merged(cls, several: Sequence[Collection]) -> Self:
        """All of several; of candidates that look the same to a model the last. Raises TxcError R680."""
        if len({collection.layout for collection in several}) > 1:
            raise mismatch("samples of different features cannot be merged")
        names = {number: name for collection in several for number, name in collection.names.items()}
        samples = Samples.merged([collection.samples for collection in several])
        return cls(several[0].layout, samples.select(_last(samples)), names)

    def kernels(self) -> list[str]:
        """The kernel (candidates,) of each candidate."""
        return [self.names[number].split()[0] for number in self.samples.tasks.tolist()]

    def save(self, path: Path) -> None:
        """Write a file, in whole or not at all."""
        samples = self.samples
        about = {"layout": self.layout, "names": {str(n): name for n, name in self.names.items()}}
        with replaced(path) as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), values=samples.features.values,
                                owner=samples.features.owner, seconds=samples.seconds, tasks=samples.tasks,
                                weights=samples.weights)

    def add_to(self, path: Path) -> None:
        """Add these to a file, which need not be there yet. Raises TxcError R680, R681."""
        Collection.merged([load(path), self] if path.exists() else [self]).save(path)


def load(path: Path) -> Collection:
    """The samples of a file. Raises TxcError R681."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            names = {int(number): name for number, name in about["names"].items()}
            features = Features(stored["values"], stored["owner"])
            samples = Samples(features, stored["seconds"], stored["tasks"], stored["weights"])
    except BROKEN as error:
        raise unreadable(path, error) from None
    return Collection(about["layout"], samples, names)


def _last(samples: Samples) -> Mask:
    """Marks the last of the candidates of a task that have equal rows."""
    last = {key: candidate for candidate, key in enumerate(_keys(samples))}
    chosen = np.zeros(len(samples), np.bool_)
    chosen[list(last.values())] = True
    return chosen


def _keys(samples: Samples) -> list[tuple[int, bytes]]:
    """Of each candidate the task and the rows."""
    features = samples.features
    order = np.argsort(features.owner, kind="stable")
    ends: npt.NDArray[np.int64] = np.cumsum(np.bincount(features.owner, minlength=len(samples)))
    rows = np.split(features.values[order], ends[:-1])
    return [(task, r.tobytes()) for task, r in zip(samples.tasks.tolist(), rows, strict=True)]
