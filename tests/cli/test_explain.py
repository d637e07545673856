"""`txc explain`: pages of codes."""

from support.command import Txc
from txc.dsl.explain import codes


def test_a_page_has_its_title_and_both_examples(txc: Txc):
    shown = txc("explain", "r605")
    assert shown.code == 0
    assert shown.out.startswith("R605: not NAME=VALUE\n")
    assert shown.out.index("Failing") < shown.out.index("$ txc build dense.tx -D M\n".rstrip())
    assert "$ txc build dense.tx -D M=128" in shown.out


def test_without_a_code_all_are_listed(txc: Txc):
    lines = txc("explain").out.splitlines()
    assert [line.split()[0] for line in lines] == codes()


def test_an_unknown_code_is_a_usage_error(txc: Txc):
    shown = txc("explain", "X123")
    assert shown.code == 2
    assert "error[R607]: there is no error code 'X123'" in shown.err


def test_json(txc: Txc):
    found = txc("explain", "R605", "--json").json
    assert set(found) == {"schema", "command", "ok", "code", "title", "text", "language", "failing", "mended"}
    assert [c["code"] for c in txc("explain", "--json").json["codes"]] == codes()
