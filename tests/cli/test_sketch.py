"""`txc sketch`: blocks that can stand in a file, pictures, rules of one's own."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.command import Txc
from txc import api
from txc.cli.commands.sketch import derivation
from txc.tuner.sketch import Sketch, Step

DENSE = """\
kernel dense[M = 64, N = 64, K = 64](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}
"""
TARGET = ("--target", "cpu:x86-64-v3")
RULES = """
from txc.tuner.rules.draft import Verdict

class Unroll:
    name = "my own"
    def condition(self, draft, item, context):
        return Verdict.ONLY
    def apply(self, draft, item, context):
        yield draft.then(f"unroll {item.name}.i")

RULES = [Unroll()]
"""


@pytest.fixture(autouse=True)
def dense(folder: Path) -> None:
    (folder / "dense.tx").write_text(DENSE)


def test_every_block_parses_back_and_can_be_tuned(txc: Txc, folder: Path):
    shown = txc("sketch", "dense.tx", *TARGET)
    assert shown.code == 0
    found = api.load("dense.tx")["dense"].sketches(TARGET[1])
    assert shown.out.count("# sketch ") == len(found) > 1
    for block, sketch in zip(shown.out.split("# sketch ")[1:], found, strict=True):
        (folder / "one.tx").write_text(f"{DENSE}\n# sketch {block}")
        kernel = api.load("one.tx")["dense"]
        template = kernel.template(TARGET[1])
        assert template is not None
        assert template.directives == sketch.directives
        assert txc("check", "one.tx").code == 0


def test_json_tells_the_same(txc: Txc):
    found = txc("sketch", "dense.tx", *TARGET, "--json").json
    first = found["sketches"][0]
    assert found["sizes"] == {"M": 64, "N": 64, "K": 64}
    assert first["derivation"].startswith("S0 –")
    assert first["points"] > 1
    assert len(first["columns"]) >= 1
    only = txc("sketch", "dense.tx", *TARGET, "--number", 1, "--json").json["sketches"]
    assert only == [first]


def test_a_derivation_names_each_rule():
    made = Sketch((), derivation=(Step("inline", "D"), Step("tile", "C")))
    assert derivation(made) == "S0 –inline(D)→ S1 –tile(C)→ S2"


def test_pictures_are_written(txc: Txc, folder: Path):
    shown = txc("sketch", "dense.tx", *TARGET, "--dot", "d.dot", "--svg", "d.svg")
    assert shown.code == 0
    assert (folder / "d.dot").read_text().startswith('digraph "dense"')
    assert ElementTree.parse(folder / "d.svg").getroot().tag.endswith("svg")
    assert "error[R604]" in txc("sketch", "dense.tx", *TARGET, "--svg", "no/where.svg").err


def test_rules_of_ones_own_come_first(txc: Txc, folder: Path):
    (folder / "rules.py").write_text(RULES)
    found, *_ = txc("sketch", "good.tx", "--rules", "rules.py", "--json").json["sketches"]
    assert found["derivation"] == "S0 –my own(B)→ S1"
    assert "unroll B.i" in found["schedule"]


def test_sizes_that_are_given_are_bound(txc: Txc):
    assert "schedule scale[N = 16] for cpu" in txc("sketch", "good.tx", "-D", "N=16").out


def test_a_number_that_no_sketch_has_is_a_usage_error(txc: Txc):
    refused = txc("sketch", "good.tx", "--number", 99)
    assert refused.code == 2
    assert "error[R686]" in refused.err
