"""Targets as text: what they mean, what applies to what, what C calls their features."""

import pytest
from txc.compiler.target.data import FEATURES, NAMED
from txc.compiler.target.host import machine
from txc.compiler.target.target import applies, c_features, host, parse, requirement
from txc.dsl.diagnostics import TxcError

NAMES = [f"{n.family}:{n.name}" for n in NAMED]


@pytest.mark.parametrize("text", [*NAMES, "cpu:x86-64-v4+avx512_vnni", "cpu:generic+fma+avx2"])
def test_text_of_a_target_parses_to_the_same_target(text: str):
    target = parse(text)
    assert str(target) == text
    assert parse(str(target)) == target


def test_features_that_a_name_implies_leave_the_canonical_text():
    assert str(parse("cpu:x86-64-v3+avx2+sse4_2")) == "cpu:x86-64-v3"
    assert str(parse("cpu:x86-64-v4+avx512_vnni+avx2")) == "cpu:x86-64-v4+avx512_vnni"


def test_this_machine_has_a_name_that_describes_only_features_it_has():
    named = parse(str(host()))
    assert named.features == host().features
    assert host().cores >= 1
    assert host().l1 >= 4096


@pytest.mark.parametrize(("text", "vector"), [
    ("cpu:generic", (16, 16)), ("cpu:x86-64", (16, 16)), ("cpu:x86-64-v2", (16, 16)),
    ("cpu:x86-64-v3", (32, 16)), ("cpu:x86-64-v4", (64, 32)),
    ("cpu:aarch64", (16, 32)), ("cpu:generic+avx2", (32, 16))])
def test_vector_registers_follow_from_the_features(text: str, vector: tuple[int, int]):
    target = parse(text)
    assert (target.vector_bytes, target.vector_registers) == vector


@pytest.mark.parametrize(("schedule", "target", "does"), [
    ("cpu", "cpu:generic", True), ("cpu", "cpu:aarch64", True), ("cpu:generic", "cpu:x86-64-v3", True),
    ("cpu:x86-64-v2", "cpu:x86-64-v3", True), ("cpu:x86-64-v3", "cpu:x86-64-v2", False),
    ("cpu:x86-64-v3", "cpu:aarch64", False), ("cpu+avx2", "cpu:x86-64-v3", True),
    ("cpu+avx512_vnni", "cpu:x86-64-v4", False), ("cpu+avx512_vnni", "cpu:x86-64-v4+avx512_vnni", True),
    ("cuda", "cpu:generic", False), ("cuda:sm_75", "cuda:sm_90", True), ("cuda:sm_90", "cuda:sm_75", False)])
def test_a_schedule_applies_where_the_family_matches_and_its_features_are_a_subset(
        schedule: str, target: str, does: bool):
    assert applies(schedule, parse(target)) is does


def test_more_features_make_a_requirement_more_specific():
    texts = ["cpu", "cpu:generic", "cpu:x86-64", "cpu:x86-64-v3", "cpu:x86-64-v4",
             "cpu:x86-64-v4+avx512_vnni"]
    ranks = [requirement(t).rank for t in texts]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(("text", "code", "hint"), [
    ("cpux", "R600", "did you mean 'cpu'?"), ("", "R600", "known families: cpu, cuda"),
    ("cpu:", "R600", "`txc targets` lists them"), ("cpu:x86-64-v5", "R600", "did you mean 'x86-64-v4'?"),
    ("cuda:x86-64", "R600", "`txc targets` lists them"), ("cpu+axv2", "R601", "did you mean 'avx2'?"),
    ("cpu:x86-64-v3+", "R601", "`txc targets --features` lists them")])
def test_unknown_words_are_errors_with_a_hint(text: str, code: str, hint: str):
    for read in (parse, requirement):
        with pytest.raises(TxcError) as caught:
            read(text)
        assert [(d.code, d.hint) for d in caught.value.diagnostics] == [(code, hint)]


@pytest.mark.parametrize(("text", "names"), [
    ("cpu:generic", ()), ("cpu:aarch64", ()), ("cpu:x86-64-v2", ("sse4.2",)),
    ("cpu:x86-64-v3", ("f16c", "fma", "avx2")),
    ("cpu:x86-64-v4", ("f16c", "fma", "avx512cd", "avx512bw", "avx512dq", "avx512vl"))])
def test_c_features_are_the_ones_that_no_other_implies(text: str, names: tuple[str, ...]):
    assert c_features(parse(text)) == names


def test_every_feature_implies_only_known_features():
    assert all(i in FEATURES for f in FEATURES.values() for i in f.implies)


def test_a_design_has_fma_units_and_an_instruction_set_has_none():
    assert (parse("cpu:zen3").fma_units, parse("cpu:zen3").fma_latency) == (2, 4)
    assert parse("cpu:x86-64-v3").fma_units == 0
    assert parse("cpu").fma_units == (parse(f"cpu:{machine().core}").fma_units if machine().core else 0)


def test_a_schedule_for_a_design_applies_wherever_its_instructions_are():
    assert applies("cpu:zen3", parse("cpu:haswell"))
    assert not applies("cpu:zen4", parse("cpu:zen3"))
