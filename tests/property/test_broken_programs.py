"""Broken programs get errors: with a code that is explained and a place in the file, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.broken import Broken, broken
from support.command import Txc, runner
from txc import api
from txc.dsl.diagnostics import Diagnostic, TxcError, render
from txc.dsl.explain import codes
from txc.dsl.format import format_text
from txc.dsl.load import decode
from txc.dsl.source import Source

CHUNK = 100
CHUNKS = [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 7))]    # 700 programs
REALLY_BROKEN = 75          # of each hundred at least; what the others lost was a comment or a default

_ERROR = re.compile(r"error\[([A-Z]\d{3})\]: ")


@cache
def explained() -> frozenset[str]:
    return frozenset(codes())


def checked(program: Broken) -> tuple[Source, list[Diagnostic]]:
    """What `txc check` finds in a program."""
    try:
        source = decode(program.data, "program.tx")
    except TxcError as error:
        return error.source or Source(""), list(error.diagnostics)
    return source, api.check(source)


def refusal(call: Callable[[], object]) -> set[str]:
    """The codes with which a call is refused; none if it is not."""
    try:
        call()
    except TxcError as error:
        return {d.code for d in error.diagnostics}
    return set()


def hold_diagnostic(found: Diagnostic, source: Source) -> None:
    """A diagnostic is explained and points into the file; so do its notes, and its text shows where."""
    assert found.code in explained(), f"{found.code} has no page"
    assert found.message
    assert 0 <= found.span.start <= found.span.end <= len(source.text), found
    for span, text in found.notes:
        assert text
        assert -1 <= span.start <= span.end <= len(source.text), found
    head, _, carets = render(found, source).split("\n")[:3]
    assert re.match(rf"program\.tx:\d+:\d+: {found.severity}\[{found.code}\]: ", head)
    assert "^" in carets


def hold(program: Broken) -> bool:
    """What must hold of every program, broken or not; whether it is broken."""
    source, found = checked(program)
    for diagnostic in found:
        hold_diagnostic(diagnostic, source)
    errors = [d for d in found if d.severity == "error"]
    if found and found[0].code == "L007":       # no text: there is nothing to format
        return True
    assert refusal(lambda: hold_format(source.text)) <= {d.code for d in errors}
    return bool(errors)


def hold_format(text: str) -> None:
    """Formatting once is enough. Raises TxcError for what cannot be formatted."""
    once = format_text(text)
    assert format_text(once) == once


@pytest.mark.parametrize("chunk", CHUNKS)
def test_broken_programs_are_told_what_is_wrong(chunk: int) -> None:
    """Each is legal, and then can be formatted, or has errors that each say what and where."""
    count = 0
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        program = broken(seed)
        try:
            count += hold(program)
        except Exception as failure:
            raise AssertionError(str(program)) from failure
    assert count >= REALLY_BROKEN


def legal(wanted: int, seed: int) -> list[tuple[Broken, api.Module]]:
    """The first so many programs, from a seed on, that are still legal after the change."""
    found: list[tuple[Broken, api.Module]] = []
    while len(found) < wanted:
        program = broken(seed)
        seed += 1
        source, diagnostics = checked(program)
        if not any(d.severity == "error" for d in diagnostics):
            found.append((program, api.Module(source)))
    return found


@pytest.mark.slow
def test_what_is_still_legal_can_be_lowered_or_says_why_not() -> None:
    """A program that `check` accepts becomes C, or is refused with a code."""
    lowered = 0
    for program, module in legal(wanted=25, seed=5000):
        for name in module.names[:1]:
            kernel = module[name]
            refused = refusal(lambda kernel=kernel: kernel.plan("cpu:generic").emit())
            assert refused <= explained(), str(program)
            lowered += not refused
    assert lowered >= 15


@pytest.fixture
def txc(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Txc:
    monkeypatch.chdir(tmp_path)
    return runner(capfd)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "fmt", "lower", "lower --emit c", "build --target cpu:generic"])
def test_commands_exit_with_1_and_a_code(txc: Txc, command: str) -> None:
    """Each command on thirty broken programs: exit code 1 and a coded error, or they are good to it."""
    name, *options = command.split()
    failed = 0
    for seed in range(9000, 9030):
        program = broken(seed)
        Path("program.tx").write_bytes(program.data)
        shown = txc(name, "program.tx", *options)
        errors = _ERROR.findall(shown.out + shown.err)
        unnamed = errors == ["R621"] and shown.code == 2      # several kernels: the command has to name one
        assert unnamed or shown.code == bool(errors), f"{shown}\n{program}"
        assert "Traceback" not in shown.err
        failed += shown.code == 1
    assert failed >= 15


@pytest.mark.slow
def test_the_real_command(tmp_path: Path) -> None:
    """A dozen programs in processes of their own, with nothing on stderr but what `txc` says there."""
    failed = 0
    for seed in range(9100, 9112):
        (tmp_path / "program.tx").write_bytes(broken(seed).data)
        run = subprocess.run([sys.executable, "-m", "txc.cli.main", "check", "program.tx"], cwd=tmp_path,
                             capture_output=True, text=True, check=False)
        assert run.stderr == ""
        assert run.returncode == bool(_ERROR.search(run.stdout)), run.stdout
        assert re.search(r"^1 file checked: ", run.stdout, re.MULTILINE)
        failed += run.returncode
    assert failed >= 6
