"""What code is generated for: `family[:name][+feature…]` in text, command line and records alike.

The same text means two things. As a *target* (`parse`) it is a machine: `cpu` is this one, `cpu:generic`
any. As a *requirement* (`requirement`, what stands after `for` in a schedule) it is a set of features that a
target must have: `for cpu` asks nothing, so it applies to every CPU, `for cpu:x86-64-v3` to all with AVX2.
"""

from __future__ import annotations

from ...dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from ...dsl.record import record
from .data import FAMILIES, FEATURES, NAMED, best_name, closure, named, registers
from .host import Machine, machine


@record
class Target:
    """A machine to generate code for.

    `features` holds those that the name implies too. `l1` and `l2` are bytes for one core, `l3` bytes shared
    by all (0 where there is none); `cores` is how many threads may run. `fma_units` vectors of fused
    multiply-adds start in a cycle and are done after `fma_latency` cycles; both are 0 where not known.
    `str()` is the canonical text, which leaves sizes of caches, cores and FMA units out.
    """

    family: str
    name: str
    features: frozenset[str]
    vector_bytes: int
    vector_registers: int
    cores: int
    l1: int
    l2: int
    l3: int
    fma_units: int = 0
    fma_latency: int = 0

    def __str__(self) -> str:
        base = named(self.family, self.name)
        implied = closure(base.features) if base else frozenset[str]()
        return "+".join([f"{self.family}:{self.name}", *_minimal(self.features - implied)])

    def lanes(self, size: int) -> int:
        """How many elements of so many bytes fill a vector register; at least one."""
        return max(1, self.vector_bytes // size)


@record
class Requirement:
    """What a schedule asks of a target."""

    family: str
    name: str
    features: frozenset[str]

    @property
    def rank(self) -> tuple[int, bool]:
        """How specific it is, greater is more: the number of features, then whether a name is given."""
        return len(self.features), bool(self.name)

    def applies(self, target: Target) -> bool:
        """Whether the target is of the family and has every feature asked for."""
        return self.family == target.family and self.features <= target.features


def parse(text: str) -> Target:
    """The target a text names. `cpu` is this machine; features are added to what the name has.

    Raises TxcError R600 for an unknown family or name, R601 for an unknown feature.
    """
    family, name, extra = _split(text)
    if family == "cpu" and not name:
        here = machine()
        return _target(family, "", here.features | closure(extra), here)
    base = named(family, name or _weakest(family))
    assert base is not None
    sizes = Machine(frozenset(), base.cores, base.l1, base.l2, base.l3, base.core and base.name)
    return _target(family, base.name, closure(base.features) | closure(extra), sizes)


def requirement(text: str) -> Requirement:
    """The requirement that a schedule's target text states; raises the errors of `parse`."""
    family, name, extra = _split(text)
    base = named(family, name)
    features = closure(base.features if base else ()) | closure(extra)
    return Requirement(family, name, features)


def applies(text: str, target: Target) -> bool:
    """Whether a schedule `for text` applies to the target."""
    return requirement(text).applies(target)


def host() -> Target:
    """This machine."""
    return parse("cpu")


# GCC does not take these from AVX-512, which no processor has without them.
_SAID = ("f16c", "fma")


def c_features(target: Target) -> tuple[str, ...]:
    """Names for C target attributes and `__builtin_cpu_supports`, without those that another one implies.

    `("f16c", "fma", "avx2")` for `cpu:x86-64-v3`, nothing for `cpu:generic`.
    """
    known = frozenset(f for f in target.features if FEATURES[f].c_name)
    wanted = {*_minimal(known), *known.intersection(_SAID)}
    return tuple(FEATURES[f].c_name for f in FEATURES if f in wanted)


def _target(family: str, name: str, features: frozenset[str], sizes: Machine) -> Target:
    width, count = registers(family, features)
    name = name or best_name(family, features).name
    core = named(family, sizes.core)
    fma = (core.fma_units, core.fma_latency) if core else (0, 0)
    return Target(family, name, features, width, count, sizes.cores, sizes.l1, sizes.l2, sizes.l3, *fma)


def _weakest(family: str) -> str:
    return next(n.name for n in NAMED if n.family == family)


def _minimal(features: frozenset[str]) -> list[str]:
    """The features that no other one of them implies, in the order of the table."""
    implied = frozenset[str]().union(*(closure(FEATURES[f].implies) for f in features))
    return [f for f in FEATURES if f in features - implied]


def _split(text: str) -> tuple[str, str, list[str]]:
    """Family, name (may be empty) and features of a text, all known."""
    head, *extra = text.strip().split("+")
    family, _, name = head.partition(":")
    if family not in FAMILIES:
        raise _error("R600", f"unknown target family '{family}' in '{text}'",
                     did_you_mean(family, FAMILIES) or f"known families: {', '.join(FAMILIES)}")
    names = [n.name for n in NAMED if n.family == family]
    if (name or ":" in head) and name not in names:
        raise _error("R600", f"unknown target '{head}'",
                     did_you_mean(name, names) or "`txc targets` lists them")
    for feature in extra:
        if feature not in FEATURES:
            raise _error("R601", f"unknown feature '{feature}' in target '{text}'",
                         did_you_mean(feature, FEATURES) or "`txc targets --features` lists them")
    return family, name, extra


def _error(code: str, message: str, hint: str) -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
