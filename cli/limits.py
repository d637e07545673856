"""The measured limits of this machine: taking them, showing them, and saying how near a kernel comes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..compiler.limits.limits import LEVELS, Limits, bound, work_of
from ..compiler.limits.store import saved
from ..compiler.target.target import Target, host
from .inputs import usage
from .output import say, table
from .settings import Settings

if TYPE_CHECKING:
    from ..compiler.dag import Dag

_ARITHMETIC = {"f32": "FMA f32", "f64": "FMA f64", "i8": "multiply-add i8"}


def known() -> Limits | None:
    """What `txc doctor --measure` has found on this machine."""
    return saved()


def measured(settings: Settings, rounds: int | None) -> Limits:
    """Measure alone on the machine, and keep the result. Raises TxcError R604, R610, R640."""
    from ..compiler.limits.measure import ROUNDS, measure
    from ..compiler.limits.store import path, save
    from ..tuner.measure.lock import MachineLock

    with MachineLock().alone():
        limits = measure(rounds or ROUNDS, cc=settings.cc or None)
    try:
        save(limits)
    except OSError as error:
        raise usage("R604", f"cannot write {path()}: {error.strerror}") from None
    return limits


def report(limits: Limits) -> None:
    """A table of what one thread reaches, and all."""
    every = f"all {limits.cores} threads"
    rows: list[tuple[str, ...]] = []
    for kind, label in _ARITHMETIC.items():
        if kind in limits.one.arithmetic:
            unit = "GOP/s" if kind == "i8" else "GFLOP/s"
            rows.append((label, *(f"{r.arithmetic[kind]:.1f} {unit}" for r in (limits.one, limits.all))))
    for what in ("read", "copy"):
        for level in (level for level in LEVELS if level in limits.one.read):
            values = (getattr(r, what)[level] for r in (limits.one, limits.all))
            rows.append((f"{what} {level}", *(f"{v:.1f} GB/s" for v in values)))
    say(f"measured {limits.created[:10]} with {limits.compiler}, {limits.cpu}")
    table(("limit", "1 thread", every), rows, right=("1 thread", every))


def fields(limits: Limits) -> dict[str, Any]:
    """The limits for JSON."""
    return limits.fields()


def share(dag: Dag, seconds: float | None, target: Target, threads: int) -> tuple[float, str] | None:
    """What part of its limit a kernel reaches, and which limit that is; None where none was measured."""
    with suppress(ArithmeticError):
        limits = saved() if seconds and target == host() else None
        if limits is not None and seconds:
            least = bound(limits, work_of(dag), threads or target.cores)
            return least.seconds / seconds, least.what
    return None


def share_text(found: tuple[float, str] | None) -> str:
    """`, 68 % of f32 peak`, to stand behind a rate; empty without a measurement."""
    return f", {100 * found[0]:.0f} % of {found[1]}" if found else ""


def share_fields(found: tuple[float, str] | None) -> dict[str, object] | None:
    """The same for JSON."""
    return {"what": found[1], "fraction": found[0]} if found else None
