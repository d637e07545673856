"""Words of the command line as values."""

from pathlib import Path

import pytest
from txc.cli.inputs import budget, read_source, sizes, sources_below, weights
from txc.dsl.diagnostics import TxcError


def codes(error: pytest.ExceptionInfo[TxcError]) -> list[str]:
    return [d.code for d in error.value.diagnostics]


def test_sizes():
    assert sizes(None) == {}
    assert sizes(["M=128", "N = 7"]) == {"M": 128, "N": 7}


@pytest.mark.parametrize("words", [["M"], ["M="], ["=3"], ["M=-1"], ["M=1.5"], ["M=a"], ["1=1"],
                                   ["M=1", "M=1"]])
def test_what_is_no_size_is_an_error(words: list[str]):
    with pytest.raises(TxcError) as caught:
        sizes(words)
    assert codes(caught) == ["R605"]


@pytest.mark.parametrize(("text", "value"), [
    ("90s", (None, 90)), ("2m", (None, 120)), ("1.5h", (None, 5400)), ("10", (10, None)),
    (" 3 s", (None, 3))])
def test_budgets_are_trials_or_lengths_of_time(text: str, value: tuple[int | None, float | None]):
    assert budget(text) == value


@pytest.mark.parametrize("text", ["", "s", "2d", "-1s", "0s", "0", "2.5", "1m30s", "inf"])
def test_what_is_no_budget_is_an_error(text: str):
    with pytest.raises(TxcError) as caught:
        budget(text)
    assert codes(caught) == ["R606"]


def test_weights_are_1_where_nothing_is_said():
    assert weights(None, ["a", "b"]) == [1.0, 1.0]
    assert weights(["b=2.5"], ["a", "b"]) == [1.0, 2.5]


@pytest.mark.parametrize("text", ["b", "b=", "b=0", "b=-1", "b=x", "c=1"])
def test_what_is_no_weight_of_a_kernel_is_an_error(text: str):
    with pytest.raises(TxcError) as caught:
        weights([text], ["a", "b"])
    assert codes(caught) == ["R670"]


def test_a_folder_stands_for_the_files_below_it(folder: Path):
    (folder / "a").mkdir()
    (folder / "a" / "x.tx").touch()
    names = [str(p.relative_to(folder)) for p in sources_below([folder])]
    assert names == ["a/x.tx", "bad.tx", "good.tx", "warns.tx"]
    (folder / "none").mkdir()
    with pytest.raises(TxcError) as caught:
        sources_below([folder / "none"])
    assert codes(caught) == ["R604"]


def test_a_file_that_cannot_be_read_is_an_error(folder: Path):
    for path in (folder / "absent.tx", folder):
        with pytest.raises(TxcError, match="cannot read") as caught:
            read_source(path)
        assert codes(caught) == ["R604"]
