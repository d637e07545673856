"""Intrinsics through LLVM: their instructions on operands in registers and in memory, or plain statements."""

from support.kernels import dag
from support.llvm import ir_of
from txc.compiler.cases import make_cases
from txc.compiler.codegen.interface import interface
from txc.compiler.codegen.llvm.module import module
from txc.compiler.driver import nest_of
from txc.compiler.runtime.jit import jit
from txc.compiler.target.target import host
from txc.compiler.verify import verify_cases
from txc.dsl.parser import parse_directives

KERNEL = """kernel f[M = 5, N = 16, K = 6](A: f32[M, K], B: f32[K, N]) -> (C: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
}
"""
BY_VALUE = """intrinsic axpy(a: f32, b: f32[8], c: f32[8]) for cpu {
    c[n] += a * b[n]
} emits c "$c += $a * $b;"
    llvm "%one = insertelement <8 x float> poison, float $a, i32 0"
    llvm "%all = shufflevector <8 x float> %one, <8 x float> poison, <8 x i32> zeroinitializer"
    llvm "$c = call <8 x float> @llvm.fma.v8f32(<8 x float> %all, <8 x float> $b, <8 x float> $c)"
"""
BY_ADDRESS = """intrinsic dot(a: f32[6], b: f32[6], c: f32) for cpu {
    c += sum[k](a[k] * b[k])
} emits c "for (int n = 0; n < 6; n++) $c += (&$a)[n] * (&$b)[n * $b.s0];"
"""
WITHOUT = BY_VALUE[:BY_VALUE.index("    llvm")]
IN_MEMORY = "split C.j: [j0, j1: 8] order C: j0 k i j1 tensorize j1 with axpy"


def text_of(program: str, schedule: str) -> str:
    """The IR of a kernel, which is right."""
    kernel = dag(program)
    facade, nest = interface(kernel), nest_of(kernel, parse_directives(schedule), host())
    made = module(nest, facade, host())
    verdict = verify_cases(make_cases(kernel), jit(made, facade, host()).ways()[0])
    assert verdict.ok, verdict.message
    return made.text


def test_instructions_on_values() -> None:
    """Operands in memory are loaded before and stored after; each invocation has names of its own."""
    text = text_of(KERNEL + BY_VALUE, IN_MEMORY)
    assert text.count("@llvm.fma.v8f32") == 1
    assert text.count("store <8 x float>") == 1


NEST = """
intrinsic axpy(a: f32, b: f32[8], c: f32[8]) for "cpu" {
  for n in 0..8 {
    c[n] = c[n] + a[] * b[n]
  }
} emits c "$c += $a * $b;" llvm "$c = call <8 x float> @twice(<8 x float> $b, <8 x float> $c)"

nest f(A: f32[5, 6], B: f32[6, 16]) -> (C: f32[5, 16]) {
  for i in 0..5 {
    for j in 0..2 {
      register sum: f32x8[1]
      sum[0] = splat(0.0f32, 8)
      for k in 0..6 {
        tensorize axpy(A[i, k], B[k, j * 8; 0, 1], sum[0])
      }
      C[i, ramp(j * 8, 1, 8)] = sum[0]
    }
  }
}
"""


def test_accumulators_stay_in_registers() -> None:
    """A loop carries the operand that an invocation changes."""
    text = ir_of(NEST)
    inner = text[:text.index("@twice")].rpartition("\nloop.")[2]
    assert "phi <8 x float>" in inner
    assert text.count("store <8 x float>") == 1


def test_without_a_text_it_is_what_it_means() -> None:
    """The statements of the body, on values and on addresses."""
    assert "llvm.fma" not in text_of(KERNEL + WITHOUT, IN_MEMORY)
    text_of(KERNEL + BY_ADDRESS, "tensorize C.k with dot")
