"""Kernels for tests: from examples, or from text."""

from functools import cache
from pathlib import Path

from txc.compiler.dag import Dag, build
from txc.dsl.check import elaborate
from txc.dsl.parser import parse
from txc.dsl.source import Source
from txc.dsl.typed import Kernel

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"

# Where each kernel that is an example stands, and awkward sizes for it.
SMALL = {
    "dense": ("dense.tx", {"M": 7, "N": 13, "K": 11}),
    "softmax": ("softmax.tx", {"B": 5, "N": 17}),
    "layernorm": ("layernorm.tx", {"B": 5, "N": 19}),
    "dense_i8": ("dense_i8.tx", {"M": 6, "N": 9, "K": 21}),
    "dense_u8i8": ("dense_u8i8.tx", {"M": 7, "N": 21, "K": 11}),
    "dense_on_accelerator": ("accelerator/dense.tx", {"M": 9, "N": 70, "K": 11}),
    "row_argmax": ("argmax.tx", {"B": 9, "N": 23}),
    "embedding": ("gather.tx", {"T": 14, "V": 10, "D": 5}),
    "embedding_or_zero": ("gather.tx", {"T": 14, "V": 10, "D": 5}),
    "attention": ("attention.tx", {"B": 2, "H": 3, "T": 13, "D": 5}),
    "kmeans": ("kmeans.tx", {"N": 37, "D": 3, "K": 5}),
    "quantized": ("quantized.tx", {"M": 7, "N": 11, "K": 19}),
    "jacobi": ("jacobi.tx", {"H": 9, "W": 14}),
    "conv2d": ("conv_nchw.tx", {"N": 2, "CI": 3, "H": 9, "W": 7, "CO": 5, "R": 3, "S": 2, "stride": 2}),
}


@cache
def example(name: str) -> Dag:
    """An example at a small size: a kernel of SMALL, or an operator of the suite."""
    if name in SMALL:
        file, sizes = SMALL[name]
        return load(EXAMPLES / file, name, **sizes)
    return suite(name, "small")


def suite(name: str, shape: str) -> Dag:
    """An operator of the suite at a shape: `0`, `1` or `small`."""
    return load(EXAMPLES / "suite" / f"{name}.tx", f"{name}_{shape}")


def load(path: Path, name: str, **sizes: int) -> Dag:
    """A kernel or instance of a file."""
    return build(typed_kernel(path.read_text(), name, **sizes))


def dag(text: str, name: str = "f", **sizes: int) -> Dag:
    """A kernel given as text."""
    return build(typed_kernel(text, name, **sizes))


def typed_kernel(text: str, name: str = "f", **sizes: int) -> Kernel:
    """A checked kernel given as text."""
    source = Source(text)
    return elaborate(parse(source), name, sizes, source)
