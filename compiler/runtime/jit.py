"""Kernels that LLVM compiles into this process, without a C compiler for each."""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codegen.header import CODES
from ..codegen.interface import Interface
from ..codegen.llvm.module import Module
from ..target.target import Target
from .function import KernelFunction, runtime_error
from .library import set_threads
from .llvm import llvm, object_code
from .support import support

_NUMBERS = count()


class Jitted(KernelFunction):
    """A kernel in an object file that was loaded into this process."""

    def __init__(self, code: bytes, interface: Interface, workspace: int) -> None:
        """Load an object of `object_code`. Raises TxcError R610, R614, R630."""
        super().__init__(interface)
        self._workspace = workspace
        self._support = support()
        symbol = f"{interface.name}_kernel"
        builder = llvm().JITLibraryBuilder().add_object_img(code).add_current_process()
        try:
            self._held = builder.export_symbol(symbol).link(_engine(), f"{symbol}.{next(_NUMBERS)}")
        except RuntimeError as error:
            raise runtime_error("R614", f"cannot load {self.name}: {error}") from None
        self._kernel = ctypes.c_void_p(self._held[symbol])

    def set_threads(self, count: int) -> bool:
        """How many threads parallel regions use; False where the C compiler has no OpenMP."""
        return set_threads(self._support, count)

    def workspace_bytes(self) -> int:
        """Scratch memory that a run needs."""
        return self._workspace

    def _run(self, arguments: list[Any]) -> int:
        return self._called(arguments, 1, None)

    def _time(self, arguments: list[Any], ns: npt.NDArray[np.int64]) -> int:
        return self._called(arguments, len(ns), ctypes.c_void_p(ns.ctypes.data))

    def _called(self, arguments: list[Any], calls: int, ns: ctypes.c_void_p | None) -> int:
        pointers = self._pointers(arguments)
        return self._support.txc_call(self._kernel, pointers, ctypes.c_size_t(self._workspace), calls, ns)

    def _meaning(self, code: int) -> str:
        return next(text for _, number, text, _ in CODES if number == code)


def jit(module: Module, interface: Interface, target: Target) -> Jitted:
    """A module compiled and loaded. Raises TxcError R610, R630, R631."""
    return Jitted(object_code(module.text, target), interface, module.workspace)


@cache
def _engine() -> Any:
    return llvm().create_lljit_compiler()
