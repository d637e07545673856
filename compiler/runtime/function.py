"""Kernels as Python functions on numpy arrays, which are never copied, however they were compiled."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ...dsl.diagnostics import Diagnostic, TxcError
from ...dsl.typed import Tensor
from ..codegen.interface import Interface, Parameter

Array = npt.NDArray[Any]

Way = Callable[[Sequence[Array], Sequence[Array]], None]
"""Runs a kernel on inputs and outputs in the signature's order."""

NUMPY: dict[str, np.dtype[Any]] = {
    "f64": np.dtype(np.float64), "f32": np.dtype(np.float32), "f16": np.dtype(np.float16),
    "bf16": np.dtype(np.uint16), "i64": np.dtype(np.int64), "i32": np.dtype(np.int32),
    "i16": np.dtype(np.int16), "i8": np.dtype(np.int8), "u8": np.dtype(np.uint8), "bool": np.dtype(np.bool_)}
"""The numpy type of each element type; bf16 travels as its bits."""

_SCALARS: dict[str, Any] = {
    "f64": ctypes.c_double, "f32": ctypes.c_float, "f16": ctypes.c_uint16, "bf16": ctypes.c_uint16,
    "i64": ctypes.c_int64, "i32": ctypes.c_int32, "i16": ctypes.c_int16, "i8": ctypes.c_int8,
    "u8": ctypes.c_uint8, "bool": ctypes.c_uint8}


class KernelFunction(ABC):
    """A compiled kernel: `f(*inputs)` gives new outputs, `f(*inputs, out=…)` writes into these.

    One output is given as an array, several as a tuple. Arrays must have exactly the kernel's types and
    shapes and be contiguous (TxcError R612 says which is not); scalars are numbers. A nonzero code of the
    kernel raises R613.
    """

    def __init__(self, interface: Interface) -> None:
        self.interface = interface
        self.name = interface.name

    def __call__(self, *inputs: object,
                 out: Array | Sequence[Array] | None = None) -> Array | tuple[Array, ...]:
        """Run the kernel once."""
        outputs = self._outputs(out)
        self._check(self._run(self._arguments(inputs, outputs)))
        return outputs[0] if len(outputs) == 1 else outputs

    def ways(self) -> tuple[Way, ...]:
        """Every way to run it on inputs and outputs: here the plain one."""
        def plain(inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
            self(*inputs, out=outputs)

        return (plain,)

    def bench(self, inputs: Sequence[object], outputs: Sequence[Array], calls: int) -> npt.NDArray[np.int64]:
        """Nanoseconds of each of `calls` calls; for libraries built with `bench=True`."""
        ns = np.zeros(calls, np.int64)
        self._check(self._time(self._arguments(inputs, self._outputs(outputs)), ns))
        return ns

    @abstractmethod
    def set_threads(self, count: int) -> bool:
        """How many threads parallel regions use; False where the library was built without OpenMP."""

    @abstractmethod
    def workspace_bytes(self) -> int:
        """Scratch memory that a run needs."""

    @abstractmethod
    def _run(self, arguments: list[Any]) -> int:
        """One call; the code it gives. An argument is a number or an address."""

    @abstractmethod
    def _time(self, arguments: list[Any], ns: npt.NDArray[np.int64]) -> int:
        """As many calls as there is room for their times."""

    @abstractmethod
    def _meaning(self, code: int) -> str:
        """What a code means."""

    def _pointers(self, arguments: list[Any]) -> Any:
        """Addresses of all parameters, of scalars too, in an array that keeps what it points to."""
        parameters = self.interface.parameters
        held = [ctypes.byref(v) if p.by_value else v for p, v in zip(parameters, arguments, strict=True)]
        return (ctypes.c_void_p * len(held))(*(ctypes.cast(v, ctypes.c_void_p) for v in held))

    def _outputs(self, out: Array | Sequence[Array] | None) -> tuple[Array, ...]:
        expected = self.interface.outputs
        if out is None:
            return tuple(np.empty(p.tensor.shape, NUMPY[p.tensor.dtype.name]) for p in expected)
        given = (out,) if isinstance(out, np.ndarray) else tuple(out)
        if len(given) != len(expected):
            raise runtime_error("R612", f"{self.name} has {len(expected)} outputs, {len(given)} were given")
        for p, array in zip(expected, given, strict=True):
            _check_array(p.tensor, array)
            if not array.flags.writeable:
                raise runtime_error("R612", f"output {p.tensor.name} is read-only")
        return given

    def _arguments(self, inputs: Sequence[object], outputs: Sequence[Array]) -> list[Any]:
        values = self._values(self.interface.inputs, inputs, "input")
        return [*values, *(a.ctypes.data for a in outputs)]

    def _values(self, expected: tuple[Parameter, ...], given: Sequence[object], what: str) -> list[Any]:
        """What is given for some parameters, as numbers and addresses."""
        if len(given) != len(expected):
            names = ", ".join(p.tensor.name for p in expected)
            wanted = f"{len(expected)} {what}{'' if len(expected) == 1 else 's'} ({names})"
            raise runtime_error("R612", f"{self.name} takes {wanted}, not {len(given)}")
        return [_argument(p, v) for p, v in zip(expected, given, strict=True)]

    def _check(self, code: int) -> None:
        if code != 0:
            message = f"{self.name} failed with code {code}: {self._meaning(code)}"
            raise runtime_error("R613", message)


def c_type(p: Parameter) -> Any:
    """What ctypes calls a parameter's type."""
    return _SCALARS[p.tensor.dtype.name] if p.by_value else ctypes.c_void_p


def _argument(p: Parameter, value: object) -> Any:
    if not p.by_value:
        return _check_array(p.tensor, value).ctypes.data
    kind = NUMPY[p.tensor.dtype.name]
    try:
        number = np.asarray(value)
        if number.shape != () or not np.can_cast(number.dtype, kind, "same_kind"):
            raise TypeError
        bits = kind.type(value)     # pyright: ignore[reportCallIssue, reportArgumentType]
    except (TypeError, ValueError, OverflowError):
        wanted = f"{p.tensor.name} must be a number of type {p.tensor.dtype}"
        raise runtime_error("R612", f"{wanted}, not {value!r}") from None
    plain = bits.view(np.uint16) if p.tensor.dtype.name == "f16" else bits
    return c_type(p)(plain.item())


def _check_array(tensor: Tensor, value: object) -> Array:
    """The value, if it is an array that the kernel can use as it stands."""
    name, kind = tensor.name, NUMPY[tensor.dtype.name]
    if not isinstance(value, np.ndarray):
        raise runtime_error("R612", f"{name} must be a numpy array, not {type(value).__name__}")
    array = cast(Array, value)
    if array.dtype != kind:
        raise runtime_error("R612", f"{name} must have type {kind} ({tensor.dtype}), not {array.dtype}",
                     f"convert it with .astype(np.{kind})")
    if array.shape != tensor.shape:
        raise runtime_error("R612", f"{name} must have shape {tensor.shape}, not {array.shape}")
    if not array.flags.c_contiguous or not array.flags.aligned:
        raise runtime_error("R612", f"{name} is not contiguous in row-major order",
                     "make a contiguous copy with np.ascontiguousarray")
    return array


def linking_hint(error: Exception) -> str:
    """What helps where a function is missing that the text of an intrinsic calls."""
    if "undefined symbol" not in str(error):
        return ""
    return 'name what has it behind the compiler: TXC_CC="cc -I… functions.c"'


def runtime_error(code: str, message: str, hint: str = "") -> TxcError:
    """An error without a place in a source."""
    return TxcError([Diagnostic(code, message, hint=hint)])
