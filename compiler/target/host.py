"""What this machine is: features, usable cores, cache sizes. No program is started to find out."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from pathlib import Path

from ...dsl.record import record
from .data import FEATURES, closure

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64",
                  "riscv64": "riscv64"}
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

# Models of processors, as /proc/cpuinfo numbers them, and the target of that design: first and last model.
_X86_MODELS: dict[tuple[str, int], tuple[tuple[str, int, int], ...]] = {
    ("GenuineIntel", 6): (
        ("haswell", 60, 60), ("haswell", 61, 61), ("haswell", 63, 63), ("haswell", 69, 71),
        ("haswell", 79, 79), ("haswell", 86, 86), ("skylake", 78, 78), ("skylake", 94, 94),
        ("skylake", 142, 142), ("skylake", 158, 158), ("skylake", 165, 166), ("skylake-avx512", 85, 85),
        ("icelake-server", 106, 106), ("icelake-server", 108, 108), ("sapphirerapids", 143, 143),
        ("emeraldrapids", 207, 207)),
    ("AuthenticAMD", 23): (("zen2", 49, 175),),
    ("AuthenticAMD", 25): (("zen3", 0, 15), ("zen4", 16, 31), ("zen3", 32, 95), ("zen4", 96, 175)),
    ("AuthenticAMD", 26): (("zen5", 0, 255),),
}
_ARM_PARTS = {("0x41", "0xd0c"): "neoverse-n1", ("0x41", "0xd40"): "neoverse-v1",
              ("0x41", "0xd49"): "neoverse-n2", ("0x41", "0xd4f"): "neoverse-v2"}


@record
class Machine:
    """Features with all they imply, usable cores, and caches in bytes: l1 and l2 of one core, l3 shared.

    `core` is the target that is named after the processor's design, empty where that is not known.
    """

    features: frozenset[str]
    cores: int
    l1: int
    l2: int
    l3: int
    core: str = ""


@cache
def machine() -> Machine:
    """This machine; typical cache sizes where the system does not tell."""
    sizes = _darwin_caches() if sys.platform == "darwin" else _linux_caches()
    l1, l2 = sizes.get(1) or 32 << 10, sizes.get(2) or 512 << 10
    cpuinfo = _read(Path("/proc/cpuinfo"))
    core = core_name(cpuinfo) or ("apple-m1" if model().startswith("Apple") else "")
    return Machine(_features(), _cores(), l1, l2, sizes.get(3, 0), core)


@cache
def model() -> str:
    """The processor's name, for people; empty where unknown."""
    for line in _read(Path("/proc/cpuinfo")).splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "uarch"):
            return value.strip()
    return platform.processor()


def cpu_flags(cpuinfo: str) -> frozenset[str]:
    """The feature words of the first processor in the text of /proc/cpuinfo."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return frozenset()


def core_name(cpuinfo: str) -> str:
    """The design of the processor in a text of /proc/cpuinfo, as a name of a target; empty if unknown."""
    first: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        first.setdefault(key.strip(), value.strip())
    if "CPU part" in first:
        return _ARM_PARTS.get((first.get("CPU implementer", ""), first["CPU part"]), "")
    numbers = (first.get("cpu family", ""), first.get("model", ""))
    if not all(n.isdigit() for n in numbers):
        return ""
    family, number = map(int, numbers)
    models = _X86_MODELS.get((first.get("vendor_id", ""), family), ())
    return next((name for name, low, high in models if low <= number <= high), "")


def cache_sizes(folder: Path) -> dict[int, int]:
    """Bytes of the data and unified caches by level, from a folder like /sys/…/cpu0/cache."""
    sizes: dict[int, int] = {}
    for index in sorted(folder.glob("index*")):
        kind, level, size = (_read(index / f).strip() for f in ("type", "level", "size"))
        if kind in ("Data", "Unified") and level.isdigit():
            sizes[int(level)] = _bytes(size)
    return sizes


def _features() -> frozenset[str]:
    """Known features of this machine; one counts only with all it implies, for a hypervisor may hide some."""
    architecture = _ARCHITECTURES.get(platform.machine().lower())
    if architecture is None:
        return frozenset()
    flags = _darwin_flags() if sys.platform == "darwin" else cpu_flags(_read(Path("/proc/cpuinfo")))
    has = {architecture, *flags}
    return frozenset(f for f in FEATURES if architecture in closure([f]) and closure([f]) <= has)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _linux_caches() -> dict[int, int]:
    return cache_sizes(Path("/sys/devices/system/cpu/cpu0/cache"))


def _bytes(text: str) -> int:
    """`512K` is 524288; 0 for what is no size."""
    number, unit = text.rstrip("KMG"), text[-1:]
    return int(number) * _UNITS.get(unit, 1) if number.isdigit() else 0


def _darwin_caches() -> dict[int, int]:
    names = {1: "hw.l1dcachesize", 2: "hw.l2cachesize", 3: "hw.l3cachesize"}
    return {level: _sysctl(name) for level, name in names.items()}


def _darwin_flags() -> frozenset[str]:
    names = {"sse4_2": "sse4_2", "avx": "avx1_0", "f16c": "f16c", "fma": "fma", "avx2": "avx2_0",
             "avx512f": "avx512f", "asimdhp": "arm.FEAT_FP16", "asimddp": "arm.FEAT_DotProd",
             "i8mm": "arm.FEAT_I8MM", "bf16": "arm.FEAT_BF16"}
    return frozenset(flag for flag, name in names.items() if _sysctl(f"hw.optional.{name}"))


def _sysctl(name: str) -> int:
    """A number from the Darwin kernel, 0 where it has none."""
    import ctypes

    value, size = ctypes.c_int64(0), ctypes.c_size_t(8)
    libc = ctypes.CDLL(None)
    failed = libc.sysctlbyname(name.encode(), ctypes.byref(value), ctypes.byref(size), None, 0)
    return 0 if failed else value.value


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
