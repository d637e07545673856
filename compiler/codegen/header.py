"""NAME.h: the block that all headers of txc share, and a kernel's functions with their documentation."""

from __future__ import annotations

from .ctext import block_comment
from .interface import ABI, Interface, Parameter

CODES = (
    ("SUCCESS", 0, "success", ""),
    ("NULL_ARGUMENT", -1, "an argument is NULL", ""),
    ("NO_WORKSPACE", -2, "the workspace is missing or too small", "see NAME_workspace_bytes"),
    ("NO_MEMORY", -3, "allocation failed", ""),
    ("UNSUPPORTED_CPU", -4, "this CPU lacks instructions that the kernel was built for", ""),
    ("PARALLEL_FAILED", -5, "parallel_for failed", ""),
    ("WRONG_LAYOUT", -6, "the packed block was not written by this kernel's NAME_prepack", ""),
    ("WRONG_RUN_SIZE", -7, "run->size is not the size of a txc_run", ""),
    ("OVERLAP", -8, "an output overlaps another argument", "found only with NAME_DEBUG defined"),
)
"""Names, numbers and meanings of the codes; stable."""

_SHARED = """\
#ifndef TXC_ABI
#define TXC_ABI {abi}

#ifdef __cplusplus
#define TXC_RESTRICT __restrict
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define TXC_RESTRICT restrict
#else
#define TXC_RESTRICT
#endif

/* What every function returns. After any other code than TXC_SUCCESS the outputs are unspecified. */
enum {{
{codes}
}};

/* How to run a kernel; members that are not needed are NULL or 0. */
typedef struct txc_run {{
    size_t size;                /* sizeof(txc_run) */
    void *workspace;            /* any alignment */
    size_t workspace_bytes;
    void *ctx;                  /* handed to parallel_for */
    /* Calls body(arg, task) for task = 0 .. tasks - 1, in any order or at once; 0 on success. Without it a
     * kernel uses OpenMP where it was compiled with it, and runs serially where not. */
    int (*parallel_for)(void *ctx, int tasks, int (*body)(void *arg, int task), void *arg);
}} txc_run;

#elif TXC_ABI != {abi}
#error "headers of txc with different ABI numbers in one program: generate them with one version"
#endif
"""


def header(interface: Interface) -> str:
    """The text of NAME.h."""
    name = interface.name
    parts = [
        block_comment([*_about(interface), "", *_arguments(interface)]),
        f"#ifndef {name}_H\n#define {name}_H\n\n#include <stddef.h>\n#include <stdint.h>\n",
        _SHARED.format(abi=ABI, codes="\n".join(_code_lines())),
        '#ifdef __cplusplus\nextern "C" {\n#endif\n',
        *_functions(interface),
        f"#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {name}_H */\n"]
    return "\n".join(parts)


def prototype(result: str, name: str, parameters: list[str]) -> str:
    """`result name(parameters)`, in several lines where one would be too long."""
    head = f"{result}{'' if result.endswith('*') else ' '}{name}("
    line = f"{head}{', '.join(parameters) or 'void'})"
    if len(line) <= 100:
        return line
    return head + (",\n" + " " * len(head)).join(parameters) + ")"


def declarations(parameters: tuple[Parameter, ...]) -> list[str]:
    """Parameters as they stand in a prototype."""
    return [p.declare() for p in parameters]


def run_prototype(interface: Interface) -> str:
    """The prototype of NAME_run."""
    parameters = [*declarations(interface.parameters), "const txc_run *run"]
    return prototype("int", f"{interface.name}_run", parameters)


def plain_prototype(interface: Interface) -> str:
    """The prototype of NAME."""
    return prototype("int", interface.name, declarations(interface.parameters))


def prepack_prototype(interface: Interface) -> str:
    """The prototype of NAME_prepack."""
    parameters = [*declarations(interface.constants), "void *TXC_RESTRICT packed"]
    return prototype("int", f"{interface.name}_prepack", parameters)


def packed_workspace_prototype(interface: Interface) -> str:
    """The prototype of NAME_packed_workspace_bytes."""
    return f"size_t {interface.name}_packed_workspace_bytes(void)"


def packed_prototype(interface: Interface) -> str:
    """The prototype of NAME_packed."""
    others = tuple(p for p in interface.inputs if not p.tensor.const)
    parameters = [*declarations(others), "const void *TXC_RESTRICT packed", *declarations(interface.outputs),
                  "const txc_run *run"]
    return prototype("int", f"{interface.name}_packed", parameters)


def _about(interface: Interface) -> list[str]:
    sizes = ", ".join(f"{n} = {v}" for n, v in interface.sizes)
    head = f"{interface.name}: kernel {interface.declaration}" + (f" with {sizes}" if sizes else "")
    return [head, *(["", *interface.doc.splitlines()] if interface.doc else [])]


def _arguments(interface: Interface) -> list[str]:
    """A line for each parameter, and what holds for all of them."""
    width = max(len(p.name) for p in interface.parameters)
    lines = [f"    {p.name:<{width}}  {_kind(p)}" for p in interface.parameters]
    return [*lines, "",
            "Tensors are dense and row-major, aligned as their elements. Outputs overlap nothing."]


def _kind(p: Parameter) -> str:
    tensor = p.tensor
    what = "output" if p.output else "const input" if tensor.const else "input"
    shape = f"[{', '.join(map(str, tensor.shape))}]" if tensor.shape else ""
    bits = " as its bits" if tensor.dtype.is_float and tensor.dtype.bits == 16 else ""
    return f"{what}, {tensor.dtype}{shape}{bits}"


def _code_lines() -> list[str]:
    last = CODES[-1][0]
    for_each = [(f"    TXC_{n} = {v}{'' if n == last else ','}", f"{text}; {more}" if more else text)
                for n, v, text, more in CODES]
    return [f"{code:<30} /* {text} */" for code, text in for_each]


def _functions(interface: Interface) -> list[str]:
    name = interface.name
    parts = [
        f"/* Allocates scratch memory with {name}_MALLOC if it needs any. */\n"
        f"{plain_prototype(interface)};\n",
        "/* Allocates nothing; run may be NULL if no workspace is needed. */\n"
        f"{run_prototype(interface)};\n",
        "/* Bytes of workspace that a run needs, 0 if none. */\n"
        f"size_t {name}_workspace_bytes(void);\n",
        f"/* What a code means. */\nconst char *{name}_strerror(int code);\n"]
    if interface.constants:
        parts.append(
            "/* Brings constant inputs, once and ahead of time, into the layout that the kernel likes best.\n"
            " * The block, aligned as by malloc, may be copied and stored; it fits only this build. */\n"
            f"size_t {name}_prepack_bytes(void);\n{prepack_prototype(interface)};\n"
            f"{packed_prototype(interface)};\n\n"
            "/* Bytes of workspace that a run with the block needs, never more than without. */\n"
            f"{packed_workspace_prototype(interface)};\n")
    return parts
