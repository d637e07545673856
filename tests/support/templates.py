"""Random templates: directives with holes over a few kernels, those kept that are legal for some choice."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from txc.compiler.dag import Dag
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.check import structures
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Holes
from txc.compiler.schedule.state import StageState, State
from txc.dsl.parser import parse_directives

from .kernels import dag
from .scheduled import TARGET

KERNELS: dict[str, Dag] = {name: dag(text) for name, text in {
    "matmul": """kernel f[M = 11, N = 13, K = 6](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
        C[i, j] = sum[k](A[i, k] * B[k, j])  D[i, j] = max(C[i, j], 0) }""",
    "stencil": """kernel f[N = 12, M = 7](X: f32[N, M]) -> (D: f32[N, M]) {
        A[i, j] = X[i, j] * 2  B[i < N, j] = (A[i - 1, j] else 0) + (A[i + 1, j] else 0)
        D[i, j < M] = (B[i, j - 1] else 0) + B[i, j] }""",
    "strided": """kernel f[N = 7](X: f32[3 * N + 4]) -> (D: f32[N]) {
        A[i < 3 * N + 4] = X[i] * 2  D[i < N] = A[3 * i] + A[3 * i + 2] + sum[r < 4](A[2 * i + r]) }""",
    "rounded": """kernel f[N = 12](X: f32[N]) -> (D: f32[N]) {
        A[i] = X[i] * 2  D[i] = A[i // 3 * 2] + A[(i + 2) % 4] + A[N - 1 - i] }""",
    "rows": """kernel f[B = 5, N = 9](X: f32[B, N]) -> (Y: f32[B, N], m: f32[B]) {
        m[b] = max[j](X[b, j])  e[b, j] = X[b, j] - m[b]  z[b] = sum[j](e[b, j])  Y[b, j] = e[b, j] + z[b]
        }""",
}.items()}


def template_text(random: Random, graph: Dag, size: int) -> str:
    """The text of a template that is legal for at least one of its structural choices."""
    kept: list[str] = []
    for n in range(size):
        state = _state(graph, "\n".join(kept))
        assert state is not None
        line = _directive(random, state, n)
        if _state(graph, "\n".join([*kept, line])) is not None:
            kept.append(line)
    return "\n".join(kept)


def _state(graph: Dag, text: str) -> State | None:
    """The kernel with the first legal structure of a template."""
    directives, sizes = parse_directives(text), dict(graph.sizes)
    try:
        for structure in structures(directives, sizes):
            try:
                return apply(graph, TARGET, directives, Holes(sizes, structure))
            except ScheduleError:
                continue
    except ScheduleError:
        pass
    return None


def _directive(random: Random, state: State, n: int) -> str:
    stage = random.choice(list(state.stages.values()))
    loops = [loop.name for loop in stage.loops]
    match random.choice(("split", "split", "split", "order", "attach", "attach", "fuse", "parallel",
                         "vectorize",
                         "unroll", "knob", "inline")):
        case "split":
            return _split(random, stage, random.choice(loops), n)
        case "order":
            return f"order {stage.name}: {' '.join(random.sample(loops, len(loops)))}"
        case "attach":
            return _attach(random, state, stage)
        case "fuse":
            first = random.randrange(len(loops))
            return f"fuse {_adjacent(stage, loops[first:first + 2])} as f{n}"
        case "parallel":
            count = random.choice(("", f": 0..{len(loops)}", ": {0, 1}"))
            return f"parallel {_adjacent(stage, loops)}{count}"
        case "vectorize":
            return f"vectorize {stage.name}.{random.choice(loops)}"
        case "unroll":
            return f"unroll {stage.name}: {{0, 4, 16}}, {random.choice(('true', '{false, true}'))}"
        case "knob":
            inner = _split(random, stage, random.choice(loops), n)
            return f"knob k{n} in {{false, true}}\nwhen k{n} {{ {inner} }}"
        case _:
            return f"inline {stage.name}"


def _split(random: Random, stage: StageState, loop: str, n: int) -> str:
    size = ("", "", ": 2", ": 3", ": 16", ": 1..4", ": 2..9", ": {1, 4, 5}")
    parts = ", ".join(f"s{n}{part}{random.choice(size)}" for part in "abc"[: random.choice((2, 2, 3))])
    return f"split {stage.name}.{loop}: [{parts}]"


def _attach(random: Random, state: State, stage: StageState) -> str:
    places = [f"{s.name}.{loop.name}" for s in state.stages.values() for loop in s.loops if s is not stage]
    chosen = random.sample([*places, "root"], min(random.choice((1, 1, 2, 3)), len(places) + 1))
    return f"compute {stage.name} at " + (chosen[0] if len(chosen) == 1 else f"{{{', '.join(chosen)}}}")


def _adjacent(stage: StageState, loops: Sequence[str]) -> str:
    return " ".join(f"{stage.name}.{loop}" for loop in loops)
