"""Reading what this machine is from the files that a Linux system keeps."""

from pathlib import Path

from txc.compiler.target import host

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
