"""`check_schedules`: each schedule of a file for all of its structural choices; the first error of each."""

from __future__ import annotations

from txc.compiler.schedule.check import STRUCTURES, check_schedules
from txc.dsl.diagnostics import Diagnostic
from txc.dsl.parser import parse
from txc.dsl.source import Source

KERNEL = """kernel dense[M = 8, N = 16, K = 4](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}
instance small = dense[M = 2]
"""


def check(schedules: str) -> list[Diagnostic]:
    source = Source(KERNEL + schedules)
    return check_schedules(parse(source), source)


def test_legal_schedules_say_nothing():
    """Schedules of kernels and of instances, with and without holes."""
    assert check("schedule dense for cpu { split D.i: [a, b] vectorize D.j }\n"
                 "schedule small for cpu { split D.i: [a: 1, b: 2] }") == []


def test_each_schedule_has_its_first_error():
    """One error a schedule, with its place in the file."""
    text = "schedule dense for cpu { parallel C.k vectorize C.l }\nschedule small for cpu { inline C }"
    found = check(text)
    assert [d.code for d in found] == ["S430", "S440"]
    assert (KERNEL + text)[found[0].span.start : found[0].span.end] == "parallel C.k"


def test_sizes_are_those_of_the_schedule():
    """What a schedule binds holds for it: 2 rows are covered by two parts of one, 8 are not."""
    assert check("schedule dense[M = 2] for cpu { split D.i: [a: 2, b: 1] }") == []
    assert [d.code for d in check("schedule dense for cpu { split D.i: [a: 2, b: 1] }")] == ["S407"]


def test_every_structural_choice_is_checked():
    """A template that is illegal for one choice says for which."""
    (found,) = check("schedule dense for cpu { knob deep in {false, true} "
                     "when deep { order C: k i j } parallel C.i compute D at {root} }")
    assert found.code == "S431"
    assert [text for _, text in found.notes] == ["chosen: deep = true"]


def test_too_many_structures():
    """Choices that cannot all be looked at are an error, not a gap."""
    values = ", ".join(map(str, range(STRUCTURES // 8)))
    (found,) = check(f"schedule dense for cpu "
                     f"{{ knob a in {{{values}}} knob b in {{{values}}} when a < b {{ inline D }} }}")
    assert found.code == "S424"


def test_broken_kernels_are_left_alone():
    """A schedule of a kernel with errors, or of none, is the kernel checker's business."""
    source = Source("kernel f(A: f32[2]) -> (D: f32[2]) { D[i] = B[i] }\nschedule f for cpu { inline X }\n"
                    "schedule g for cpu { inline X }\nschedule f for nothing { inline X }")
    assert check_schedules(parse(source), source) == []
