"""The order of stages: producers first, cycles shown whole."""

from support.marked import expect
from txc.dsl.check import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source


def test_stages_come_producers_first_whatever_their_order_in_the_text() -> None:
    """A stage may be written after those that read it."""
    text = "kernel k(X: f32[4]) -> (Y: f32[4]) { Y[i] = A[i] + B[i]  B[i] = A[i] * 2  A[i] = X[i] }"
    assert [s.name for s in elaborate(parse(Source(text)), "k").stages] == ["A", "B", "Y"]


def test_a_cycle_is_shown_once_with_all_its_stages() -> None:
    """The message names the stages in the order in which they read each other."""
    text = "kernel k(X: f32[4]) -> (Y: f32[4]) { «Y[i] = A[i]»  A[i] = B[i] + X[i]  B[i] = Y[i] }"
    found = expect("T106", text)
    assert "Y -> A -> B -> Y" in found.message
    assert [note for _, note in found.notes] == ["'Y' reads 'A'", "'A' reads 'B'", "'B' reads 'Y'"]


def test_a_stage_that_reads_itself() -> None:
    """A recurrence is a cycle of one stage."""
    text = "kernel k(X: f32[4]) -> (Y: f32[4]) { «Y[i] = (Y[i - 1] else 0) + X[i]» }"
    assert "reads itself" in expect("T106", text).message


def test_a_long_chain_of_stages_is_no_deep_recursion() -> None:
    """Four hundred stages, each reading the next, are put in order."""
    count = 400
    lines = "\n".join(f"T{n}[i] = T{n + 1}[i]" for n in range(count))
    text = f"kernel k(X: f32[4]) -> (T0: f32[4]) {{ {lines} T{count}[i] = X[i] }}"
    stages = elaborate(parse(Source(text)), "k").stages
    assert (stages[0].name, stages[-1].name, len(stages)) == (f"T{count}", "T0", count + 1)
