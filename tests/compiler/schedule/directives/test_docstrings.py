"""What the docstrings of the directives say is true: the nests before and after, and every error they
name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.kernels import dag
from support.scheduled import error_of, shown
from txc.compiler.schedule.directives import (
    cache,
    fuse,
    inline,
    layout,
    marks,
    order,
    peel,
    places,
    prefetch,
    rfactor,
    split,
    tensorize,
)

TWO = "kernel f[M = 4, N = 8](A: f32[M, N]) -> (D: f32[M, N]) { D[i, j] = A[i, j] }"
PRODUCT = "kernel f[N = 9](A: f32[N], B: f32[N]) -> (D: f32[N]) { T[a] = A[a] * B[a] D[i] = T[i] + A[i] }"
ROWS = "kernel f[M = 4, K = 8](A: f32[M, K]) -> (C: f32[M]) { C[i] = sum[k](A[i, k]) }"
ADD = """kernel f[N = 16](A: f32[N], B: f32[N]) -> (D: f32[N]) { D[i] = A[i] + B[i] }
intrinsic add(a: f32[8], b: f32[8], c: f32[8]) for cpu { c[n] = a[n] + b[n] } emits c "$c = $a + $b;" """
KERNELS: list[tuple[Callable[..., Any], str]] = [
    (split.split, "kernel f[N = 20](A: f32[N]) -> (D: f32[N]) { D[i] = A[i] }"),
    (order.order, ROWS), (fuse.fuse, TWO), (inline.inline, PRODUCT), (places.compute_at, PRODUCT),
    (marks.parallel, TWO), (marks.vectorize, TWO), (marks.unroll, TWO),
    (rfactor.rfactor, ROWS), (cache.cache_write, ROWS), (cache.cache_read, TWO), (layout.layout, PRODUCT),
    (tensorize.tensorize, ADD), (prefetch.prefetch, TWO),
    (peel.peel, "kernel f[N = 8](A: f32[N]) -> (D: f32[N + 1]) { D[i] = (A[i - 1] else 0) }"),
]
PARTS = re.compile(r"before\s+(.*?)\n\s+after\s+(.*?)\s+# (.*?)\n\s+needs\s+(.*?)(?:\n\n|\Z|\n\s*$)",
                   re.DOTALL)

DENSE = """kernel f[M = 4, N = 6, K = 5](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N], S: f32[M], L: i32[M]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    E[i, j] = C[i, j] * 2
    D[i, j] = max(E[i, j], 0)
    S[i] = sum[j](D[0, j] * f32(i))
    L[i] = argmax[k](A[i, k])
}
intrinsic twice(c: f32[6], e: f32[6]) for cpu { e[n] = c[n] * 2 } emits c "twice(&$c, &$e);"
intrinsic wide(c: f32[6], e: f32[6]) for cpu:x86-64-v4 { e[n] = c[n] * 2 } emits c "wide(&$c, &$e);"
intrinsic dots(a: f32, b: f32[6], c: f32[6]) for cpu { c[n] += a * b[n] } emits c "dots(&$a, &$b, &$c);"
intrinsic flat(c: f32, e: f32[6]) for cpu { e[n] = c * 2 } emits c "flat(&$c, &$e);"
"""
# For each error: a schedule that gives it, and the text that the error points at (the last directive, unless
# given).
ERRORS: dict[str, list[tuple[str, str]]] = {
    "S404": [("fuse D.i C.j as t", "C.j"), ("order D: i C.j", "C.j"), ("parallel D.i C.j", "C.j")],
    "S405": [("fuse D.j D.i as t", "D.j D.i")],
    "S406": [("split D.i: [i0, j: 2]", "j: 2"), ("fuse D.i D.j as i", "")],
    "S407": [("split D.j: [a: 2, b: 2]", "")],
    "S408": [("split D.j: [a, b: 0]", "b: 0"), ("split D.j: [a, b: 0..4]", "b: 0..4")],
    "S413": [("fuse C.j C.k as t", "")],
    "S414": [("order C: k j", ""), ("order D: i j i", "i")],
    "S415": [("split D.j: [a, b: 2] fuse D.i D.a as t split D.t: [t0, t1: 2]\norder D: t0 b t1", ""),
             ("split D.j: [a, b: 2] order D: b a i\nfuse D.a D.i as t", "")],
    "S421": [("vectorize D.j\nsplit D.j: [a, b: 2]", ""), ("unroll D.j\nfuse D.i D.j as t", ""),
             ("unroll D.i\nparallel D.i", ""), ("unroll D.j\nvectorize D.j", ""),
             ("vectorize D.j\nunroll D.j", ""),
             ("split C.k: [k0, k1: 2] vectorize C.j\nrfactor C.k1 as Cf", "")],
    "S422": [("compute E at D.i\nsplit D.i: [a, b: 2]", ""), ("compute E at D.i\nfuse D.i D.j as t", ""),
             ("split C.k: [k0, k1: 2] cache_read A as Ap for C compute Ap at C.k0\nrfactor C.k1 as Cf", "")],
    "S425": [("vectorize D.j\npeel D.j", ""), ("peel D.j\nvectorize D.j", "")],
    "S426": [("peel D.j\nsplit D.j: [a, b: 2]", ""),
             ("peel D.j\nsplit D.j: [a, b: 2]\npeel D.a", "split D.j: [a, b: 2]")],
    "S430": [("parallel C.k", "")],
    "S431": [("order C: k i j\nparallel C.i", ""), ("parallel C.i\norder C: k i j", "")],
    "S432": [("compute E at D.i\nparallel E.j", ""), ("parallel E.i\ncompute E at D.i", "")],
    "S433": [("parallel D.i\nparallel D.j", ""), ("vectorize D.i\nvectorize D.j", "")],
    "S434": [("parallel D.i D.j: 3", "")],
    "S435": [("compute E at D.j\nvectorize D.j", ""), ("vectorize D.i\ncompute E at D.j", "")],
    "S437": [("unroll D: 0 - 1", "")],
    "S438": [("vectorize D.i\nparallel D.j", ""), ("parallel D.j\nvectorize D.i", "")],
    "S485": [("tensorize E.j with thrice", "")],
    "S486": [("tensorize E.j with wide", "")],
    "S487": [("tensorize E.j with dots", ""), ("order C: i k j\ntensorize C.j with twice", "")],
    "S488": [("split E.j: [a, b: 3]\ntensorize E.b with twice", ""), ("tensorize E.i with twice", "")],
    "S489": [("tensorize E.j with flat", "")],
    "S491": [("tensorize E.j with twice\ntensorize E.j with twice", ""),
             ("vectorize E.i\ntensorize E.j with twice", "")],
    "S492": [("vectorize E.j\nprefetch C at E.j", ""), ("tensorize E.j with twice\nprefetch C at E.j", "")],
    "S493": [("prefetch F at E.j", "F"), ("prefetch A at E.j", "")],
    "S494": [("compute C at E.i\nprefetch C at E.i", "")],
    "S440": [("inline C", "C")],
    "S441": [("inline D", "D")],
    "S442": [("compute C at E.i\ninline E", "E")],
    "S401": [("cache_read F as Fs", "F"), ("cache_write A as Al", "A")],
    "S460": [("split C.j: [a, b: 2]\ncache_write C as Cl", ""), ("vectorize E.j\ncache_write E as El", ""),
             ("unroll C: 4\ncache_write C as Cl", ""), ("compute C at E.i\ncache_write E as El", ""),
             ("prefetch A at C.i\ncache_write C as Cl", "")],
    "S461": [("cache_write C as E", ""), ("cache_read A as B for C", ""), ("cache_read A as M", ""),
             ("split C.k: [k0, k1: 2]\nrfactor C.k1 as D", "")],
    "S462": [("cache_read A as Ap for D", "D"), ("cache_write C as Cl for E", "E")],
    "S463": [("cache_write C as Cl in shared", ""), ("cache_read A as Ap in shared", "")],
    "S464": [("cache_write C[i] as Cl", ""), ("cache_write C[i, k] as Cl", ""),
             ("cache_read A[x, x] as Ap", "")],
    "S450": [("compute C at D.i", ""), ("compute E at D.i\ncompute C at D.i\ncompute E at root", "")],
    "S451": [("compute C at C.i", "C.i"), ("compute C at E.i\ncompute E at C.i", "C.i")],
    "S452": [("compute D at S.i", "")],
    "S470": [("split C.k: [k0, k1: 2]\nrfactor C.i as Cf", ""), ("rfactor E.i as Cf", "")],
    "S471": [("split L.k: [k0, k1: 2]\nrfactor L.k1 as Lf", "")],
    "S472": [("split C.k: [k0: 4, k1] rfactor C.k0 as Cf split Cf.k0: [a, b: 2]\ncompute Cf at C.k0", "")],
    "S473": [("rfactor C.k as Cf", "")],
    "S474": [("split C.k: [k0, k1]\nrfactor C.k0 as Cf", "")],
    "S475": [("layout A: [i, k] -> [k, i]", "A"), ("layout D: [i, j] -> [j, i]", "D")],
    "S476": [("layout E: [j, i] -> [j, i]", ""), ("layout E: [i] -> [i]", "")],
    "S477": [("layout E: [i, j] -> [i, i + j % 2 + (i + j) // 2]", "(i + j) // 2"),
             ("layout E: [i, j] -> [i, j * j]", "j * j"), ("layout E: [i, j] -> [i - 1, j]", "i - 1"),
             ("layout E: [i, j] -> [i, j % 4 // 3, j // 4]", "j % 4 // 3"),
             ("layout E: [i, j] -> [i // 0, j]", "i // 0"), ("layout E: [i, j] -> [i, j * 0]", "j * 0"),
             ("layout E: [i, j] -> [i, j + (0 - 1)]", "j + (0 - 1)")],
    "S478": [("layout E: [i, j] -> [j]", ""), ("layout E: [i, j] -> [i, j, j]", ""),
             ("layout E: [i, j] -> [i, j // 4, j % 2]", ""), ("layout E: [i, j] -> [i, j % 4]", ""),
             ("layout E: [i, j] -> [i * 5 + j]", ""),
             ("layout E: [i, j] -> [i * 99999999999999, j]", "")],
    "S479": [("layout E: [i, j] -> [j, i]\nlayout E: [i, j] -> [j, i]", "")],
    "S453": [("compute S at D.i", "")],
}
ERROR_CASES = [(code, schedule, at) for code, cases in ERRORS.items() for schedule, at in cases]


def parts_of(directive: Callable[..., Any]) -> tuple[str, ...]:
    found = PARTS.search(directive.__doc__ or "")
    assert found, directive
    return tuple(re.sub(r"\s+", " ", part) for part in found.groups())


def body(kernel: str, schedule: str) -> str:
    nest = shown(dag(kernel), schedule).split("nest f", 1)[1]
    return re.sub(r"\s+", " ", nest.split("{", 1)[1].rsplit("}", 1)[0]).strip()


@pytest.mark.parametrize(("directive", "kernel"), KERNELS, ids=lambda x: getattr(x, "__name__", ""))
def test_before_and_after(directive: Callable[..., Any], kernel: str) -> None:
    """The nests in the docstring are those without and with the directive."""
    before, after, schedule, _ = parts_of(directive)
    assert body(kernel, "") == before
    assert body(kernel, schedule) == after


@pytest.mark.parametrize(("code", "schedule", "at"), ERROR_CASES, ids=lambda x: str(x).replace("\n", "; "))
def test_errors(code: str, schedule: str, at: str) -> None:
    """Each illegal directive gives its code, at the directive or the part of it that is wrong."""
    assert error_of(dag(DENSE), schedule) == (code, at or schedule.splitlines()[-1])


@pytest.mark.parametrize("directive", [d for d, _ in KERNELS], ids=lambda d: d.__name__)
def test_needs_names_errors_that_happen(directive: Callable[..., Any]) -> None:
    """Every code that a docstring names is one of the cases above, by that directive."""
    word = {"compute_at": "compute"}.get(directive.__name__, directive.__name__)
    happen = {code for code, schedule,
              _ in ERROR_CASES if schedule.splitlines()[-1].startswith((word, f"split D.j: [a, b: 2] {word}"))
              or f" {word} " in schedule}
    named = set(re.findall(r"S4\d\d", parts_of(directive)[3]))
    assert sorted(named - happen - {"S490"}) == []      # where operands stand is looked at in lowering


def test_errors_of_directives_are_all_here() -> None:
    """A code from 404 to 453 that a directive raises is in the table, or has a test of its own."""
    folder = Path(split.__file__).parent
    names = ("split", "order", "fuse", "inline", "places", "marks", "cache", "derived", "layout")
    raised = {code for name in names
              for code in re.findall(r'"(S4\d\d)"', (folder / f"{name}.py").read_text())}
    assert sorted(raised - set(ERRORS) - {"S443", "S444", "S499"}) == []
