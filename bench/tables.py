"""The result as tables: for a terminal, for Markdown; and the means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from txc.cli.units import duration

CAP = 3.0   # of a ratio in a geometric mean, so that one easy victory does not carry it

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Lines of text in columns; all but the first column are flushed right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(rows: Sequence[Row]) -> list[Table]:
    """A table for each number of threads and each back end; without a back end, of the peers alone."""
    found: list[Table] = []
    for threads in sorted({row["threads"] for row in rows}):
        mine = [row for row in rows if row["threads"] == threads]
        peers = list(dict.fromkeys(name for row in mine for name in row["peers"]))
        for backend in dict.fromkeys(b for row in mine for b in row["ours"]) or [""]:
            found.append(_table(mine, threads, backend, peers))
    return found


def _table(rows: Sequence[Row], threads: int, backend: str, peers: Sequence[str]) -> Table:
    title = _threads(threads) + (f", {backend}" if backend else "")
    own = ("schedule", "best", "median", "GFLOP/s", "of limit") if backend else ()
    parts = ("best", "GFLOP/s", "ratio") if backend else ("best", "median", "GFLOP/s", "of limit")
    times = [f"{peer} {part}" for peer in peers for part in parts]
    columns = ("case", *own, "limit", *times, *(f"{peer} way" for peer in peers))
    lines = tuple(_line(row, backend, peers) for row in rows if not backend or backend in row["ours"])
    return Table(title, columns, lines)


def _line(row: Row, backend: str, peers: Sequence[str]) -> tuple[str, ...]:
    cells = [row["case"]]
    ours = row["ours"].get(backend)
    if ours:
        cells += [ours["schedule"], duration(ours["seconds"]), duration(ours["median"]),
                  f"{ours['gflops']:.1f}", f"{100 * ours['fraction']:.0f} %"]
    cells.append(row["limit"]["what"])
    for peer in peers:
        cells += _peer_cells(row, row["peers"].get(peer), ours)
    return (*cells, *(row["peers"].get(peer, {}).get("way", "") for peer in peers))


def _peer_cells(row: Row, found: Row | None, ours: Row | None) -> list[str]:
    if found is None:
        return [""] * (3 if ours else 4)
    gflops = f"{row['flops'] / found['seconds'] / 1e9:.1f}"
    if ours:
        return [duration(found["seconds"]), gflops, f"{ratio(ours, found):.2f}"]
    part = 100 * row["limit"]["seconds"] / found["seconds"]
    return [duration(found["seconds"]), duration(found["median"]), gflops, f"{part:.0f} %"]


def ratio(ours: Row, peer: Row) -> float:
    """How many times as fast as a peer."""
    return peer["seconds"] / ours["seconds"]


def means(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Geometric means of the ratios over the suite, each capped, by threads, back end and peer."""
    ratios: dict[tuple[int, str, str], list[float]] = {}
    for row in (row for row in rows if row["suite"]):
        for backend, ours in row["ours"].items():
            for peer, found in row["peers"].items():
                ratios.setdefault((row["threads"], backend, peer), []).append(ratio(ours, found))
    return [{"threads": threads, "backend": backend, "peer": peer, "cases": len(found),
             "mean": exp(sum(log(min(r, CAP)) for r in found) / len(found)), "least": min(found)}
            for (threads, backend, peer), found in ratios.items()]


def mean_line(mean: Row) -> str:
    """A mean for people."""
    return (f"{mean['backend']}, {_threads(mean['threads'])}: "
            f"{mean['mean']:.2f} times {mean['peer']} over {mean['cases']} cases of the suite "
            f"(geometric mean, ratios capped at {CAP:.0f}), at least {mean['least']:.2f}")


def markdown(result: Mapping[str, Any]) -> str:
    """The whole result as a Markdown page."""
    info = result["info"]
    lines = [f"# {info['cpu']}, {info['date'][:10]}", "", "```console", f"$ {info['command']}", "```", ""]
    lines += [f"- {name}: {value}" for name, value in info.items() if name not in ("command", "cpu")]
    lines += [f"- FMA peak, best window: {text}" for text in peaks(result["rows"])]
    lines += [f"- {mean_line(mean)}" for mean in result["means"]]
    for table in tables(result["rows"]):
        rule = "|".join(["---", *("---:" for _ in table.columns[1:])])
        lines += ["", f"## {table.title}", "", f"| {' | '.join(table.columns)} |", f"|{rule}|"]
        lines += [f"| {' | '.join(cells)} |" for cells in table.rows]
    rejected = [f"- {row['case']}, {_threads(row['threads'])}: {name}: {why.splitlines()[0]}"
                for row in result["rows"] for name, why in row["rejected"].items()]
    return "\n".join([*lines, *(["", "## Not timed", "", *rejected] if rejected else [])]) + "\n"


def peaks(rows: Sequence[Row]) -> list[str]:
    """The best FMA window by threads."""
    best: dict[int, float] = {}
    for row in rows:
        best[row["threads"]] = max(best.get(row["threads"], 0.0), row["peak"])
    return [f"{_threads(count)} {peak:.1f} GFLOP/s" for count, peak in best.items()]


def _threads(count: int) -> str:
    return f"{count} thread{'' if count == 1 else 's'}"


def show(result: Mapping[str, Any], console: Any) -> None:
    """The result on a terminal."""
    from rich.table import Table as Shown

    for table in tables(result["rows"]):
        shown = Shown(title=table.title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for number, column in enumerate(table.columns):
            shown.add_column(column, justify="right" if number else "left", no_wrap=True)
        for cells in table.rows:
            shown.add_row(*cells)
        console.print(shown)
        console.print()
    for text in (*(f"FMA peak: {text}" for text in peaks(result["rows"])), *map(mean_line, result["means"])):
        console.print(text)
