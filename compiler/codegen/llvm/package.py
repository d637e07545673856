"""The C around a module of LLVM IR: the entry points of NAME.c, whose kernel is a function of the module."""

from __future__ import annotations

from dataclasses import dataclass

from ...loop.ir import Nest
from ...target.target import Target
from ..computation import Computation, Computations, Task, head
from ..emit import Package, emit
from ..interface import Declaration
from .module import Kernel, Module, module_of

_DECLARATION = """\
/* In the object that LLVM made: the addresses of its tensors, aligned scratch memory, how to run tasks. */
int SYMBOL(const void *const *tensors, unsigned char *workspace,
    int (*parallel)(const txc_run *run, int tasks, int (*body)(void *arg, int task), void *arg),
    const txc_run *run);
"""


@dataclass
class _Through:
    """Writes calls of a module's functions, and keeps the module."""

    module: Module | None = None

    def __call__(self, task: Task) -> Computations:
        """Both nests as calls of LLVM's functions."""
        made = self.module = module_of(task.split, task.facade, task.target)
        ahead = made.ahead and _wrapped(task, f"{task.facade.name}_pack", made.ahead)
        main = _wrapped(task, f"{task.facade.name}_compute", made.main, "const ")
        parallel = made.main.parallel or (made.ahead is not None and made.ahead.parallel)
        return Computations(main, ahead, parallel)


def emit_around(nest: Nest, kernel: Declaration, target: Target, *, schedule_text: str = "",
                name: str | None = None) -> tuple[Package, Module]:
    """C entry points for an optimised nest, and the module that they call; otherwise like `emit`."""
    through = _Through()
    package = emit(nest, kernel, target, schedule_text=schedule_text, name=name, compute=through)
    assert through.module is not None
    return package, through.module


def _wrapped(task: Task, name: str, kernel: Kernel, const: str = "") -> Computation:
    """A static function that lists the addresses of its parameters."""
    by_value = {p.name for p in task.facade.parameters if p.by_value}
    kinds = task.variables(const)
    tensors = [task.names[tensor] for tensor in kernel.tensors]
    extra = (("workspace", "unsigned char *"),) if kernel.workspace else ()
    extra += (("run", "const txc_run *"),) if kernel.parallel else ()
    parameters = (*((tensor, kinds[tensor]) for tensor in tensors), *extra)
    listed = ", ".join(f"&{t}" if t in by_value else t for t in tensors)
    memory = "workspace" if kernel.workspace else "NULL"
    runs = f"{task.facade.name}_parallel, run" if kernel.parallel else "NULL, NULL"
    body = (f"    const void *const tensors[] = {{{listed}}};\n"
            f"    return {kernel.symbol}(tensors, {memory}, {runs});\n")
    text = f"{head(name, parameters)}\n{{\n{body}}}\n"
    return Computation(name, tuple(n for n, _ in parameters),
                       (_DECLARATION.replace("SYMBOL", kernel.symbol), text), kernel.shared, kernel.slices)
