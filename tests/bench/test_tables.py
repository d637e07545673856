"""Tables of a result, and its means."""

import pytest
from txc.bench.tables import markdown, means, ratio, show

OURS = {"seconds": 1e-3, "median": 1.1e-3, "rounds": 20, "calls": 10, "schedule": "exact", "gflops": 90.0,
        "fraction": 0.9}
PEER = {"way": "mm", "seconds": 2e-3, "median": 2.2e-3, "empty": 1e-6, "rounds": 20, "calls": 5, "ways": []}


def row(case: str, *, threads: int = 1, suite: bool = True, torch: float = 2e-3) -> dict:
    return {"case": case, "operator": "GMM", "suite": suite, "sizes": {"N": 8}, "threads": threads,
            "flops": 90_000_000, "bytes": 3000, "peak": 100.0 * threads,
            "limit": {"seconds": 0.9e-3, "what": "f32 peak"}, "ours": {"gcc": OURS},
            "peers": {"torch": {**PEER, "seconds": torch}}, "rejected": {}}


ROWS = [row("GMM.0"), row("GMM.1", torch=8e-3), row("matmul.512", suite=False), row("GMM.0", threads=2)]
RESULT = {"info": {"cpu": "Some CPU", "date": "2000-01-01T00:00+00:00",
                   "command": "python -m bench.suite GMM", "txc": "0.1.0", "gcc": "gcc 12"},
          "rows": ROWS, "means": means(ROWS)}


def test_the_mean_is_geometric_over_the_suite_with_ratios_capped():
    one, two = means(ROWS)
    assert one == {"threads": 1, "backend": "gcc", "peer": "torch", "cases": 2,
                   "mean": pytest.approx(6 ** 0.5), "least": 2.0}
    assert (two["threads"], two["cases"], two["mean"]) == (2, 1, 2.0)
    assert ratio(OURS, PEER) == 2.0


def test_markdown(golden):
    rejected = [{**row("NRM.1"), "peers": {}, "rejected": {"torch, vector_norm": "Y[0] is 1\nmore"}}]
    golden("bench/suite.md", markdown({**RESULT, "rows": ROWS + rejected}))


def test_markdown_of_peers_alone(golden):
    rows = [{**each, "ours": {}} for each in ROWS]
    golden("bench/peers.md", markdown({**RESULT, "rows": rows, "means": means(rows)}))


def test_terminal(golden, capsys):
    from rich.console import Console

    console = Console(width=160, no_color=True)
    with console.capture() as captured:
        show(RESULT, console)
    golden("bench/terminal.txt", "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
