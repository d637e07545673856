"""The command: processes for numbers of threads, what it prints, what it writes."""

import json
from pathlib import Path

import pytest
from support.tools import require_tool
from txc.bench import suite


@pytest.mark.slow
def test_a_small_run_prints_a_table_and_writes_json_and_markdown(tmp_path: Path, monkeypatch, capfd):
    require_tool("gcc")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))      # a lock of its own: waits for nobody
    suite.main(["NRM.0", "--threads", "1", "--rounds", "1", "--budget", "0.1", "--quick-limits",
                "--peers", "numpy", "--schedule", "default", "--output", str(tmp_path / "result")])
    out, _ = capfd.readouterr()
    assert "1 thread, gcc" in out
    assert "NRM.0" in out
    result = json.loads((tmp_path / "result.json").read_text())
    assert [row["case"] for row in result["rows"]] == ["NRM.0"]
    assert result["info"]["command"].startswith("python -m bench.suite NRM.0 --threads 1")
    assert {"numpy", "gcc", "txc", "cpu"} <= set(result["info"])
    assert "## 1 thread, gcc" in (tmp_path / "result.md").read_text()


def test_a_case_that_is_none_ends_it():
    with pytest.raises(SystemExit) as caught:
        suite.main(["nonsense", "--threads", "1", "--quick-limits", "--peers", "--dry"])
    assert "there is no case nonsense" in str(caught.value)
