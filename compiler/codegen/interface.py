"""What C sees of a kernel: its name, its parameters, their order and types, whatever the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Protocol

from ...dsl.typed import Tensor
from .ctext import MEMORY_TYPE
from .names import Names, check_kernel_name

ABI = 1


class Declaration(Protocol):
    """A kernel's declaration: a `typed.Kernel` or a `Dag`."""

    @property
    def name(self) -> str: ...
    @property
    def declaration(self) -> str: ...
    @property
    def sizes(self) -> tuple[tuple[str, int], ...]: ...
    @property
    def inputs(self) -> tuple[Tensor, ...]: ...
    @property
    def outputs(self) -> tuple[Tensor, ...]: ...
    @property
    def doc(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Parameter:
    """A tensor as a C parameter. A scalar input is given by value."""

    name: str
    tensor: Tensor
    output: bool

    @property
    def by_value(self) -> bool:
        """Whether the parameter is a number rather than a pointer."""
        return not self.output and self.tensor.shape == ()

    @property
    def element(self) -> str:
        """The C type of an element."""
        return MEMORY_TYPE[self.tensor.dtype.name]

    @property
    def type(self) -> str:
        """The parameter's C type, without `restrict`."""
        if self.by_value:
            return self.element
        return f"{self.element} *" if self.output else f"const {self.element} *"

    @property
    def bytes(self) -> int:
        """Size of the tensor."""
        return prod(self.tensor.shape) * self.tensor.dtype.bytes

    def declare(self) -> str:
        """`const float *TXC_RESTRICT A`"""
        return f"{self.type} {self.name}" if self.by_value else f"{self.type}TXC_RESTRICT {self.name}"


@dataclass(frozen=True, slots=True)
class Interface:
    """A kernel as a C project sees it."""

    name: str
    declaration: str
    doc: str
    sizes: tuple[tuple[str, int], ...]
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Inputs, then outputs."""
        return self.inputs + self.outputs

    @property
    def constants(self) -> tuple[Parameter, ...]:
        """Inputs that can be packed ahead of time."""
        return tuple(p for p in self.inputs if p.tensor.const)


def interface(kernel: Declaration, name: str | None = None) -> Interface:
    """The interface of a kernel, under another name if one is given. Raises TxcError G501 for a bad name."""
    c_name = name or kernel.name
    check_kernel_name(c_name)
    names = Names([t.name for t in (*kernel.inputs, *kernel.outputs)], reserved=[c_name])
    inputs = tuple(Parameter(names[t.name], t, output=False) for t in kernel.inputs)
    outputs = tuple(Parameter(names[t.name], t, output=True) for t in kernel.outputs)
    return Interface(c_name, kernel.declaration, kernel.doc, kernel.sizes, inputs, outputs)
