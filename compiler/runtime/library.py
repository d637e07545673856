"""Kernels in shared libraries."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..codegen.interface import Interface
from .function import NUMPY as NUMPY
from .function import Array as Array
from .function import KernelFunction, Way, c_type, linking_hint, runtime_error

ALIGNMENT = 64  # of packed blocks: a line of the cache


class _Run(ctypes.Structure):
    """`txc_run` of the generated header."""

    _fields_ = (("size", ctypes.c_size_t), ("workspace", ctypes.c_void_p),
                ("workspace_bytes", ctypes.c_size_t), ("ctx", ctypes.c_void_p),
                ("parallel_for", ctypes.c_void_p))


class Function(KernelFunction):
    """A kernel in a shared library that a C compiler made."""

    def __init__(self, library: Path, interface: Interface) -> None:
        """Load a library. Raises TxcError R614 if it cannot be loaded or lacks the kernel."""
        super().__init__(interface)
        try:
            self._library = ctypes.CDLL(str(library.resolve()))
            self._call = self._function(self.name, [c_type(p) for p in interface.parameters])
        except (OSError, AttributeError) as error:
            raise runtime_error("R614", f"cannot load {self.name} from {library}: {error}",
                                linking_hint(error)) from None

    def prepack(self, *constants: object) -> Array:
        """The packed block of a kernel's constant inputs, bytes to call `packed` with, aligned to 64.

        It may be copied and stored; it fits this build only.
        """
        expected = self.interface.constants
        given = self._values(expected, constants, "constant input")
        size = self._bytes("prepack_bytes")
        whole = np.empty(size + ALIGNMENT, np.uint8)
        block = whole[-whole.ctypes.data % ALIGNMENT:][:size]
        call = self._function(f"{self.name}_prepack", [*map(c_type, expected), ctypes.c_void_p])
        self._check(call(*given, block.ctypes.data))
        return block

    def packed(self, block: Array, *inputs: object,
               out: Array | Sequence[Array] | None = None) -> Array | tuple[Array, ...]:
        """Run the kernel once on a block from `prepack` and its other inputs.

        Raises R612 for a block of another size, R613 for one of another build.
        """
        outputs = self._outputs(out)
        expected = tuple(p for p in self.interface.inputs if not p.tensor.const)
        given = self._values(expected, inputs, "other input")
        if block.dtype != np.uint8 or block.size != self._bytes("prepack_bytes"):
            raise runtime_error("R612", f"the block is not one that {self.name}.prepack has made")
        workspace = np.empty(self._bytes("packed_workspace_bytes"), np.uint8)
        run = _Run(ctypes.sizeof(_Run), workspace.ctypes.data, workspace.size, None, None)
        types = [*map(c_type, expected), *[ctypes.c_void_p] * (len(outputs) + 2)]
        call = self._function(f"{self.name}_packed", types)
        self._check(call(*given, block.ctypes.data, *(a.ctypes.data for a in outputs), ctypes.addressof(run)))
        return outputs[0] if len(outputs) == 1 else outputs

    def ways(self) -> tuple[Way, ...]:
        """Every way to run it: as it is, and with constant inputs packed ahead."""
        def ahead(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
            given = list(zip(self.interface.inputs, inputs, strict=True))
            block = self.prepack(*(array for p, array in given if p.tensor.const))
            self.packed(block, *(array for p, array in given if not p.tensor.const), out=outputs)

        return (*super().ways(), ahead) if self.interface.constants else super().ways()

    def set_threads(self, count: int) -> bool:
        """How many threads parallel regions use; False where the library was built without OpenMP."""
        return set_threads(self._library, count)

    def workspace_bytes(self) -> int:
        """Scratch memory that a run needs."""
        return self._bytes("workspace_bytes")

    def _bytes(self, what: str) -> int:
        size = cast("Callable[[], int]", self._library[f"{self.name}_{what}"])
        size.restype = ctypes.c_size_t     # pyright: ignore[reportFunctionMemberAccess]
        return size()

    def _run(self, arguments: list[Any]) -> int:
        return self._call(*arguments)

    def _time(self, arguments: list[Any], ns: npt.NDArray[np.int64]) -> int:
        pointers = self._pointers(arguments)
        bench = self._function(f"{self.name}_bench", [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p])
        return bench(ctypes.byref(pointers), len(ns), ns.ctypes.data)

    def _meaning(self, code: int) -> str:
        meaning = self._library[f"{self.name}_strerror"]
        meaning.argtypes, meaning.restype = [ctypes.c_int], ctypes.c_char_p
        return meaning(code).decode()

    def _function(self, name: str, types: list[Any]) -> Callable[..., int]:
        function = self._library[name]
        function.argtypes, function.restype = types, ctypes.c_int
        return cast("Callable[..., int]", function)


def set_threads(library: ctypes.CDLL, count: int) -> bool:
    """Threads of the OpenMP that a library is linked with; False where it is not."""
    try:
        setter = library.omp_set_num_threads
    except AttributeError:
        return False
    setter.argtypes, setter.restype = [ctypes.c_int], None
    setter(count)
    return True
