"""Where candidates are measured: `dask://HOST:PORT[?resource=NAME]`; without an address, on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from ...dsl.diagnostics import Diagnostic, TxcError

RESOURCE = "txc"
"""The resource that a cluster's worker offers for measuring: 1 for each device."""


@dataclass(frozen=True, slots=True)
class Address:
    """A scheduler of dask.distributed, and the resource that tags the workers to measure on."""

    scheduler: str
    resource: str = RESOURCE


def parse(text: str) -> Address:
    """The address that a runner's text names. Raises TxcError R676."""
    parts = urlsplit(text)
    query = parse_qs(parts.query, keep_blank_values=True)
    names = query.pop("resource", [RESOURCE])
    try:
        port = parts.port
    except ValueError:
        port = None
    right = parts.scheme == "dask" and parts.hostname and port and not parts.path.strip("/") and not query
    if not right or len(names) != 1 or not names[0]:
        raise TxcError([Diagnostic("R676", f"'{text}' is no address of a runner",
                                   hint="write dask://HOST:PORT or dask://HOST:PORT?resource=NAME")])
    return Address(f"tcp://{parts.netloc}", names[0])
