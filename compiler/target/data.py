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
    """A target with a name: its features, cache sizes in bytes for one core (l3: shared), and cores."""

    family: str
    name: str
    features: tuple[str, ...]
    summary: str
    cores: int = 8
    l1: int = 32 << 10
    l2: int = 512 << 10
    l3: int = 16 << 20


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

# Within a family, weakest first: a machine is called by the last one whose features it has.
NAMED: tuple[Named, ...] = (
    Named("cpu", "generic", (), "portable C, any machine"),
    Named("cpu", "x86-64", ("x86_64",), "any 64-bit x86 (SSE2)"),
    Named("cpu", "x86-64-v2", ("sse4_2",), "x86 since about 2009 (SSE4.2)"),
    Named("cpu", "x86-64-v3", ("avx2", "fma", "f16c"), "x86 since about 2013 (AVX2, FMA)"),
    Named("cpu", "x86-64-v4", _AVX512, "x86 with AVX-512", l1=48 << 10, l2=1 << 20),
    Named("cpu", "aarch64", ("aarch64",), "64-bit Arm (Neon)", l1=64 << 10, l2=1 << 20),
    Named("cpu", "riscv64", ("riscv64",), "64-bit RISC-V", cores=4, l3=2 << 20),
    *(Named("cuda", sm, (sm,), "NVIDIA GPU", cores=1, l1=64 << 10, l2=32 << 20, l3=0)
      for sm in FEATURES if sm.startswith("sm_")),
)

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
    """The last, most capable named target of a family whose features are all there."""
    fitting = [n for n in NAMED if n.family == family and closure(n.features) <= features]
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
