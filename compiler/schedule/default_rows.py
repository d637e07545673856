"""Rows: stages that are computed together, at the loop over the rows of the stage that needs them last.

A softmax is a maximum, exponentials, their sum and a quotient, all of one row, which stays in cache.
"""

from __future__ import annotations

from collections.abc import Collection

from ...dsl import typed
from .. import dag


def row_group(graph: dag.Dag, host: dag.Stage, done: Collection[str],
              inlined: Collection[str]) -> list[dag.Stage]:
    """The stages that only the rows of `host` need, row by row, those that read others first.

    A row is everything inside the axes of the host but the last, or inside all of those of a reduction. A
    stage belongs to it if all its readers do and read the same row, and if it reads nothing across rows.
    """
    rows = len(host.axes) - (host.reduction is None)
    group = {host.name: host}
    if rows < 1:
        return []
    for stage in reversed(graph.stages):
        free = stage.name not in done or stage.name in inlined
        if free and stage.name != host.name and not graph.is_output(stage.name):
            readers = [graph.stage(name) for name in graph.consumers(stage.name)]
            if all(r.name in group for r in readers) and _same_rows(stage, readers, host, rows):
                group[stage.name] = stage
    return [stage for name, stage in group.items() if name != host.name and name not in inlined]


def _same_rows(stage: dag.Stage, readers: list[dag.Stage], host: dag.Stage, rows: int) -> bool:
    if stage.shape[:rows] != host.shape[:rows] or len(stage.axes) < rows:
        return False
    inward = all(_is_row(read, reader, rows) for reader in readers for read in typed.reads(reader.body)
                 if read.tensor == stage.name)
    outward = all(_is_row(read, stage, rows) for read in typed.reads(stage.body) if len(read.index) > rows)
    return inward and outward


def _is_row(read: typed.Read, reader: dag.Stage, rows: int) -> bool:
    """Whether a read is of the reader's own row."""
    own = tuple(typed.Index(axis.name) for axis in reader.axes[:rows])
    return read.index[:rows] == own and read.otherwise is None
