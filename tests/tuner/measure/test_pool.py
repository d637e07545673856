"""No candidate harms the tuner: each failure is one of the classes, and the next candidate is measured."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from support import candidates as c
from txc.tuner.measure.failure import (
    BUILD_TIMEOUT,
    COMPILE_ERROR,
    CRASH,
    INVALID,
    OUT_OF_MEMORY,
    RUN_TIMEOUT,
    UNKNOWN,
    WRONG,
    Failure,
)
from txc.tuner.measure.pool import MIB, Limits, Pool, Timed
from txc.tuner.measure.process import Process, Setting, ask, leave_recipe

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")

LIMITS = Limits(build=1.5, run=1.0, memory=600 * MIB)


@pytest.fixture(scope="module")
def pool() -> Generator[Pool]:
    with Pool(c.FakeRecipe(), threads=1, builders=2, limits=LIMITS) as pool:
        assert pool.build({0: None}) == {0: None}
        yield pool


def alive(pool: Pool) -> bool:
    """Whether a good candidate is still measured."""
    result = pool.measure(0, None)
    return isinstance(result, Timed) and 0.0005 <= min(result.times) < 0.01


@pytest.mark.parametrize(("behaviour", "kind", "said"), [
    (c.WRONG_RESULT, WRONG, "out[0] is 41.0, expected 42"),
    (c.CRASH, CRASH, "died of SIGSEGV"),
    (c.ABORT, CRASH, "died of SIGABRT: corrupted"),
    (c.EXIT, CRASH, "ended itself with status 0"),
    (c.HANG, RUN_TIMEOUT, "more than 1 s"),
    (c.MEMORY, OUT_OF_MEMORY, "could not allocate"),
])
def test_a_run_that_fails_is_classed_and_the_next_succeeds(pool: Pool, behaviour: int, kind: str, said: str):
    number = 100 + behaviour
    assert pool.build({number: (behaviour, 1)}) == {number: None}
    result = pool.measure(number, None)
    assert isinstance(result, Failure)
    assert result.kind == kind
    assert said in result.message
    assert alive(pool)


@pytest.mark.parametrize(("behaviour", "kind", "said"), [
    (c.NO_COMPILE, COMPILE_ERROR, "error"),
    (c.ILLEGAL, INVALID, "row (9, 1) is illegal"),
    (c.SLOW_BUILD, BUILD_TIMEOUT, "more than 1.5 s"),
    (c.DEAD_BUILD, CRASH, "died of SIGABRT"),
    (c.BUG, UNKNOWN, "KeyError: 'a bug'"),
])
def test_a_build_that_fails_is_classed_and_others_succeed(pool: Pool, behaviour: int, kind: str, said: str):
    rows = {2: (c.GOOD, 1), 3: (behaviour, 1), 4: (c.GOOD, 1), 5: (c.GOOD, 1)}
    results = pool.build(rows)
    failure = results.pop(3)
    assert failure is not None
    assert failure.kind == kind
    assert said in failure.message or kind == COMPILE_ERROR
    assert results == {2: None, 4: None, 5: None}


def test_what_a_candidate_prints_reaches_nobody(pool: Pool, capfd: pytest.CaptureFixture[str]):
    pool.build({6: (c.GARBAGE, 1)})
    assert isinstance(pool.measure(6, None), Timed)
    assert capfd.readouterr() == ("", "")


def test_a_hopeless_candidate_runs_only_once(pool: Pool):
    pool.build({7: (c.GOOD, 500)})
    result = pool.measure(7, 0.001)
    assert isinstance(result, Timed)
    assert len(result.times) == 1


def test_a_known_candidate_is_timed_again(pool: Pool):
    result = pool.time(0, 0.003)
    assert isinstance(result, Timed)
    assert result.times == (0.0005,)


@pytest.mark.parametrize(("threads", "right"), [(1, True), (2, False)])
def test_builds_go_on_while_others_are_timed_on_the_cores_that_are_left(threads: int, right: bool):
    """What is measured waits for the build of another; of a kernel with all cores it waits in vain."""
    with Pool(c.FakeRecipe(), threads, builders=2, limits=replace(LIMITS, run=0.8)) as pool:
        pool.build({1: (c.WAITS, 1)})
        pool.start({2: (c.SIGNAL, 1)})
        assert isinstance(pool.measure(1, None), Timed) == right
        assert pool.build({2: (c.SIGNAL, 1), 3: (c.INSTANT, 1)}) == {2: None, 3: None}


def test_builds_under_way_are_done_before_a_kernel_of_all_cores_runs():
    with Pool(c.FakeRecipe(), threads=2, builders=2, limits=replace(LIMITS, run=0.15)) as pool:
        pool.start({1: (c.WAITS, 1), 2: (c.SIGNAL, 1)})
        assert pool.build({1: (c.WAITS, 1)}) == {1: None}
        assert isinstance(pool.measure(1, None), Timed)


def test_what_is_waited_for_is_built_before_what_was_only_started():
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        pool.start({1: (c.SLOW_BUILD, 1), 2: (c.SLOW_BUILD, 2)})
        assert pool.build({3: (c.INSTANT, 1)}) == {3: None}
        assert not pool._building.replies


def test_a_runner_that_has_worked_for_long_gives_way_to_a_new_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("txc.tuner.measure.pool.RENEWED", 2)
    others = group(os.getpid())
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        pool.build({1: (c.INSTANT, 1)})
        seen: list[set[int]] = []
        for _ in range(3):
            assert isinstance(pool.measure(1, None), Timed)
            seen.append(group(os.getpid()) - others)
    assert seen[0] != seen[1] == seen[2]


def test_the_same_program_is_verified_once_and_keeps_its_times():
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        pool.build({n: (c.TWIN, 7 - n) for n in (1, 2)})
        first, second = (pool.measure(n, None) for n in (1, 2))
    assert isinstance(first, Timed)
    assert isinstance(second, Timed)
    assert first.code == second.code == "twin"
    assert second.times == (*first.times, 5e-5)


def test_a_worker_that_died_idle_is_blamed_on_nobody():
    """Whatever it had done before may have killed it: the next request goes to a new process."""
    others = group(os.getpid())
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        for number in (1, 2):
            assert pool.build({number: (c.INSTANT, 1)}) == {number: None}
            assert isinstance(pool.measure(number, None), Timed)
            for pid in group(os.getpid()) - others:
                os.kill(pid, signal.SIGKILL)
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def test_closing_leaves_no_process_and_no_file():
    others = group(os.getpid())
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        pool.build({0: (c.GOOD, 1)})
        pids = group(os.getpid()) - others
        scratch = pool._scratch
        assert pids
        assert scratch.exists()
    assert not group(os.getpid()) & pids
    assert not scratch.exists()


VICTIM = """
from support import candidates as c
from txc.tuner.measure.pool import Limits, Pool
pool = Pool(c.FakeRecipe(), 1, 2, Limits())
print("made", flush=True)
pool.start({0: (c.HANG, 1), 1: (c.SLOW_BUILD, 1), 2: (c.GOOD, 1)})
pool.build({0: (c.HANG, 1)})
pool.measure(0, None)
"""


@pytest.mark.parametrize("moment", [0.0, 0.3, 1.2])
def test_workers_die_with_a_tuner_that_is_killed(tmp_path: Path, moment: float):
    """SIGKILL ends workers that start, compile or hang, and the compilers, and removes the scratch folder."""
    path = os.pathsep.join(p for p in sys.path if p)
    victim = subprocess.Popen([sys.executable, "-c", VICTIM], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)})
    assert victim.stdout is not None
    assert victim.stdout.readline() == "made\n"
    assert eventually(lambda: group(victim.pid))
    time.sleep(moment)
    victim.kill()
    victim.wait()
    victim.stdout.close()
    assert eventually(lambda: not mentioning(str(tmp_path)))
    assert eventually(lambda: not list(tmp_path.iterdir()))


def eventually(condition):  # pyright: ignore
    end = time.monotonic() + 5
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return result


def mentioning(text: str) -> list[int]:
    """Processes with a text in their command line or working folder: workers, compilers, what these run."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (folder / "cmdline").read_bytes() or text in os.readlink(folder / "cwd"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def group(parent: int) -> set[int]:
    """The worker processes that a process started."""
    found = set[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat[1]) == parent and b"measure.worker" in command:
            found.add(int(folder.name))
    return found


def test_a_worker_started_early_has_its_limit_from_when_it_is_ready(tmp_path: Path):
    """Starting may take longer than a request: a worker that is still at it is not taken for a slow one."""
    leave_recipe(c.FakeRecipe(), tmp_path)
    process = Process("early", Setting(tmp_path))
    process.warm()
    child = process.fileno()
    process.warm()
    assert process.fileno() == child
    assert ask(process, {"op": "prepare", "folder": str(tmp_path)}, 0.15, "late") == {"ok": True}
    process.kill()


@pytest.mark.slow
def test_the_memory_of_the_tuner_is_not_taken_for_that_of_a_candidate():
    """Linux counts what the process that forked had: a crash under a large tuner stays a crash."""
    large = b"\1" * (700 * MIB)
    with Pool(c.FakeRecipe(), threads=1, builders=1, limits=LIMITS) as pool:
        assert pool.build({1: (c.CRASH, 1)}) == {1: None}
        result = pool.measure(1, None)
    assert len(large) > LIMITS.memory
    assert isinstance(result, Failure)
    assert result.kind == CRASH


def test_workers_that_rest_take_up_again_what_was_built(pool: Pool):
    assert pool.build({70: (c.GOOD, 1)}) == {70: None}
    pool.start({71: (c.GOOD, 1)})
    pool.rest()
    assert pool._runner._child is None
    assert all(builder._child is None for builder in pool._builders)
    assert isinstance(pool.measure(70, None), Timed)
    assert pool.build({71: (c.GOOD, 1)}) == {71: None}
    assert isinstance(pool.measure(71, None), Timed)
