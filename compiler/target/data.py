"""The targets that have names, and the features that matter to generated code, as data.

A feature is spelled as Linux spells it in /proc/cpuinfo; a word for the instruction set itself (`x86_64`,
`aarch64`) is a feature too, so that "is this a subset of that" answers every question about what runs where.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...dsl.record import record


@record
class Feature:
    """A feature of a machine; `implies` are features that come with it.

    `c_name` is what GNU C calls it in target attributes and in `__builtin_cpu_supports`, empty where a
    compiler in use does not know it.
    """

    name: str
    implies: tuple[str, ...] = ()
    c_name: str = ""


@record
class Named:
    """A target with a name: its features, cache sizes in bytes for one core (l3: shared), and cores.

    `fma_units` is how many vectors of fused multiply-adds a core starts in a cycle, `fma_latency` after how
    many cycles a result can be used: their product is the number of independent sums that keep a core busy.
    Both are 0 where the name leaves them open. `core` is the design of the processor, for people; it is empty
    for names of instruction sets, which say nothing of a design.
    """

    family: str
    name: str
    features: tuple[str, ...]
    summary: str
    cores: int = 8
    l1: int = 32 << 10
    l2: int = 512 << 10
    l3: int = 16 << 20
    fma_units: int = 0
    fma_latency: int = 0
    core: str = ""


_FEATURES = (
    Feature("x86_64"),
    Feature("sse4_2", ("x86_64",), "sse4.2"),
    Feature("avx", ("sse4_2",), "avx"),
    Feature("f16c", ("avx",), "f16c"),
    Feature("fma", ("avx",), "fma"),
    Feature("avx2", ("avx",), "avx2"),
    Feature("avx_vnni", ("avx2",)),
    Feature("avx512f", ("avx2", "fma", "f16c"), "avx512f"),
    Feature("avx512cd", ("avx512f",), "avx512cd"),
    Feature("avx512bw", ("avx512f",), "avx512bw"),
    Feature("avx512dq", ("avx512f",), "avx512dq"),
    Feature("avx512vl", ("avx512f",), "avx512vl"),
    Feature("avx512_vnni", ("avx512f",), "avx512vnni"),
    Feature("avx512_bf16", ("avx512bw",), "avx512bf16"),
    Feature("avx512_fp16", ("avx512bw",)),
    Feature("amx_tile", ("x86_64",)),
    Feature("amx_int8", ("amx_tile",)),
    Feature("amx_bf16", ("amx_tile",)),
    Feature("aarch64"),
    Feature("asimdhp", ("aarch64",)),
    Feature("asimddp", ("aarch64",)),
    Feature("i8mm", ("aarch64",)),
    Feature("bf16", ("aarch64",)),
    Feature("sve", ("asimdhp",)),
    Feature("sve2", ("sve",)),
    Feature("riscv64"),
    Feature("sm_70"),
    Feature("sm_75", ("sm_70",)),
    Feature("sm_80", ("sm_75",)),
    Feature("sm_86", ("sm_80",)),
    Feature("sm_89", ("sm_86",)),
    Feature("sm_90", ("sm_89",)),
)
FEATURES: dict[str, Feature] = {f.name: f for f in _FEATURES}

_AVX512 = ("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl")

_AVX2 = ("avx2", "fma", "f16c")
_ICE = (*_AVX512, "avx512_vnni")
_SAPPHIRE = (*_ICE, "avx_vnni", "avx512_bf16", "avx512_fp16", "amx_int8", "amx_bf16")
_ZEN5 = (*_ICE, "avx_vnni", "avx512_bf16")
_ARMV8 = ("asimdhp", "asimddp")
_ARMV9 = (*_ARMV8, "i8mm", "bf16", "sve2")
_KIB, _MIB = 1 << 10, 1 << 20

# Instruction sets. Within a family, weakest first: a machine is called by the last one whose features it has.
_SETS = (
    Named("cpu", "generic", (), "portable C, any machine"),
    Named("cpu", "x86-64", ("x86_64",), "any 64-bit x86 (SSE2)"),
    Named("cpu", "x86-64-v2", ("sse4_2",), "x86 since about 2009 (SSE4.2)"),
    Named("cpu", "x86-64-v3", _AVX2, "x86 since about 2013 (AVX2, FMA)"),
    Named("cpu", "x86-64-v4", _AVX512, "x86 with AVX-512", l1=48 << 10, l2=1 << 20),
    Named("cpu", "aarch64", ("aarch64",), "64-bit Arm (Neon)", l1=64 << 10, l2=1 << 20),
    Named("cpu", "riscv64", ("riscv64",), "64-bit RISC-V", cores=4, l3=2 << 20),
)


def _core(name: str, features: tuple[str, ...], core: str, cores: int, caches: tuple[int, int, int],
          fma: tuple[int, int]) -> Named:
    """A processor's design: L1 and L2 of a core in KiB, L3 in MiB; FMA units and latency."""
    l1, l2, l3 = caches
    return Named("cpu", name, features, core, cores, l1 * _KIB, l2 * _KIB, l3 * _MIB, *fma, core)


# Designs of processors, from their makers' optimisation guides; cores and L3 vary between models, these are
# common ones (of one chiplet, where several share no L3). FMA units count full vectors of the target: Zen 4
# joins its two 256-bit units for one of 512.
_CORES = (
    _core("haswell", _AVX2, "Intel Haswell, Broadwell", 4, (32, 256, 8), (2, 5)),
    _core("skylake", _AVX2, "Intel Skylake to Comet Lake", 8, (32, 256, 16), (2, 4)),
    _core("skylake-avx512", _AVX512, "Intel Skylake Server", 16, (32, 1024, 22), (2, 4)),
    _core("cascadelake", _ICE, "Intel Cascade Lake", 16, (32, 1024, 24), (2, 4)),
    _core("icelake-server", _ICE, "Intel Ice Lake Server", 32, (48, 1280, 48), (2, 4)),
    _core("sapphirerapids", _SAPPHIRE, "Intel Sapphire Rapids", 32, (48, 2048, 60), (2, 4)),
    _core("emeraldrapids", _SAPPHIRE, "Intel Emerald Rapids", 32, (48, 2048, 160), (2, 4)),
    _core("zen2", _AVX2, "AMD Zen 2", 4, (32, 512, 16), (2, 5)),
    _core("zen3", _AVX2, "AMD Zen 3", 8, (32, 512, 32), (2, 4)),
    _core("zen4", (*_ICE, "avx512_bf16"), "AMD Zen 4", 8, (32, 1024, 32), (1, 4)),
    _core("zen5", _ZEN5, "AMD Zen 5", 8, (48, 1024, 32), (2, 4)),
    _core("neoverse-n1", _ARMV8, "Arm Neoverse N1 (Graviton 2, Altra)", 64, (64, 1024, 32), (2, 4)),
    _core("neoverse-v1", (*_ARMV8, "i8mm", "bf16", "sve"), "Arm Neoverse V1 (Graviton 3)", 64,
          (64, 1024, 32), (4, 4)),
    _core("neoverse-n2", _ARMV9, "Arm Neoverse N2", 64, (64, 1024, 64), (2, 4)),
    _core("neoverse-v2", _ARMV9, "Arm Neoverse V2 (Graviton 4, Grace)", 64, (64, 2048, 36), (4, 4)),
    _core("apple-m1", _ARMV8, "Apple M1", 4, (128, 3072, 8), (4, 4)),
)
_GPUS = tuple(Named("cuda", sm, (sm,), "NVIDIA GPU", cores=1, l1=64 << 10, l2=32 << 20, l3=0)
              for sm in FEATURES if sm.startswith("sm_"))

NAMED: tuple[Named, ...] = (*_SETS, *_CORES, *_GPUS)

FAMILIES = ("cpu", "cuda")
AVAILABLE = ("cpu",)      # families that code can be generated for


def closure(features: Iterable[str]) -> frozenset[str]:
    """The features and all that they imply."""
    found: set[str] = set()
    todo = list(features)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += FEATURES[name].implies
    return frozenset(found)


def named(family: str, name: str) -> Named | None:
    """The target of that name in a family."""
    return next((n for n in NAMED if (n.family, n.name) == (family, name)), None)


def best_name(family: str, features: frozenset[str]) -> Named:
    """The last, most capable instruction set of a family whose features are all there."""
    fitting = [n for n in NAMED if n.family == family and not n.core and closure(n.features) <= features]
    return fitting[-1]


def registers(family: str, features: frozenset[str]) -> tuple[int, int]:
    """Bytes of a vector register and how many there are; 16 bytes where nothing better is known."""
    if family == "cuda":
        return 16, 255
    if "avx512f" in features:
        return 64, 32
    if "avx2" in features:
        return 32, 16
    return 16, 16 if "x86_64" in features or not features else 32
