"""`tensorize`: loops become instructions that compute the same, or the error says how they differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from support.directives import scheduled
from support.intrinsics import DENSE_I16, DENSE_I16_SCHEDULE, DENSE_U8, DENSE_U8_SCHEDULE, DOT, VNNI
from support.kernels import dag
from support.scheduled import check_nest
from txc.compiler.check import check
from txc.compiler.dag import Dag
from txc.compiler.loop.ir import Invoke, Nest
from txc.compiler.loop.simplify import simplify
from txc.compiler.loop.text import parse as parse_nest
from txc.compiler.loop.visit import walk_stmts
from txc.compiler.lower.lower import lower
from txc.compiler.passes.pipeline import optimise
from txc.compiler.schedule.apply import apply
from txc.compiler.schedule.errors import ScheduleError
from txc.compiler.schedule.holes import Holes
from txc.compiler.schedule.template import Template
from txc.compiler.target.target import parse as parse_target
from txc.dsl.parser import parse_directives
from txc.dsl.source import Source

V4 = parse_target("cpu:x86-64-v4+avx512_vnni")
V3 = parse_target("cpu:x86-64-v3")


def nest_of(graph: Dag, schedule: str, structure: Mapping[str, int] = {}) -> Nest:
    state = apply(graph, V4, parse_directives(schedule), Holes(dict(graph.sizes), structure))
    return lower(state, {})


def error_of(text: str, schedule: str) -> ScheduleError:
    with pytest.raises(ScheduleError) as found:
        nest_of(dag(text), schedule)
    return found.value


def invocations(nest: Nest) -> list[Invoke]:
    return [s for s in walk_stmts(nest.body) if isinstance(s, Invoke)]


@pytest.mark.parametrize(("name", "text", "schedule"), [
    ("vnni_packed", DENSE_U8 + VNNI, DENSE_U8_SCHEDULE),
    ("tails", DENSE_I16 + DOT, DENSE_I16_SCHEDULE),
])
def test_golden(golden, name: str, text: str, schedule: str):
    """Full tiles are instructions on operands with their steps, what is left over plain loops."""
    graph = dag(text)
    nest = nest_of(graph, schedule)
    check_nest(graph, nest)
    shown = str(simplify(nest))
    assert str(parse_nest(shown)) == shown
    golden(f"schedule/tensorize/{name}.txt", shown)


def test_accumulators_live_in_registers(golden):
    """After all passes the accumulators of a register tile are registers that the instructions add to."""
    graph = dag(DENSE_U8 + VNNI)
    nest = optimise(nest_of(graph, DENSE_U8_SCHEDULE), V4, check=True)
    check_nest(graph, nest)
    for invoke in invocations(nest):
        assert invoke.operands[2].buffer.scope == "register"
        assert invoke.operands[2].buffer.lanes == 16
    golden("schedule/tensorize/vnni_registers.txt", str(nest))


BODY = "c[n] += sum[k](i32(a[k]) * i32(b[n, k]))"
MUTANTS = [
    ("S487", "c[n] += sum[k](i32(a[k]) + i32(b[n, k]))"),
    ("S487", "c[n] += sum[k](i32(a[k]) * i32(b[n, k]) + 1)"),
    ("S487", "c[n] += sum[k](i32(a[k]) * i32(a[k]) + i32(b[n, k]))"),
    ("S487", "c[n] += sum[k](-(i32(a[k]) * i32(b[n, k])))"),
    ("S487", "c[n] += sum[k](i32(a[k]) * i32(i8(b[n, k])))"),
    ("S487", "c[n] = sum[k](i32(a[k]) * i32(b[n, k]))"),
    ("S487", "c[n] = max[k](i32(a[k]) * i32(b[n, k]))"),
]


@pytest.mark.parametrize(("code", "body"), MUTANTS, ids=lambda x: x)
def test_a_body_that_computes_something_else_does_not_match(code: str, body: str):
    """One operator, cast, sign, index or reducer changed is another computation."""
    assert error_of(DENSE_I16 + DOT.replace(BODY, body), DENSE_I16_SCHEDULE).code == code


KERNEL_MUTANTS = [
    ("S487", "i32(A[i, k]) - i32(B[k, j])"),
    ("S487", "i32(A[i, k]) * i32(B[k, j]) * 2"),
    ("S489", "i32(A[i, k]) * i32(A[i, k]) * i32(B[k, j])"),
    ("S487", "i32(A[i, k]) * i32(i8(B[k, j]))"),
    ("S489", "i32((A[i, k + 1] else 0)) * i32(B[k, j])"),
]


@pytest.mark.parametrize(("code", "term"), KERNEL_MUTANTS, ids=lambda x: x)
def test_a_stage_that_computes_something_else_does_not_match(code: str, term: str):
    """The same the other way round, and guards."""
    text = DENSE_I16.replace("i32(A[i, k]) * i32(B[k, j])", term)
    assert error_of(text + DOT, DENSE_I16_SCHEDULE).code == code


@pytest.mark.parametrize(("of", "by"), [("a: i16[2], b: i16[4, 2]", "a: i16[4], b: i16[4, 4]"),
                                        ("b: i16[4, 2], c: i32[4]", "b: i16[8, 2], c: i32[8]")])
def test_other_extents_do_not_match(of: str, by: str):
    """An axis of another size, spatial or reduction."""
    assert error_of(DENSE_I16 + DOT.replace(of, by), DENSE_I16_SCHEDULE).code == "S488"


def test_sides_of_a_product_may_be_exchanged():
    """`b * a` is `a * b`, on either side; the operands are found all the same."""
    for text in (DENSE_I16 + DOT.replace("i32(a[k]) * i32(b[n, k])", "i32(b[n, k]) * i32(a[k])"),
                 DENSE_I16.replace("i32(A[i, k]) * i32(B[k, j])", "i32(B[k, j]) * i32(A[i, k])") + DOT):
        graph = dag(text)
        nest = nest_of(graph, DENSE_I16_SCHEDULE)
        check_nest(graph, nest)
        assert [o.buffer.name for o in invocations(nest)[0].operands] == ["A", "B", "C"]


def test_what_fits_in_two_ways_is_taken_as_its_text_can():
    """8 x 8 blocks fit a product as it is and transposed; only one has rows as the text takes them."""
    text = """kernel f[M = 8, N = 8, K = 8](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) {
        C[i, j] = sum[k](A[i, k] * B[k, j]) }
    intrinsic gemm(a: f32[8, 8], b: f32[8, 8], c: f32[8, 8]) for cpu {
        c[i, j] += sum[k](b[k, j] * a[i, k]) } emits c "gemm(&$a, $a.s0, &$b, $b.s0, &$c, $c.s0);" """
    nest = nest_of(dag(text), "tensorize C.i with gemm")
    assert [o.buffer.name for o in invocations(nest)[0].operands] == ["A", "B", "C"]
    check_nest(dag(text), nest)


def test_an_intrinsic_that_replaces_has_the_whole_reduction():
    """`=` sets the operand: no identity is stored before, and no reduction loop may be outside."""
    text = """kernel f[M = 4, K = 8](A: i32[M, K]) -> (C: i32[M]) { C[i] = sum[k](A[i, k]) }
    intrinsic total(a: i32[8], c: i32) for cpu { c = sum[k](a[k]) } emits c "total(&$a, &$c);" """
    nest = nest_of(dag(text), "tensorize C.k with total")
    check_nest(dag(text), nest)
    assert "= 0" not in str(nest).split("nest ")[1]
    error = error_of(text.replace("K = 8", "K = 16"), "split C.k: [k0, k1: 8] tensorize k1 with total")
    assert error.code == "S487"


def test_a_term_is_added_without_a_reduction_inside():
    """`c[n] += a * b[n]`: all reduction loops are outside."""
    text = """kernel f[N = 16, K = 3](A: f32[K], B: f32[K, N]) -> (C: f32[N]) {
        C[j] = sum[k](A[k] * B[k, j]) }
    intrinsic axpy(a: f32, b: f32[8], c: f32[8]) for cpu {
        c[n] += a * b[n] } emits c "axpy($a, &$b, &$c);" """
    nest = nest_of(dag(text), "split C.j: [j0, j1: 8] order C: j0 k j1 tensorize j1 with axpy")
    check_nest(dag(text), nest)
    assert len(invocations(nest)) == 1


@pytest.mark.parametrize(("code", "schedule"), [
    ("S485", "tensorize C.j with dto"),
    ("S490", DENSE_I16_SCHEDULE + " cache_read A as Ap for C layout Ap: [d0, d1] -> [d1, d0]"),
    ("S491", DENSE_I16_SCHEDULE + " tensorize k1 with dot"),
    ("S491", DENSE_I16_SCHEDULE + " split j1: [j2, j3: 2]"),
    ("S491", "vectorize C.i " + DENSE_I16_SCHEDULE),
    ("S491", "split C.j: [j0, j1: 4] split C.k: [k0, k1: 2] order C: i k0 k1 j0 j1 fuse k0 k1 as t "
             "tensorize t with dot"),
    ("S491", DENSE_I16_SCHEDULE + " vectorize k1"),
    ("S491", DENSE_I16_SCHEDULE + " cache_read A as Ap for C compute Ap at C.k1"),
])
def test_errors(code: str, schedule: str):
    """Each error of the directive that is not one of matching."""
    error = error_of(DENSE_I16 + DOT.replace("&$a,", "$a,"), schedule)
    assert error.code == code
    assert error.span.end > 0


def test_an_operand_that_moves_unevenly_is_refused():
    """The digits of a layout that a block straddles are not multiples of its index."""
    schedule = DENSE_I16_SCHEDULE + " cache_read B[k, j] as Bp for C layout Bp: [k, j] -> [j // 3, k, j % 3]"
    assert error_of(DENSE_I16 + DOT, schedule).code == "S489"


def test_the_target_must_have_the_instruction():
    """For another machine it is an error before anything runs; a schedule beside it serves that one."""
    text = DENSE_U8 + VNNI
    with pytest.raises(ScheduleError, match="S486"):
        apply(dag(text), V3, parse_directives(DENSE_U8_SCHEDULE), Holes(dict(dag(text).sizes), {}))
    found: list[list[str]] = []
    for target in ("cpu:x86-64-v4+avx512_vnni", "cpu:x86-64-v3"):
        both = f"{text}\nschedule f for {target} {{ {DENSE_U8_SCHEDULE} }}\nschedule f for cpu {{ }}"
        found.append([d.code for d in check(Source(both))])
    assert found == [[], ["S486"]]


def test_holes_that_must_be_as_large_as_the_instruction():
    """In a template only the sizes of the intrinsic are valid, and every valid row has instructions."""
    schedule = DENSE_I16_SCHEDULE.replace("j1: 4", "j1: 2..5").replace("[k0, k1: 2]", "[k0, k1: {1, 2, 4}]")
    template = Template(dag(DENSE_I16 + DOT), parse_directives(schedule), V3)
    rows = np.array([(j, k) for j in range(2, 6) for k in (1, 2, 4)])
    valid = rows[template.valid(rows)].tolist()
    assert valid == [[4, 2]]
    assert invocations(template.lower((4, 2)))


def test_the_hash_of_a_template_is_that_of_its_intrinsics_too():
    """Another body or text under the same name makes other kernels of the same rows."""
    hashes = {Template(dag(DENSE_I16 + text), parse_directives(DENSE_I16_SCHEDULE), V3).hash
              for text in (DOT, DOT.replace("dot(&$a", "dot2(&$a"))}
    assert len(hashes) == 2


BLOCKS = dag("""kernel f[M = 7, N = 6, K = 5](A: i32[M, K], B: i32[K, N]) -> (D: i32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = C[i, j] + 1
}
intrinsic row(a: i32, b: i32[2], c: i32[2]) for cpu { c[n] += a * b[n] } emits c "$c += $a * $b;"
intrinsic dot(a: i32[5], b: i32[5], c: i32) for cpu { c = sum[k](a[k] * b[k]) }
    emits c "dot(&$a, $a.s0, &$b, $b.s0, &$c);"
intrinsic gemm(a: i32[2, 2], b: i32[2, 2], c: i32[2, 2]) for cpu { c[i, j] += sum[k](a[i, k] * b[k, j]) }
    emits c "gemm(&$a, $a.s0, $a.s1, &$b, $b.s0, $b.s1, &$c, $c.s0, $c.s1);"
intrinsic next(a: i32[4], d: i32[4]) for cpu { d[n] = a[n] + 1 } emits c "next(&$a, $a.s0, &$d, $d.s0);"
intrinsic copy(a: i32[2, 2], d: i32[2, 2]) for cpu { d[n, m] = a[n, m] }
    emits c "copy(&$a, $a.s0, &$d, $d.s0);"
""")
TILES = ("split C.j: [ja, jb: 2] order C: i ja k jb", "tensorize C.k with dot", "vectorize C.j",
         "split C.i: [ia, ib: 2] split C.j: [ja, jb: 2] split C.k: [ka, kb: 2] order C: ia ka ja ib kb jb",
         "split D.j: [ja, jb: 4]", "split D.i: [ia, ib: 2] compute C at D.ia", "cache_read B as Bp for C")


@given(st.data())
def test_random_schedules_with_instructions(data: st.DataObject):
    """Whatever applies computes what the kernel does, lowered and after all passes."""
    start = parse_directives(" ".join(data.draw(st.lists(st.sampled_from(TILES), max_size=3, unique=True))))
    if scheduled(BLOCKS, V3, start) is None:
        start = ()
    for _ in range(2):
        state = scheduled(BLOCKS, V3, start)
        assert state is not None
        pairs = [(f"{stage.name}.{loop.name}", i.name) for stage in state.stages.values()
                 for loop in stage.loops for i in BLOCKS.intrinsics]
        longer = [(*start, *parse_directives(f"tensorize {loop} with {name}")) for loop, name in pairs]
        start = data.draw(st.sampled_from([d for d in longer if scheduled(BLOCKS, V3, d)] or [start]))
    made = scheduled(BLOCKS, V3, start)
    assert made is not None
    nest = lower(made, {})
    check_nest(BLOCKS, nest)
    check_nest(BLOCKS, optimise(nest, V3, check=True))
    event(f"{len(invocations(nest))} instructions")
