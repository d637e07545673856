"""`txc doctor`: whether this machine has what txc needs."""

from __future__ import annotations

import dataclasses
import sys
from typing import Annotated

import typer

from ...version import __version__
from .. import exits, health
from ..guard import guarded
from ..limits import fields, measured, report
from ..options import Json
from ..output import emit, paint, plural, say
from ..settings import load

_STYLES = {health.OK: "good", health.WARN: "warning", health.FAIL: "error"}


Measured = Annotated[bool, typer.Option(
    "--measure", help="Measure what this machine can reach, and keep it: some seconds on an idle machine.")]
Rounds = Annotated[int | None, typer.Option(
    "--rounds", min=1, help="Windows of each measurement. [default: 40]", show_default=False)]


@guarded
def doctor(measure: Measured = False, rounds: Rounds = None, json: Json = False) -> None:
    """Check this machine and its tools; every line that is not ok says what to do."""
    from ...tuner.records import default_path

    settings = load()
    findings = health.examine(settings, settings.records_path or default_path())
    failed = [f for f in findings if f.status == health.FAIL]
    limits = measured(settings, rounds) if measure else None
    if json:
        emit("doctor", {"version": __version__, "findings": [dataclasses.asdict(f) for f in findings],
                        "limits": fields(limits) if limits else None}, ok=not failed)
    else:
        _show(findings)
        if limits:
            say()
            report(limits)
    raise typer.Exit(exits.INPUT if failed else exits.OK)


def _show(findings: list[health.Finding]) -> None:
    say(f"txc {__version__}")
    for found in findings:
        status = paint(f"{found.status:<4}", _STYLES[found.status], sys.stdout)
        say(f"  {status}  {found.name:<10}  {found.text}")
        if found.advice:
            say(f"{'':>20}→ {found.advice}")
    bad = sum(f.status != health.OK for f in findings)
    say("everything is well" if not bad else f"{plural(bad, 'thing')} to look at")
