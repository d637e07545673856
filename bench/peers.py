"""What a kernel is compared with: ways in which a library computes the same, each verified."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from txc.compiler.cases import Case as Inputs
from txc.compiler.verify import compare

Arrays = Mapping[str, Any]
Call = Callable[[], Any]


@dataclass(frozen=True)
class Variant:
    """One way: `call` computes and gives what `read` turns into an array of the kernel's layout."""

    name: str
    call: Call
    read: Callable[[Any], Any]


Builder = Callable[[str, Mapping[str, int], Arrays], list[Variant]]
"""The ways of a library, for an operator, sizes and inputs by name; none where it has none."""


@dataclass(frozen=True)
class Peer:
    """A library: its name, its version, and its ways."""

    name: str
    version: str
    build: Builder


def problem(variant: Variant, inputs: Inputs) -> str:
    """What is wrong with what a variant computes, against the reference; empty if nothing."""
    ((tensor, expected),) = inputs.outputs
    try:
        got = variant.read(variant.call())
    except (RuntimeError, NotImplementedError, AttributeError, TypeError, ValueError) as error:
        return (str(error).splitlines() or [type(error).__name__])[0]
    if got.shape != expected.value.shape:
        return f"its shape is {got.shape}, not {expected.value.shape}"
    return compare(tensor, expected, got).message


def timed(call: Call, calls: int) -> list[int]:
    """Nanoseconds of each call, what asking for the time takes included, as in that of an empty call."""
    clock, found = time.perf_counter_ns, list[int]()
    for _ in range(calls):
        begin = clock()
        call()
        found.append(clock() - begin)
    return found
