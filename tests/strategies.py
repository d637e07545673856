"""Hypothesis strategies for syntax trees: expressions, directives, declarations, files.

They make trees as the parser makes them (no spans), whether or not the program makes sense.
"""

from __future__ import annotations

import string
from typing import TypeVar

from hypothesis import strategies as st
from txc.dsl import ast
from txc.grammar import words

T = TypeVar("T")

FREE = st.text(string.ascii_letters + "_", min_size=1, max_size=3).filter(lambda n: n not in words.RESERVED)
names = st.sampled_from(["A", "B", "i", "j", "k", "x0", "_t", "cpu", "shared", "block"]) | FREE
numbers = st.builds(ast.Number, st.sampled_from(["0", "1", "16", "007", "0.5", "1e5", "2.50E-3", "1e+9"]))
dtypes = st.sampled_from(words.TYPES)
targets = st.sampled_from(["cpu", "cuda:sm_80", "cpu:x86-64-v4+avx512_vnni", "cpu+avx2", "cpu:armv8.2-a+sve"])
atoms: st.SearchStrategy[ast.Expr] = numbers | st.builds(ast.Bool, st.booleans()) | st.builds(ast.Name, names)


def some(items: st.SearchStrategy[T], most: int = 3, least: int = 1) -> st.SearchStrategy[tuple[T, ...]]:
    """Tuples of items."""
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def _larger(inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    access = st.builds(ast.Access, names, some(inner))
    axes = some(st.builds(ast.Axis, names, st.none() | inner), 2)
    return st.one_of(
        access,
        st.builds(ast.Guarded, access, inner),
        st.builds(ast.Call, st.sampled_from(words.FUNCTIONS + words.TYPES), some(inner)),
        st.builds(ast.Reduce, st.sampled_from(words.REDUCERS), axes, inner),
        st.builds(ast.Unary, st.sampled_from(["-", "not"]), inner),
        st.builds(ast.Binary, st.sampled_from(sorted(ast.LEVELS)), inner, inner),
        st.builds(ast.IfElse, inner, inner, inner),
    )


expressions: st.SearchStrategy[ast.Expr] = st.recursive(atoms, _larger, max_leaves=8)
axes = st.builds(ast.Axis, names, st.none() | expressions)
binds = st.builds(ast.Bind, names, expressions)
params = st.builds(ast.Param, names, dtypes, st.none() | some(expressions), st.booleans())
lets = st.builds(ast.Let, names, expressions)
stages = st.builds(ast.Stage, names, some(axes, least=0), expressions)
updates = st.builds(ast.Stage, names, some(axes, least=0), expressions, st.sampled_from(["=", "+="]))
doc_lines = st.text(string.ascii_letters + " #", max_size=8).map(str.rstrip)
docs = st.just("") | st.lists(doc_lines, min_size=1, max_size=3).map("\n".join)

# ── schedules ──

refs = st.builds(ast.Ref, some(names, 2))
places = refs | st.just(ast.Ref(("root",)))
betweens = st.builds(ast.Between, expressions, expressions)
choices: st.SearchStrategy[ast.Choice] = expressions | betweens | st.builds(ast.OneOf, some(expressions))
parts = st.builds(ast.Part, names, st.none() | choices)
_cached = (refs, st.none() | some(names), names, st.none() | refs, st.none() | st.sampled_from(words.SCOPES))
hardware = st.sampled_from(words.HARDWARE)
simple_directives: st.SearchStrategy[ast.Directive] = st.one_of(
    st.builds(ast.Split, refs, some(parts)),
    st.builds(ast.Knob, names, some(expressions)),
    st.builds(ast.Order, refs, some(refs)),
    st.builds(ast.Fuse, some(refs), names),
    st.builds(ast.Parallel, some(refs), st.none() | choices),
    st.builds(ast.Vectorize, refs),
    st.builds(ast.Unroll, refs),
    st.builds(ast.Peel, refs),
    st.builds(ast.Unroll, refs, choices, st.none() | choices),
    st.builds(ast.Inline, some(refs)),
    st.builds(ast.ComputeAt, refs, some(places)),
    st.builds(ast.BindTo, some(refs), hardware),
    st.builds(ast.CacheRead, *_cached),
    st.builds(ast.CacheWrite, *_cached),
    st.builds(ast.Layout, refs, some(names), some(expressions)),
    st.builds(ast.Rfactor, refs, names),
    st.builds(ast.Cooperate, some(refs)),
    st.builds(ast.Prefetch, refs, refs),
    st.builds(ast.Pipeline, refs, choices),
    st.builds(ast.Tensorize, refs, names),
)
directives: st.SearchStrategy[ast.Directive] = st.recursive(
    simple_directives, lambda inner: st.builds(ast.When, expressions, some(inner, least=0)), max_leaves=3)
schedules = st.builds(ast.Schedule, names, some(binds, least=0), targets, some(directives, 5, 0), docs)

# ── declarations and files ──

sizes = st.builds(ast.Size, names, st.none() | expressions)
kernels = st.builds(ast.Kernel, names, some(sizes, least=0), some(params, least=0), some(params),
                    some(lets | stages, 4, 0), docs)
instances = st.builds(ast.Instance, names, names, some(binds), docs)
strings = st.text(string.ascii_letters + " #{};%", max_size=6) | st.just(r"a \"quoted\" word")
emits = st.builds(ast.Emit, st.sampled_from(words.LANGUAGES), strings)
intrinsics = st.builds(ast.Intrinsic, names, some(params, least=0), targets, some(lets | updates, least=0),
                       some(emits, 2), docs)
kernel_calls = st.builds(ast.KernelCall, some(names, 2), names, some(binds, least=0), some(names, least=0))
networks = st.builds(ast.Network, names, some(params, least=0), some(params), some(kernel_calls, least=0),
                     docs)
declarations: st.SearchStrategy[ast.Declaration] = kernels | instances | schedules | intrinsics | networks
files = st.builds(ast.File, some(declarations, 3, 0))
