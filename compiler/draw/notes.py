"""What a schedule does to each tensor, in a few words for a picture."""

from __future__ import annotations

from collections.abc import Iterable

from ...dsl import ast
from .. import dag


def notes(graph: dag.Dag, directives: Iterable[ast.Directive]) -> dict[str, tuple[str, ...]]:
    """Words about the tensors of a kernel by name, in the order in which a schedule comes to them."""
    made = _Notes({t.name for t in graph.inputs} | {s.name for s in graph.stages})
    for directive in directives:
        made.add(directive)
    return {name: tuple(dict.fromkeys([*made.loops_of(name), *words])) for name, words in made.words.items()}


class _Notes:
    """Notes being collected. Loops are known by their bare names too, as splits introduce them."""

    def __init__(self, tensors: set[str]) -> None:
        self.words: dict[str, list[str]] = {name: [] for name in sorted(tensors)}
        self.copies: dict[str, str] = {}        # cache stages: the tensor that they stand for
        self.loops: dict[str, str] = {}         # parts of splits: their stage
        self.splits: dict[str, list[str]] = {}
        self.places: dict[str, list[str]] = {}

    def add(self, node: ast.Directive) -> None:
        """Take note of a directive."""
        match node:
            case ast.When():
                for inner in node.directives:
                    self.add(inner)
            case ast.Split():
                self._split(node)
            case ast.Inline():
                for stage in node.stages:
                    self._say(self._stage(stage), "inlined")
            case ast.ComputeAt():
                self.places.setdefault(self._stage(node.stage), []).extend(map(str, node.places))
            case ast.CacheRead():
                self._copy(node, "copied")
            case ast.CacheWrite():
                self._copy(node, "cached")
            case ast.Rfactor():
                self._say(self._stage(node.loop), f"factored as {node.name}")
            case ast.Parallel():
                self._say(self._stage(node.loops[0]), f"parallel {ast.words(node.loops)}")
            case ast.Vectorize():
                self._say(self._stage(node.loop), f"in lanes {node.loop}")
            case _:
                pass

    def loops_of(self, name: str) -> list[str]:
        """Into which tiles a stage is cut, and where it is computed, as far as the schedule says."""
        cut, places = self.splits.get(name), self.places.get(name)
        return [*([f"tiled {' '.join(dict.fromkeys(cut))}"] if cut else []),
                *([f"computed at {' or '.join(dict.fromkeys(places))}"] if places else [])]

    def _split(self, node: ast.Split) -> None:
        stage = self._stage(node.loop)
        self.loops |= {part.name: stage for part in node.parts}
        if stage in self.words and stage not in self.copies:
            self.splits.setdefault(stage, []).append(node.loop.parts[-1])

    def _copy(self, node: ast.CacheRead | ast.CacheWrite, word: str) -> None:
        tensor = self._stage(node.tensor)
        self._say(tensor, f"{word} as {node.name}")
        self.copies[node.name] = tensor

    def _say(self, name: str, word: str) -> None:
        if name in self.words:
            self.words[name].append(word)

    def _stage(self, ref: ast.Ref) -> str:
        """The stage that a reference to it or to one of its loops names; empty where it is not known."""
        parts = ref.parts
        for count in range(len(parts), 0, -1):
            name = ".".join(parts[:count])
            if name in self.words or name in self.copies:
                return name
        return self.loops.get(parts[-1], "")
