"""A cluster without machines: calls are answered at once, workers vanish when a test says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from txc.compiler.target.target import host
from txc.tuner.measure.address import Address
from txc.tuner.measure.dask import LOST
from txc.tuner.measure.failure import Failure
from txc.tuner.measure.pool import Timed
from txc.tuner.measure.remote import Host
from txc.tuner.versions import generator_version

HERE = Host("Some CPU", host(), "cc", generator_version())


@dataclass
class FarmStation:
    """Candidate n takes n milliseconds; `log` hears of everything that is done."""

    name: str
    log: list[tuple[str, str, Any]]
    built: set[int] = field(default_factory=set)

    def do(self, method: str, *arguments: Any) -> Any:
        self.log.append((self.name, method, arguments[0] if arguments else None))
        match method, arguments:
            case "prepare", ():
                return Failure("unknown", "no room") if self.name.startswith("full") else None
            case "build", (rows, *_, stale):
                self.built.difference_update(stale)
                self.built.update(rows)
                return dict.fromkeys(rows)
            case "measure" | "time", (number, _):
                assert number in self.built
                return Timed((number * 1e-3,))
        raise ValueError(method)


@dataclass
class Call:
    """A call that is done, or hangs because its worker has gone."""

    result: Any

    def done(self) -> bool:
        return self.result is not LOST


@dataclass
class Farm:
    """Stands in for `dask.Cluster`. `deaths` are the calls, counted from 1, in which a worker dies."""

    hosts: dict[str, Any]
    deaths: tuple[int, ...] = ()
    joining: list[str] = field(default_factory=list)
    log: list[tuple[str, str, Any]] = field(default_factory=list)
    calls: int = 0
    address: Address = field(default_factory=lambda: Address("tcp://farm:1"))

    def workers(self) -> list[str]:
        return list(self.hosts)

    def describe(self, names: list[str]) -> dict[str, Any]:
        return {name: self.hosts[name] for name in names}

    def open(self, name: str, order: object) -> FarmStation:
        return FarmStation(name, self.log)

    def call(self, name: str, opened: FarmStation, method: str, *arguments: Any) -> Call:
        if method != "prepare":
            self.calls += 1
            if self.calls in self.deaths:
                self.hosts.pop(name, None)
                self.hosts |= dict.fromkeys(self.joining, HERE)
        return Call(opened.do(method, *arguments) if name in self.hosts else LOST)

    def wait(self, futures: list[Call]) -> None:
        pass

    def reply(self, future: Call) -> Any:
        return future.result

    def close(self) -> None:
        self.log.append(("", "close", None))
