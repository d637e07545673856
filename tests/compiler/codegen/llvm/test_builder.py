"""Where instructions stand: outside of every loop that they do not depend on, and once."""

from txc.compiler.codegen.llvm.builder import Builder
from txc.compiler.codegen.llvm.values import LOCAL, Value, whole

OUTSIDE = Value("%n", "i64")


def test_an_invariant_stands_before_its_loop_and_once() -> None:
    """What depends on the counter is in the loop, the rest at the entry; equal instructions are one value."""
    build = Builder()
    loop, _ = build.open_loop([])
    inside = build.binary("mul", loop.counter, whole(4))
    before = build.binary("add", OUTSIDE, whole(1))
    assert build.binary("add", OUTSIDE, whole(1)) == before
    build.close_loop(loop, [], whole(0), whole(8))
    entry, body = build.text().split("loop.")[0], build.text().split("\nloop.")[1]
    assert before.text in entry and inside.text not in entry
    assert f"{inside.text} = mul" in body.split("\nafter")[0]
    assert (before.level, inside.level) == (0, 1)


def test_what_reads_memory_stays_where_it_is() -> None:
    """And so does what depends on it."""
    build = Builder()
    loop, _ = build.open_loop([])
    loaded = build.here("load i64, ptr %p", "i64")
    assert loaded.level == build.binary("add", loaded, OUTSIDE).level == LOCAL
    build.close_loop(loop, [], whole(0), whole(8))


def test_branches_join_what_differs() -> None:
    """Equal values need no phi."""
    build = Builder()
    same, other = whole(1), whole(2)
    joined = build.branch(Value("%c", "i1"), lambda: [same, same], lambda: [same, other])
    assert joined[0] == same
    assert f"{joined[1].text} = phi i64 [ 1, %then." in build.text()
