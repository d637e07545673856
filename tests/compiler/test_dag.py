"""The tensor DAG: kernels in one normal form."""

from dataclasses import replace

from support.kernels import dag, example, suite, typed_kernel
from txc.compiler.dag import build, kernel_hash

NORM = """
kernel f[M = 4, K = 6](X: f32[M, K]) -> (Y: f32[M, K]) {
    r[i] = rsqrt(sum[k](X[i, k] * X[i, k]) / f32(K))
    Y[i, k] = X[i, k] * r[i]
}
"""


def test_reductions_become_stages() -> None:
    """A reduction inside an expression is a stage before the one that uses it."""
    assert [str(s) for s in dag(NORM).stages] == [
        "r.sum[i < 4]: f32 = sum[k < 6](X[i, k] * X[i, k])",
        "r[i < 4]: f32 = rsqrt(r.sum[i] / 6.0)",
        "Y[i < 4, k < 6]: f32 = X[i, k] * r[i]",
    ]


def test_a_16_bit_reduction_is_summed_in_f32_and_cast_once() -> None:
    """A reduction stored in f16 is an f32 stage and an element-wise cast."""
    text = """
    kernel f[M = 3, N = 4, K = 5](A: f16[M, K], B: f16[K, N]) -> (Y: f16[M, N]) {
        Y[i, j] = sum[k](A[i, k] * B[k, j])
    }"""
    assert [str(s) for s in dag(text).stages] == [
        "Y.sum[i < 3, j < 4]: f32 = sum[k < 5](f32(A[i, k]) * f32(B[k, j]))",
        "Y[i < 3, j < 4]: f16 = f16(Y.sum[i, j])",
    ]


def test_neighbours() -> None:
    """Producers are the stages read, in order of first read; consumers are the stages that read."""
    softmax = example("softmax")
    assert softmax.producers(softmax.stage("Y")) == ("e", "z")
    assert softmax.producers(softmax.stage("m")) == ()
    assert softmax.consumers("X") == ("m", "e")
    assert softmax.consumers("e") == ("z", "Y")
    assert [s.name for s in softmax.stages if softmax.is_output(s.name)] == ["Y"]
    assert softmax.tensor("z").shape == (5,)
    assert softmax.tensor("X").shape == (5, 17)


def test_unused_stages_are_left_out() -> None:
    """Only what an output needs is computed."""
    text = """
    kernel f[M = 4](X: f32[M]) -> (Y: f32[M]) {
        unused[i] = exp(X[i])
        Y[i] = X[i] + 1
    }"""
    assert [s.name for s in dag(text).stages] == ["Y"]


def test_flops() -> None:
    """A multiply and an add count one each; subscripts, casts and selections nothing."""
    assert suite("gmm", "1").flops() == 2 * 512**3
    assert example("dense_i8").flops() == 2 * 6 * 9 * 21
    assert suite("t2d", "0").flops() == 2 * (8 * 8 * 256) * (2 * 2 * 512)
    assert example("embedding").flops() == 0
    assert dag(NORM).flops() == 2 * 4 * 6 + 4 * 2 + 4 * 6


def test_compulsory_bytes() -> None:
    """Every input is read and every output written once."""
    assert example("dense").compulsory_bytes() == 4 * (7 * 11 + 11 * 13 + 13 + 7 * 13)
    assert example("dense_i8").compulsory_bytes() == 6 * 21 + 21 * 9 + 4 * 6 * 9


def test_text() -> None:
    """The text shows inputs, stages and outputs in the language's own syntax."""
    assert str(example("dense")) == """\
dag dense[M = 7, N = 13, K = 11] {
    input A: f32[7, 11]
    input B: f32[11, 13]
    input bias: f32[13]
    stage C[i < 7, j < 13]: f32 = sum[k < 11](A[i, k] * B[k, j])
    output D[i < 7, j < 13]: f32 = max(C[i, j] + bias[j], 0.0)
}"""


def test_the_hash_is_of_the_meaning() -> None:
    """Names of kernels, documentation and layout of the text do not change the hash; all else does."""
    kernel = typed_kernel(NORM)
    same = typed_kernel("## Something else.\n" + NORM.replace("\n", "\n\n"))
    assert kernel_hash(same) == kernel_hash(kernel)
    assert kernel_hash(replace(kernel, name="other")) == kernel_hash(kernel)
    different = [
        typed_kernel(NORM, M=5),
        typed_kernel(NORM.replace("X[i, k] * r[i]", "r[i] * X[i, k]")),
        typed_kernel(NORM.replace("f32", "f64")),
        typed_kernel(NORM.replace("r[i]", "s[i]")),
    ]
    assert len({kernel_hash(k) for k in (kernel, *different)}) == 5


def test_the_hash_stays() -> None:
    """Records are kept under it: it is the same in every process and version."""
    assert kernel_hash(typed_kernel(NORM)) == "fe8bfb14e5123493259fecfd0459a960"


def test_build_keeps_names_and_documentation() -> None:
    """Name, declaration and doc text go on to the header."""
    kernel = replace(typed_kernel("## Says what." + NORM), name="instance")
    built = build(kernel)
    assert (built.name, built.declaration, built.doc) == ("instance", "f", "Says what.")
