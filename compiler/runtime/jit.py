"""Kernels that LLVM compiles into this process, without a C compiler for each."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from ..codegen.header import CODES
from ..codegen.interface import Interface
from ..codegen.llvm.module import Kernel, Module
from ..codegen.memory import buffer_bytes
from ..target.target import Target
from .function import Array, KernelFunction, runtime_error
from .library import ALIGNMENT, set_threads
from .llvm import llvm, object_code
from .support import support

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Compiled:
    """The object of a module and what there is to know of it: as data, for another process."""

    code: bytes
    main: Kernel
    ahead: Kernel | None
    packed: tuple[tuple[str, int], ...]     # names and bytes


def compiled(module: Module, target: Target) -> Compiled:
    """A module as an object. Raises TxcError R630, R631."""
    packed = tuple((b.name, buffer_bytes(b)) for b in module.packed)
    return Compiled(object_code(module.text, target), module.main, module.ahead, packed)


def jit(module: Module, interface: Interface, target: Target) -> Jitted:
    """A module compiled and loaded. Raises TxcError R610, R630, R631."""
    return Jitted(compiled(module, target), interface)


class Jitted(KernelFunction):
    """A kernel in an object that was loaded into this process. Not for several threads at once."""

    def __init__(self, made: Compiled, interface: Interface) -> None:
        """Load an object. Raises TxcError R610, R614, R630."""
        super().__init__(interface)
        self._made = made
        self._support = support()
        builder = llvm().JITLibraryBuilder().add_object_img(made.code).add_current_process()
        for kernel in self._kernels():
            builder.export_symbol(kernel.symbol)
        try:
            self._held = builder.link(_engine(), f"{self.name}.{next(_NUMBERS)}")
        except RuntimeError as error:
            raise runtime_error("R614", f"cannot load {self.name}: {error}") from None
        self._packed = {name: _aligned(size) for name, size in made.packed}

    def set_threads(self, count: int) -> bool:
        """How many threads parallel regions use; False where the C compiler has no OpenMP."""
        return set_threads(self._support, count)

    def workspace_bytes(self) -> int:
        """Scratch memory that a run needs."""
        return max(kernel.workspace for kernel in self._kernels())

    def _kernels(self) -> tuple[Kernel, ...]:
        return (self._made.main,) if self._made.ahead is None else (self._made.ahead, self._made.main)

    def _run(self, arguments: list[Any]) -> int:
        return next((code for k in self._kernels() if (code := self._called(k, arguments)) != 0), 0)

    def _time(self, arguments: list[Any], ns: npt.NDArray[np.int64]) -> int:
        """Constant inputs are packed before, once: that is not part of the time."""
        code = self._called(self._made.ahead, arguments) if self._made.ahead else 0
        return code or self._called(self._made.main, arguments, ns)

    def _called(self, kernel: Kernel, arguments: list[Any], ns: npt.NDArray[np.int64] | None = None) -> int:
        """Call a kernel once, or as often as there is room for times."""
        pointers = dict(zip((p.tensor.name for p in self.interface.parameters), self._pointers(arguments),
                            strict=True))
        pointers |= {name: array.ctypes.data for name, array in self._packed.items()}
        tensors = (ctypes.c_void_p * len(kernel.tensors))(*(pointers[name] for name in kernel.tensors))
        times = (1, None) if ns is None else (len(ns), ctypes.c_void_p(ns.ctypes.data))
        address = ctypes.c_void_p(self._held[kernel.symbol])
        return self._support.txc_call(address, tensors, ctypes.c_size_t(kernel.workspace), *times)

    def _meaning(self, code: int) -> str:
        return next(text for _, number, text, _ in CODES if number == code)


def _aligned(size: int) -> Array:
    """So many bytes that start at a line of the cache."""
    whole = np.empty(size + ALIGNMENT, np.uint8)
    return whole[-whole.ctypes.data % ALIGNMENT:][:size]


@cache
def _engine() -> Any:
    return llvm().create_lljit_compiler()
