"""The suite's operators, timed in turns with numpy and PyTorch.

    python -m bench.suite [CASE …] [--threads 1 2] [--rounds 20] [--backends gcc clang llvm] …

Cases are such as C2D, C2D.0 or matmul.512; without any, all. README.md says what the numbers
mean. The result is printed, and written as JSON and Markdown into bench/results.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .cases import Case, chosen

RESULTS = Path(__file__).resolve().parent / "results"
_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> None:
    """Time, print, write."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(words)
    try:
        cases = chosen(options.cases)
    except ValueError as error:
        sys.exit(str(error))
    if options.worker:
        Path(options.worker).write_text(json.dumps(work(options, cases)))
        return
    result = together(options, words)
    from rich.console import Console

    from .tables import markdown, show

    show(result, Console(width=None if sys.stdout.isatty() else 240))
    if not options.dry:
        for path, text in written(result, options.output, markdown(result)).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            sys.stdout.write(f"wrote {path}\n")


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m bench.suite", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("cases", nargs="*", help="such as C2D or matmul.512")
    made.add_argument("--threads", type=int, nargs="+", help="numbers of threads (default: 1 and all cores)")
    made.add_argument("--rounds", type=int, default=20, help="rounds, each over all cases (default: 20)")
    made.add_argument("--budget", type=float, default=20.0, metavar="SECONDS",
                      help="for one contender in all rounds; slower ones have fewer rounds (default: 20)")
    made.add_argument("--schedules", nargs="+", default=[""], metavar="SCHEDULE",
                      help="as for `txc run`: a number, default, record, model; \"\" is what a build takes. "
                      "Each is a contender of its own")
    made.add_argument("--backends", nargs="*", default=["gcc"], choices=("gcc", "clang", "llvm"),
                      help="how the kernels are compiled (default: gcc); none to time the peers alone")
    made.add_argument("--peers", nargs="*", default=["torch", "numpy"], choices=("torch", "numpy"))
    made.add_argument("--output", type=Path, help="a path without suffix (default: bench/results/suite-DATE)")
    made.add_argument("--dry", action="store_true", help="write no files")
    made.add_argument("--quick-limits", action="store_true", help="measure the machine hastily")
    made.add_argument("--worker", help=argparse.SUPPRESS)
    return made


def together(options: argparse.Namespace, words: Sequence[str]) -> dict[str, Any]:
    """The parts of a process for each number of threads, which libraries read when they are loaded."""
    from txc.compiler.target.host import machine
    from txc.tuner.measure.lock import MachineLock

    from .tables import means

    threads = options.threads or sorted({1, machine().cores})
    with MachineLock().alone():
        parts = [_part(words, count) for count in threads]
    rows = [row for part in parts for row in part["rows"]]
    command = " ".join(["python -m bench.suite", *words])
    return {"schema": 1, "info": {**parts[0]["info"], "command": command}, "limits": parts[0]["limits"],
            "means": means(rows), "rows": rows}


def _part(words: Sequence[str], threads: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "part.json")
        command = [sys.executable, "-m", __package__ + ".suite", *words, "--threads", str(threads),
                   "--worker", str(file)]
        environment = os.environ | dict.fromkeys(_VARIABLES, str(threads)) | {"KMP_BLOCKTIME": "10ms"}
        if subprocess.run(command, env=environment, check=False).returncode:
            sys.exit(1)
        return json.loads(file.read_text())


def work(options: argparse.Namespace, cases: Sequence[Case]) -> dict[str, Any]:
    """What a process of one number of threads has to say."""
    from txc.compiler.limits.measure import Measuring

    from .info import info
    from .ours import missing
    from .worker import Options, run

    for backend in (absent := {b: why for b in options.backends if (why := missing(b))}):
        say(f"{backend}: {absent[backend]}")
    backends = [b for b in options.backends if b not in absent]
    threads = options.threads[0]
    say(f"threads: {threads}")
    measuring = Measuring(1e-4, 1 << 22) if options.quick_limits else Measuring()
    peers = [peer for name in options.peers if (peer := _peer(name, threads))]
    asked = Options(threads, options.rounds, options.budget, options.schedules, backends)
    limits, rows = run(cases, peers, measuring, asked, say)
    return {"info": info(limits, backends, {p.name: p.version for p in peers}), "limits": limits.fields(),
            "rows": rows}


def _peer(name: str, threads: int) -> Any:
    if name == "numpy":
        from . import numpy_peer

        return numpy_peer.peer()
    from . import torch_peer

    found = torch_peer.peer(threads)
    if found is None:
        say("PyTorch is not installed: pip install 'txc[bench]'")
    return found


def written(result: dict[str, Any], output: Path | None, page: str) -> dict[Path, str]:
    """The files of a result: a row on a line of JSON, so that it can be compared and stays small."""
    stem = output or RESULTS / f"suite-{result['info']['date'][:10]}"
    head = {name: value for name, value in result.items() if name != "rows"}
    rows = ",\n".join(json.dumps(row) for row in result["rows"])
    text = json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{rows}\n]}}\n'
    return {Path(f"{stem}.json"): text, Path(f"{stem}.md"): page}


def say(text: str) -> None:
    """A line about what happens."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
