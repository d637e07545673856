"""The ways in which a candidate can fail, each with the first message that said so."""

from __future__ import annotations

from dataclasses import dataclass

INVALID = "invalid"                  # the schedule cannot be lowered
COMPILE_ERROR = "compile error"      # the C compiler refused it
BUILD_TIMEOUT = "build time-out"
RUN_TIMEOUT = "run time-out"
CRASH = "crash"
WRONG = "wrong result"
OUT_OF_MEMORY = "out of memory"
WORKER_LOST = "worker lost"         # the cluster's worker went away, each time it was tried
UNKNOWN = "unknown"                  # anything else, which is a fault of txc's own

KINDS = (INVALID, COMPILE_ERROR, BUILD_TIMEOUT, RUN_TIMEOUT, CRASH, WRONG, OUT_OF_MEMORY, WORKER_LOST,
         UNKNOWN)

ACCIDENTS = (BUILD_TIMEOUT, RUN_TIMEOUT, OUT_OF_MEMORY, WORKER_LOST, UNKNOWN)
"""What need not happen again: a busy machine may be the cause, or a defect since mended."""

DEFECTS = (INVALID, CRASH, WRONG)
"""What says of a candidate that was right that it is not."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A candidate that gave no time: one of `KINDS`, and what was said."""

    kind: str
    message: str


class Rejected(Exception):
    """Raised in a worker by a recipe whose candidate fails in a known way."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.failure = Failure(kind, message)
