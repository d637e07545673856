"""The address of a runner is read whole or refused."""

from __future__ import annotations

import pytest
from txc.dsl.diagnostics import TxcError
from txc.tuner.measure.address import Address, parse


@pytest.mark.parametrize(("text", "address"), [
    ("dask://127.0.0.1:8786", Address("tcp://127.0.0.1:8786", "txc")),
    ("dask://farm.example:1/?resource=gpu", Address("tcp://farm.example:1", "gpu")),
    ("dask://[::1]:8786", Address("tcp://[::1]:8786", "txc")),
])
def test_an_address_names_scheduler_and_resource(text: str, address: Address):
    assert parse(text) == address


@pytest.mark.parametrize("text", [
    "", "dask", "dask://", "dask://host", "dask://host:0", "dask://host:x", "dask://host:99999", "ssh://host:1",
    "dask://host:1/path", "dask://host:1?other=1", "dask://host:1?resource=", "dask://host:1?resource=a&resource=b",
])
def test_anything_else_is_refused(text: str):
    with pytest.raises(TxcError) as caught:
        parse(text)
    assert caught.value.diagnostics[0].code == "R676"
