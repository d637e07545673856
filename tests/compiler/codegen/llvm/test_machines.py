"""What LLVM calls machines and their features."""

import pytest
from txc.compiler.codegen.llvm.machines import architecture, attributes, features, triple
from txc.compiler.target.data import NAMED
from txc.compiler.target.target import parse


@pytest.mark.parametrize(("target", "machine"), [
    ("cpu:x86-64-v3", "x86_64"), ("cpu:aarch64", "aarch64"), ("cpu:riscv64", "riscv64")])
def test_triples(target: str, machine: str) -> None:
    """The instruction set that the target names; without one that of this machine."""
    assert architecture(parse(target)) == machine
    assert triple(parse(target)).startswith(machine.replace("aarch64", "a"))
    assert architecture(parse("cpu:generic")) == architecture(parse("cpu"))


def test_features_have_llvms_names() -> None:
    """Renamed where Linux and LLVM differ; no vector is split that the target has registers for."""
    assert {"sse4.2", "avx2", "fma", "f16c"} <= set(features(parse("cpu:x86-64-v3")))
    assert "avx512vnni" in features(parse("cpu:x86-64-v4+avx512_vnni"))
    assert '"prefer-vector-width"="512"' in attributes(parse("cpu:x86-64-v4"))


@pytest.mark.parametrize("name", [n.name for n in NAMED if n.family == "cpu"])
def test_every_target_has_some(name: str) -> None:
    assert "target-features" in attributes(parse(f"cpu:{name}"))
