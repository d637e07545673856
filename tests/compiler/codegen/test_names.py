"""Names for C: what must be renamed is, and nothing else."""

import pytest
from txc.compiler.codegen.names import Names, check_kernel_name, identifier
from txc.dsl.diagnostics import TxcError


@pytest.mark.parametrize(("name", "wanted"), [
    ("A", "A"), ("int", "int_"), ("class", "class_"), ("exp", "exp_"), ("y0", "y0_"), ("run", "run_"),
    ("NULL", "NULL_"), ("size_t", "size_t_"), ("f32x8", "v_f32x8"), ("_Bool", "v__Bool"),
    ("txc_run", "v_txc_run"), ("x8", "x8"), ("linux", "linux_")])
def test_parameters(name: str, wanted: str) -> None:
    """Keywords, library functions and macros get a `_` behind them, names like our own `v_` in front."""
    assert Names([name])[name] == wanted


def test_what_is_local_may_be_called_like_a_function_that_is_not_called() -> None:
    """`j0` is a Bessel function, and a loop."""
    names = Names()
    assert (names["j0"], names["y1"], names["sqrt"], names["exp"]) == ("j0", "y1", "sqrt_", "exp_")


def test_all_names_differ() -> None:
    """Renaming never makes two names one; a name keeps what it got."""
    names = Names(["int", "int_"], reserved=["dense"])
    given = [names[n] for n in ("int", "int_", "C.i", "C_i", "dense", "C.i")]
    assert given == ["int_", "int__", "C_i", "C_i_", "dense_", "C_i"]


def test_identifiers() -> None:
    """What C does not allow in a name becomes `_`."""
    assert [identifier(n) for n in ("Y.sum", "2x", "größe")] == ["Y_sum", "_2x", "gr__e"]


@pytest.mark.parametrize("name", ["dense", "conv2d", "softmax", "lane", "region", "run"])
def test_ordinary_kernel_names(name: str) -> None:
    """What only matters inside a function is free for kernels."""
    check_kernel_name(name)


def test_the_error_offers_a_way_out() -> None:
    """G501 says why, and how to get another name."""
    with pytest.raises(TxcError) as error:
        check_kernel_name("while")
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "G501"
    assert "keyword" in diagnostic.message and "--name while_kernel" in diagnostic.hint
