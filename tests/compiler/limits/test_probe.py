"""Windows of work: what they count. How fast the machine is, nothing here asserts."""

import numpy as np
import pytest
from txc.compiler.limits.probe import Probe
from txc.compiler.target.target import host
from txc.dsl.diagnostics import TxcError


@pytest.fixture(scope="module")
def probe() -> Probe:
    return Probe(host(), window=1e-4)


@pytest.mark.parametrize("threads", [1, 2])
def test_every_kind_of_work_has_a_rate(probe: Probe, threads: int):
    assert all(probe.arithmetic(kind, threads) > 0 for kind in probe.kinds)
    assert probe.read(4096, threads) > 0
    assert probe.copy(4096, threads) > 0


def test_a_copy_moves_the_first_half_to_the_second(probe: Probe):
    size = 8192
    buffer = probe._buffer(0, size)
    buffer[:] = np.arange(size) % 251
    probe.copy(size)
    assert (buffer[size // 2:] == np.arange(size // 2) % 251).all()


def test_buffers_of_threads_differ_and_are_aligned(probe: Probe):
    first, second = probe._buffer(0, 4096), probe._buffer(1, 4096)
    assert not np.shares_memory(first, second)
    assert first.ctypes.data % 64 == second.ctypes.data % 64 == 0


def test_a_compiler_that_refuses_is_an_error(tmp_path):
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho 'no such instruction' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(TxcError) as caught:
        Probe(host(), str(broken))
    found = caught.value.diagnostics[0]
    assert (found.code, found.message) == (
        "R640", "the kernels that measure this machine cannot be built: no such instruction")
