"""`txc targets`: what code can be generated for."""

from __future__ import annotations

from typing import Annotated

import typer

from ...compiler.target.data import AVAILABLE, FEATURES, NAMED, Named, named
from ...compiler.target.host import machine
from ...compiler.target.target import host, parse
from ..guard import guarded
from ..limits import fields, known, report
from ..options import Json
from ..output import emit, say, table
from ..units import binary

Features = Annotated[bool, typer.Option(
    "--features", help="List the features that may follow a name with +.")]


@guarded
def targets(features: Features = False, json: Json = False) -> None:
    """List the targets that have names, with this machine marked."""
    if json:
        limits = known()
        emit("targets", {"host": _fields(str(host())), "targets": [_fields(_text(n)) for n in NAMED],
                         "features": list(FEATURES), "limits": fields(limits) if limits else None})
    elif features:
        for feature in FEATURES.values():
            say(f"{feature.name}" + (f"  (with {' '.join(feature.implies)})" if feature.implies else ""))
    else:
        _table()
        limits = known()
        report(limits) if limits else say("measure what this machine can reach: txc doctor --measure")


def _table() -> None:
    here, core = host(), named("cpu", machine().core)
    design = f", {core.core}" if core else ""
    rows = [("cpu", *_sizes("cpu"), f"this machine: {here}, {here.cores} cores{design}")]
    for entry in NAMED:
        mark = "  ← this machine" if _text(entry) == str(here) else ""
        later = "" if entry.family in AVAILABLE else " (not available yet)"
        rows.append((_text(entry), *_sizes(_text(entry)), f"{entry.summary}{later}{mark}"))
    table(("target", "vectors", "FMA", "L1", "L2", "L3", "what"), rows, right=("FMA", "L1", "L2", "L3"))
    say()


def _text(entry: Named) -> str:
    return f"{entry.family}:{entry.name}"


def _sizes(text: str) -> tuple[str, ...]:
    """Registers, FMA units by latency, and caches of a target."""
    target = parse(text)
    fma = f"{target.fma_units} × {target.fma_latency}" if target.fma_units else ""
    return (f"{target.vector_registers} × {target.vector_bytes} B", fma,
            *(binary(size) if size else "" for size in (target.l1, target.l2, target.l3)))


def _fields(text: str) -> dict[str, object]:
    target = parse(text)
    is_host = text == str(host())
    target = host() if is_host else target
    return {"target": str(target), "available": target.family in AVAILABLE, "host": is_host,
            "features": sorted(target.features), "vector_bytes": target.vector_bytes,
            "vector_registers": target.vector_registers, "cores": target.cores,
            "l1": target.l1, "l2": target.l2, "l3": target.l3,
            "fma_units": target.fma_units, "fma_latency": target.fma_latency}
