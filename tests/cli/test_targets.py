"""`txc targets`: the table of what code can be generated for."""

from support.command import Txc
from txc.compiler.target.data import FEATURES, NAMED
from txc.compiler.target.target import host


def test_every_named_target_is_listed_and_this_machine_marked(txc: Txc):
    shown = txc("targets")
    assert shown.code == 0
    assert [line.split()[0] for line in shown.out.splitlines()] == [
        "target", "cpu", *(f"{n.family}:{n.name}" for n in NAMED)]
    assert f"this machine: {host()}, {host().cores} cores" in shown.out


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
