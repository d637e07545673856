"""What a cost model sees of a population: several rows of numbers for each candidate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Owners = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of `values` (rows, features), float32, one for each innermost statement of each candidate.

    `owner` (rows,), int64, is the candidate that a row belongs to: its position in the population. Rows of
    one candidate need not stand together; a candidate may have any number of rows.
    """

    values: npt.NDArray[np.float32]
    owner: Owners

    def __len__(self) -> int:
        return len(self.owner)
