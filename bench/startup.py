"""How long `txc` takes to start: best of five runs of each command, with a warm cache.

    python bench/startup.py

The bars: 0.3 s for help, 0.4 s for a check.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (["--help"], ["check", "examples/dense.tx"], ["fmt", "--check", "examples/dense.tx"],
            ["explain", "T101"], ["targets"])


def best(command: list[str], runs: int = 5) -> float:
    """Seconds of the fastest run; one more before them warms the caches."""
    times: list[float] = []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=environment, check=False)
        times.append(time.perf_counter() - start)
    return min(times[1:])


def main() -> None:
    """Print a line for each command."""
    txc = shutil.which("txc", path=str(Path(sys.executable).parent)) or shutil.which("txc")
    if txc is None:
        sys.exit("txc is not installed")
    for arguments in COMMANDS:
        print(f"{best([txc, *arguments]):.3f} s  txc {' '.join(arguments)}")


if __name__ == "__main__":
    main()
