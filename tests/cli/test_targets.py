"""`txc targets`: the table of what code can be generated for."""

from support.command import Txc
from txc.compiler.target.data import FEATURES, NAMED
from txc.compiler.target.target import host


def test_every_named_target_is_listed_and_this_machine_marked(txc: Txc):
    shown = txc("targets")
    assert shown.code == 0
    listed, _, after = shown.out.partition("\n\n")
    assert [line.split()[0] for line in listed.splitlines()] == [
        "target", "cpu", *(f"{n.family}:{n.name}" for n in NAMED)]
    assert after == "measure what this machine can reach: txc doctor --measure\n"
    assert f"this machine: {host()}, {host().cores} cores" in shown.out


def test_caches_and_fma_units_of_a_design_are_shown(txc: Txc):
    row = next(line for line in txc("targets").out.splitlines() if line.startswith("cpu:zen4 "))
    assert " ".join(row.split()) == "cpu:zen4 32 × 64 B 1 × 4 32 KiB 1 MiB 32 MiB AMD Zen 4"


def test_features(txc: Txc):
    lines = txc("targets", "--features").out.splitlines()
    assert [line.split()[0] for line in lines] == list(FEATURES)


def test_json(txc: Txc):
    found = txc("targets", "--json").json
    assert found["host"]["target"] == str(host())
    assert found["host"]["cores"] == host().cores
    assert {t["target"]: t["available"] for t in found["targets"]} == {
        f"{n.family}:{n.name}": n.family == "cpu" for n in NAMED}
    assert found["features"] == list(FEATURES)
