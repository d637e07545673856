"""Running `txc` inside the test's process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from txc.cli.main import main


@dataclass
class Result:
    """What a run left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout; nothing else may stand there."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        value = json.loads(lines[0])
        assert value["schema"] == 1
        assert "Traceback" not in self.err
        return value


Txc = Callable[..., Result]


def runner(capfd: pytest.CaptureFixture[str]) -> Txc:
    """`txc("check", "a.tx")` runs the command and gives its result."""

    def run(*arguments: object) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as exited:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        code = exited.value.code
        return Result(code if isinstance(code, int) else 0 if code is None else 1, out, err)

    return run
