"""Reading what this machine is from the files that a Linux system keeps."""

from pathlib import Path

import pytest
from txc.compiler.target import host
from txc.compiler.target.data import NAMED

CPUINFO = """processor\t: 0
model name\t: Some CPU
flags\t\t: fpu sse4_2 avx avx2 fma f16c

processor\t: 1
flags\t\t: other
"""


def test_flags_are_those_of_the_first_processor():
    assert host.cpu_flags(CPUINFO) == {"fpu", "sse4_2", "avx", "avx2", "fma", "f16c"}
    assert host.cpu_flags("Features\t: fp asimd asimddp\n") == {"fp", "asimd", "asimddp"}
    assert host.cpu_flags("") == frozenset()


def test_cache_sizes_are_of_data_and_unified_caches(tmp_path: Path):
    rows = [("Data", "1", "48K"), ("Instruction", "1", "32K"), ("Unified", "2", "2048K"),
            ("Unified", "3", "105M")]
    for number, row in enumerate(rows):
        folder = tmp_path / f"index{number}"
        folder.mkdir()
        for name, text in zip(("type", "level", "size"), row, strict=True):
            (folder / name).write_text(text + "\n")
    assert host.cache_sizes(tmp_path) == {1: 48 << 10, 2: 2 << 20, 3: 105 << 20}


def test_no_cache_folder_gives_no_sizes(tmp_path: Path):
    assert host.cache_sizes(tmp_path / "absent") == {}


def test_a_feature_counts_only_with_everything_it_implies(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(host, "_read", lambda _: "flags : sse4_2 avx avx512f avx512_vnni")
    assert host._features() == {"x86_64", "sse4_2", "avx"}


def test_an_unknown_machine_has_no_features(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert host._features() == frozenset()


@pytest.mark.parametrize(("fields", "core"), [
    ({"vendor_id": "AuthenticAMD", "cpu family": "25", "model": "1"}, "zen3"),
    ({"vendor_id": "AuthenticAMD", "cpu family": "25", "model": "17"}, "zen4"),
    ({"vendor_id": "GenuineIntel", "cpu family": "6", "model": "207"}, "emeraldrapids"),
    ({"vendor_id": "GenuineIntel", "cpu family": "6", "model": "85"}, "skylake-avx512"),
    ({"CPU implementer": "0x41", "CPU part": "0xd40"}, "neoverse-v1"),
    ({"CPU implementer": "0x42", "CPU part": "0xd40"}, ""),
    ({"vendor_id": "GenuineIntel", "cpu family": "6", "model": "1"}, ""), ({}, "")])
def test_the_design_follows_from_the_numbers_of_the_first_processor(fields: dict[str, str], core: str):
    text = "".join(f"{key}\t: {value}\n" for key, value in fields.items())
    assert host.core_name(text + "\nprocessor\t: 1\nmodel\t\t: 999\n") == core


def test_every_design_is_a_named_target():
    names = {n.name for n in NAMED if n.core}
    assert {name for models in host._X86_MODELS.values() for name, _, _ in models} <= names
    assert set(host._ARM_PARTS.values()) <= names
