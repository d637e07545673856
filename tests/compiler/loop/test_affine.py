"""Forms: sums come back as they were written, and division is exact wherever it claims to be."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from txc.compiler.loop.affine import Box, Form, flat, number
from txc.compiler.loop.interp import evaluate
from txc.compiler.loop.ir import Binary, Const, Unary, Var
from txc.compiler.loop.ranges import Range
from txc.dsl.dtypes import I64

I, J = Var("i"), Var("j")       # noqa: E741
LOW, HIGH = I64.limits

few = st.integers(-40, 40)
any_factor = few | st.sampled_from([LOW, HIGH, 2**40])


def form(i: int, j: int, constant: int) -> Form:
    return Form({v: f for v, f in ((I, i), (J, j)) if f}, constant)


forms = st.builds(form, any_factor, any_factor, any_factor)
small = st.builds(form, few, few, few)
spans = st.tuples(st.integers(-5, 5), st.integers(0, 9)).map(lambda s: (s[0], s[0] + s[1]))
boxes: st.SearchStrategy[dict[str, Range]] = st.builds(lambda i, j: {"i": i, "j": j}, spans, spans)


@given(forms)
def test_building_and_taking_apart_are_inverse(form: Form) -> None:
    box = Box({"i": (0, 9), "j": (0, 9)})
    assert flat(box.build(form)) == form
    assert box.build(flat(box.build(form))) == box.build(form)


@given(forms, st.integers(LOW, HIGH), st.integers(LOW, HIGH))
def test_a_form_is_its_expression_even_where_it_wraps(form: Form, i: int, j: int) -> None:
    exact = form.constant + form.terms.get(I, 0) * i + form.terms.get(J, 0) * j
    built = Box({}).build(form)
    assert (int(evaluate(built, {"i": np.int64(i), "j": np.int64(j)})) - exact) % 2**64 == 0


@given(small, st.integers(1, 40), boxes)
def test_division_is_exact(form: Form, by: int, ranges: dict[str, Range]) -> None:
    box = Box(ranges)
    quotient, rest = box.build(box.divide(form, by)), box.build(box.modulo(form, by))
    for i, j in product(*(range(low, high + 1) for low, high in ranges.values())):
        value = form.constant + form.terms.get(I, 0) * i + form.terms.get(J, 0) * j
        env = {"i": np.int64(i), "j": np.int64(j)}
        assert evaluate(quotient, env) == value // by
        assert evaluate(rest, env) == value % by


@given(small, boxes)
def test_bounds_are_attained(form: Form, ranges: dict[str, Range]) -> None:
    values = [form.constant + form.terms.get(I, 0) * i + form.terms.get(J, 0) * j
              for i, j in product(*(range(low, high + 1) for low, high in ranges.values()))]
    assert Box(ranges).bounds(form) == (min(values), max(values))


def test_large_factors_come_first_then_outer_loops_then_the_constant() -> None:
    box = Box({"j": (0, 3), "i": (0, 3)})
    assert str(box.build(Form({I: 1, J: 1, Var("a"): 1}, 3))) == "j + i + a + 3"
    assert str(box.build(Form({I: 16, J: 1}, -3))) == "i * 16 + j - 3"
    assert str(box.build(Form({I: -1}, 3))) == "3 - i"
    assert str(box.build(Form({I: -1, J: -2}))) == "j * -2 - i"
    assert str(box.build(Form({I: LOW}, LOW))) == f"i * {LOW} + {LOW}"
    assert box.build(number(7)) == Const(7)


def test_flat_takes_sums_apart_and_leaves_the_rest() -> None:
    quotient = Binary("//", I, Const(3))
    assert flat(Binary("-", Binary("*", quotient, Const(4)), Unary("neg", J))) == Form({quotient: 4, J: 1})


def test_safe_forms_cannot_wrap_in_any_order() -> None:
    assert Box({"i": (0, 2**40)}).safe(Form({I: 2**20}))
    assert not Box({"i": (0, 2**40)}).safe(Form({I: 2**30}))
    assert not Box({}).safe(Form({I: 1}))
