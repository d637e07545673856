"""dask.distributed, imported when first needed: its client, and calls of which each runs on one worker."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from ...dsl.diagnostics import Diagnostic, TxcError
from .address import Address
from .remote import Forgotten, Order, call, describe, station

CONNECTING = 10.0
"""Seconds in which a scheduler must answer."""

POLL = 0.5
"""Seconds between looks at whether the workers that were called are still there."""


class Lost:
    """What is known of a call whose worker has gone."""


LOST: Final = Lost()


def distributed() -> Any:
    """The package. Raises TxcError R675 where it is not installed."""
    try:
        return import_module("distributed")
    except ImportError:
        raise failed("R675", "a runner dask://… needs the Python package distributed",
                     "install it with pip install 'txc[dask]'") from None


class Cluster:
    """A connection to the workers of a cluster that offer a resource, each known by its address.

    Raises TxcError R675, and R676 where no scheduler answers.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._distributed = distributed()
        try:
            self._client = self._distributed.Client(address.scheduler, timeout=CONNECTING, name="txc",
                                                    set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise failed("R676", f"no dask cluster answers at {address.scheduler}: {error}",
                         "start one with `dask scheduler`, and see that its port can be reached") from None

    def close(self) -> None:
        """Disconnect; the cluster then drops what was opened on it."""
        self._client.close()

    def workers(self) -> list[str]:
        """Those that offer the resource now. Raises TxcError R676 where the scheduler has gone."""
        if self._client.status != "running":
            raise failed("R676", f"the dask cluster at {self.address.scheduler} has gone",
                         "finished trials are recorded: start again to go on")
        found = self._client.scheduler_info()["workers"]
        return [name for name, facts in found.items()
                if facts.get("resources", {}).get(self.address.resource, 0) >= 1]

    def describe(self, names: list[str]) -> dict[str, Any]:
        """What machine each worker runs on; an exception for one that cannot tell."""
        return self._client.run(describe, workers=names, on_error="return") if names else {}

    def open(self, name: str, order: Order) -> Any:
        """A station on a worker, which lives until the last reference to the result goes."""
        return self._client.submit(station, order, workers=[name], pure=False)

    def call(self, name: str, opened: Any, method: str, *arguments: object) -> Any:
        """Have a worker's station do something while the worker does nothing else for any tuning run."""
        return self._client.submit(call, opened, method, *arguments, workers=[name], pure=False,
                                   resources={self.address.resource: 1})

    def wait(self, futures: list[Any]) -> None:
        """Wait a moment for one of the calls to end."""
        try:
            with self._client.as_current():
                self._distributed.wait(futures, timeout=POLL, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return
        except self._distributed.client.FuturesCancelledError:
            return      # `reply` finds out which

    def reply(self, future: Any) -> Any:
        """What a call gave; `LOST` if its worker has gone, or started anew, before it ended."""
        if future.status == "finished":
            return future.result()
        if future.status in ("pending", "cancelled", "lost"):
            future.cancel()
            return LOST
        error = future.exception()
        if isinstance(error, (Forgotten, self._distributed.KilledWorker)):
            return LOST
        raise error


class Calls:
    """Calls under way, at most one for each worker, each with a tag of the caller's."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._flights: dict[str, tuple[Any, Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._flights

    def __len__(self) -> int:
        return len(self._flights)

    def send(self, name: str, tag: Any, opened: Any, method: str, *arguments: object) -> None:
        """Call a method of a worker's station."""
        self._flights[name] = tag, self._cluster.call(name, opened, method, *arguments)

    def receive(self) -> tuple[str, Any, Any]:
        """Wait for one: worker, tag, and the reply or `LOST`."""
        while True:
            self._cluster.wait([future for _, future in self._flights.values()])
            over = next((name for name, (_, future) in self._flights.items() if future.done()), None)
            if over is None:
                present = self._cluster.workers()
                over = next((name for name in self._flights if name not in present), None)
            if over is not None:
                tag, future = self._flights.pop(over)
                return over, tag, self._cluster.reply(future)


def failed(code: str, message: str, hint: str) -> TxcError:
    """An error of the cluster's."""
    return TxcError([Diagnostic(code, message, hint=hint)])
