"""One kernel, one target, one schedule, and what is made of them."""

from pathlib import Path

import numpy as np
import pytest
import txc
from txc.compiler.build import Build, fill, legal
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.select import has_holes
from txc.compiler.target.target import parse as target
from txc.dsl.diagnostics import TxcError
from txc.dsl.parser import parse_directives

TEXT = """
kernel both[N = 8](A: f32[N], c: f32) -> (B: f32[N], s: f32) {
    B[i] = A[i] * c
    s = sum[i](A[i])
}
"""


@pytest.fixture(scope="module")
def build() -> Build:
    return txc.loads(TEXT)["both"].plan()


def test_a_function_with_several_outputs_gives_a_tuple(build: Build):
    a = np.arange(8, dtype=np.float32)
    b, s = build.build()(a, 2.0)
    np.testing.assert_array_equal(b, a * 2)
    assert float(s) == 28


def test_only_a_function_built_for_it_can_be_timed(build: Build):
    function = build.build(bench=True)
    assert 0 < build.time(function, build.inputs(), 3) < 1
    with pytest.raises(AttributeError):
        build.time(build.build(), build.inputs(), 3)


def test_inputs_depend_on_the_seed_alone(build: Build):
    first, again, other = build.inputs(1), build.inputs(1), build.inputs(2)
    np.testing.assert_array_equal(first["A"], again["A"])
    assert (first["A"] != other["A"]).any()


def test_a_function_of_another_kernel_does_not_verify(build: Build):
    wrong = txc.loads(TEXT.replace("A[i] * c", "A[i] + c"))["both"].build()
    assert build.verify().ok
    assert not build.verify(wrong).ok


def test_the_nest_is_watched_after_lowering_and_each_pass(build: Build):
    names: list[str] = []
    build.lower(lambda name, nest: names.append(name))
    assert names[0] == "lower"
    assert len(names) > 2


def test_a_library_is_written_beside_its_sources(build: Build, tmp_path: Path):
    for static, name in ((True, "liblayer.a"), (False, "liblayer.so")):
        assert build.library(tmp_path, "layer", static=static) == tmp_path / name
    assert (tmp_path / "layer.h").exists()


def test_a_template_is_filled_without_holes(build: Build):
    template = parse_directives("split B.i: [i0, i1: {2, 4}]")
    filled = fill(build.dag, template, target("cpu:generic"), None)
    assert not has_holes(filled)


def test_an_illegal_schedule_becomes_an_error_in_its_source(build: Build):
    with pytest.raises(TxcError, match=r"<text>:2:\d+: error\[S499\]: no"), legal(build.source):
        assert build.source is not None
        at = txc.loads(TEXT).file.declarations[0].span
        raise ScheduleError("S" + "499", "no", at)
