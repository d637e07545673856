"""The machine code that evaluates forests: one function for all of them, compiled once in a process.

A forest is data to it, so that a model fitted a moment ago costs no compilation.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ...compiler.codegen.llvm.machines import attributes
from ...compiler.runtime.llvm import llvm, object_code
from ...compiler.target.target import host
from ...dsl.diagnostics import TxcError

LANES = 32
"""Rows evaluated at once: several vectors, to which what is known of a node is loaded once."""

_IR = """
declare <{n} x i32> @llvm.cttz.v{n}i32(<{n} x i32>, i1)

define void @forest(ptr %values, i64 %rows, i64 %columns, ptr %used, i64 %slots, ptr %slot, ptr %threshold,
                    ptr %keep, ptr %first, i64 %trees, ptr %leaves, ptr %block, ptr %out) {attributes} {{
entry:
  %last = sub i64 %rows, 1
  br label %rows.loop
rows.loop:                                  ; LANES rows at a time
  %row = phi i64 [0, %entry], [%row.next, %tree.done]
  br label %slot.loop
slot.loop:                                  ; their features that the forest uses, side by side
  %s = phi i64 [0, %rows.loop], [%s.next, %lane.done]
  %used.at = getelementptr i32, ptr %used, i64 %s
  %column = load i32, ptr %used.at
  %column.64 = sext i32 %column to i64
  %line = mul i64 %s, {n}
  br label %lane.loop
lane.loop:
  %lane = phi i64 [0, %slot.loop], [%lane.next, %lane.loop]
  %mine = add i64 %row, %lane
  %in = call i64 @llvm.smin.i64(i64 %mine, i64 %last)
  %offset = mul i64 %in, %columns
  %index = add i64 %offset, %column.64
  %value.at = getelementptr float, ptr %values, i64 %index
  %value = load float, ptr %value.at
  %missing = fcmp uno float %value, %value
  %clean = select i1 %missing, float 0.0, float %value
  %to = add i64 %line, %lane
  %to.at = getelementptr float, ptr %block, i64 %to
  store float %clean, ptr %to.at
  %lane.next = add i64 %lane, 1
  %lane.more = icmp slt i64 %lane.next, {n}
  br i1 %lane.more, label %lane.loop, label %lane.done
lane.done:
  %s.next = add i64 %s, 1
  %s.more = icmp slt i64 %s.next, %slots
  br i1 %s.more, label %slot.loop, label %tree.loop
tree.loop:
  %tree = phi i64 [0, %lane.done], [%tree.next, %node.done]
  %sum = phi <{n} x double> [zeroinitializer, %lane.done], [%sum.next, %node.done]
  %first.at = getelementptr i32, ptr %first, i64 %tree
  %start.32 = load i32, ptr %first.at
  %end.at = getelementptr i32, ptr %first.at, i64 1
  %end.32 = load i32, ptr %end.at
  %start = sext i32 %start.32 to i64
  %end = sext i32 %end.32 to i64
  br label %node.head
node.head:
  %node = phi i64 [%start, %tree.loop], [%node.next, %node.body]
  %bits = phi <{n} x i32> [splat (i32 -1), %tree.loop], [%bits.next, %node.body]
  %node.more = icmp slt i64 %node, %end
  br i1 %node.more, label %node.body, label %node.done
node.body:                                  ; leaves that a failed test rules out
  %slot.at = getelementptr i32, ptr %slot, i64 %node
  %slot.32 = load i32, ptr %slot.at
  %slot.64 = sext i32 %slot.32 to i64
  %from = mul i64 %slot.64, {n}
  %from.at = getelementptr float, ptr %block, i64 %from
  %x = load <{n} x float>, ptr %from.at, align 64
  %threshold.at = getelementptr float, ptr %threshold, i64 %node
  %t = load float, ptr %threshold.at
  %t.one = insertelement <{n} x float> poison, float %t, i64 0
  %t.all = shufflevector <{n} x float> %t.one, <{n} x float> poison, <{n} x i32> zeroinitializer
  %keep.at = getelementptr i32, ptr %keep, i64 %node
  %k = load i32, ptr %keep.at
  %k.one = insertelement <{n} x i32> poison, i32 %k, i64 0
  %k.all = shufflevector <{n} x i32> %k.one, <{n} x i32> poison, <{n} x i32> zeroinitializer
  %above = fcmp ogt <{n} x float> %x, %t.all
  %kept = and <{n} x i32> %bits, %k.all
  %bits.next = select <{n} x i1> %above, <{n} x i32> %kept, <{n} x i32> %bits
  %node.next = add i64 %node, 1
  br label %node.head
node.done:                                  ; what the lowest that is left is worth
  %leaf = call <{n} x i32> @llvm.cttz.v{n}i32(<{n} x i32> %bits, i1 true)
  %leaf.64 = zext <{n} x i32> %leaf to <{n} x i64>
  %row.of.leaves = mul i64 %tree, 32
  %leaves.at = getelementptr double, ptr %leaves, i64 %row.of.leaves
  %leaf.at = getelementptr double, ptr %leaves.at, <{n} x i64> %leaf.64
  %worth = call <{n} x double> @llvm.masked.gather.v{n}f64.v{n}p0(<{n} x ptr> %leaf.at, i32 8,
      <{n} x i1> splat (i1 true), <{n} x double> poison)
  %sum.next = fadd <{n} x double> %sum, %worth
  %tree.next = add i64 %tree, 1
  %tree.more = icmp slt i64 %tree.next, %trees
  br i1 %tree.more, label %tree.loop, label %tree.done
tree.done:
  %out.at = getelementptr double, ptr %out, i64 %row
  store <{n} x double> %sum.next, ptr %out.at, align 8
  %row.next = add i64 %row, {n}
  %row.more = icmp slt i64 %row.next, %rows
  br i1 %row.more, label %rows.loop, label %done
done:
  ret void
}}
"""

@dataclass(frozen=True, slots=True)
class Evaluator:
    """The compiled function. `held` keeps its code in memory."""

    function: Any
    held: Any

    def __call__(self, values: npt.NDArray[np.float32], used: npt.NDArray[np.int32],
                 slot: npt.NDArray[np.int32], threshold: npt.NDArray[np.float32],
                 keep: npt.NDArray[np.uint32], first: npt.NDArray[np.int32],
                 leaves: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Predictions (rows,) for `values` (rows, features), contiguous, with at least one row and one node.

        Node `n` tests the feature `used[slot[n]]`; the other arrays are those of a `Forest`, contiguous.
        """
        rows, columns = values.shape
        block = _aligned(max(1, len(used)) * LANES)
        out = np.empty(-(-rows // LANES) * LANES)
        self.function(
            values.ctypes.data, rows, columns, used.ctypes.data, len(used), slot.ctypes.data,
            threshold.ctypes.data, keep.ctypes.data, first.ctypes.data, len(leaves), leaves.ctypes.data,
            block.ctypes.data, out.ctypes.data)
        return out[:rows]


@cache
def evaluator() -> Evaluator | None:
    """The function, compiled for this machine at the first call; None where LLVM cannot be had."""
    try:
        code = object_code(_IR.format(n=LANES, attributes=attributes(host())), host())
    except TxcError:
        return None
    builder = llvm().JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol("forest")
    held = builder.link(llvm().create_lljit_compiler(), "forest")
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    kind = ctypes.CFUNCTYPE(None, pointer, number, number, pointer, number, *[pointer] * 4, number,
                            *[pointer] * 3)
    return Evaluator(kind(held["forest"]), held)


def _aligned(count: int) -> npt.NDArray[np.float32]:
    """So many numbers at an address that vectors are loaded from."""
    whole = np.empty(count + 16, np.float32)
    return whole[-whole.ctypes.data % 64 // 4:][:count]
