"""The functions of NAME.c that a C project calls: checks, scratch memory, packing."""

from __future__ import annotations

from .header import CODES, packed_prototype, plain_prototype, prepack_prototype, run_prototype
from .interface import Interface, Parameter


def entry_points(interface: Interface, compute: str, workspace: int) -> str:
    """All of them; `compute` is the call of the kernel's own function, `workspace` the bytes a run needs."""
    parts = [_strerror(interface.name), _workspace_bytes(interface.name, workspace),
             _run(interface, compute, workspace), _plain(interface, workspace)]
    if interface.constants:
        parts += [_prepack(interface), _packed(interface)]
    return "\n".join(parts)


def _function(prototype: str, *lines: str) -> str:
    body = "".join(f"{line}\n" if line.startswith("#") or not line else f"    {line}\n" for line in lines)
    return f"{prototype}\n{{\n{body}}}\n"


def _strerror(name: str) -> str:
    cases = [line for n, _, text, _ in CODES
             for line in (f"case TXC_{n}:", f'    return "{text.replace("NAME", name)}";')]
    return _function(f"const char *{name}_strerror(int code)", "switch (code) {", *cases, "default:",
                     '    return "unknown code";', "}")


def _workspace_bytes(name: str, workspace: int) -> str:
    return _function(f"size_t {name}_workspace_bytes(void)", f"return {workspace};")


def _null_check(pointers: list[str]) -> list[str]:
    if not pointers:
        return []
    return [*_condition([f"{p} == NULL" for p in pointers]), "    return TXC_NULL_ARGUMENT;"]


def _condition(tests: list[str], each: int = 4) -> list[str]:
    """`if (… || …)` with some tests in each line."""
    rows = [" || ".join(tests[i:i + each]) for i in range(0, len(tests), each)]
    ends = [" ||"] * (len(rows) - 1) + [")"]
    starts = ["if ("] + ["    "] * (len(rows) - 1)
    return [start + row + end for start, row, end in zip(starts, rows, ends, strict=True)]


def _pointers(parameters: tuple[Parameter, ...]) -> list[str]:
    return [p.name for p in parameters if not p.by_value]


def _run(interface: Interface, compute: str, workspace: int) -> str:
    lines = _null_check(_pointers(interface.parameters))
    lines += ["if (run != NULL && run->size < sizeof(txc_run))", "    return TXC_WRONG_RUN_SIZE;",
              "if (!TXC_CPU_SUPPORTED)", "    return TXC_UNSUPPORTED_CPU;", *_overlap_check(interface)]
    if workspace:
        lines += [
            f"if (run == NULL || run->workspace == NULL || run->workspace_bytes < {workspace})",
            "    return TXC_NO_WORKSPACE;",
            "workspace = (unsigned char *)run->workspace;",
            "workspace += -(uintptr_t)workspace & 63;"]
        return _function(run_prototype(interface), "unsigned char *workspace;", *lines, f"return {compute};")
    return _function(run_prototype(interface), *lines, f"return {compute};")


def _overlap_check(interface: Interface) -> list[str]:
    """Under NAME_DEBUG: no output shares a byte with another tensor."""
    tensors = [p for p in interface.parameters if not p.by_value]
    pairs = [(p, q) for i, p in enumerate(tensors) for q in tensors[i + 1:] if q.output]
    if not pairs:
        return []
    tests = [f"{interface.name}_overlap({p.name}, {p.bytes}, {q.name}, {q.bytes})" for p, q in pairs]
    return [f"#ifdef {interface.name}_DEBUG", *_condition(tests, each=1), "    return TXC_OVERLAP;", "#endif"]


def overlap_function(interface: Interface) -> str:
    """The function that the check for overlap calls."""
    name = interface.name
    text = _function(
        f"static int {name}_overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes)",
        "const uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;",
        "return x < y ? y - x < a_bytes : x - y < b_bytes;")
    return f"#ifdef {name}_DEBUG\n{text}#endif\n" if _overlap_check(interface) else ""


def _plain(interface: Interface, workspace: int) -> str:
    name = interface.name
    arguments = ", ".join(p.name for p in interface.parameters)
    if not workspace:
        return _function(plain_prototype(interface), f"return {name}_run({arguments}, NULL);")
    return _function(
        plain_prototype(interface),
        "txc_run run = {sizeof(txc_run), NULL, 0, NULL, NULL};",
        "int code;",
        f"run.workspace_bytes = {name}_workspace_bytes();",
        f"run.workspace = {name}_MALLOC(run.workspace_bytes);",
        "if (run.workspace == NULL)",
        "    return TXC_NO_MEMORY;",
        f"code = {name}_run({arguments}, &run);",
        f"{name}_FREE(run.workspace);",
        "return code;")


def _layout(interface: Interface) -> str:
    return f"const uint64_t layout = UINT64_C(0x{interface.layout_id:016x});"


def _prepack(interface: Interface) -> str:
    name, offsets = interface.name, interface.packed_offsets
    copies = [f"memcpy((unsigned char *)packed + {offset}, {'&' if p.by_value else ''}{p.name}, {p.bytes});"
              for p, offset in zip(interface.constants, offsets, strict=False)]
    size = _function(f"size_t {name}_prepack_bytes(void)", f"return {offsets[-1]};")
    return size + "\n" + _function(
        prepack_prototype(interface), _layout(interface),
        *_null_check([*_pointers(interface.constants), "packed"]),
        "memcpy(packed, &layout, sizeof layout);", *copies, "return TXC_SUCCESS;")


def _packed(interface: Interface) -> str:
    where = dict(zip(interface.constants, interface.packed_offsets, strict=False))

    def argument(p: Parameter) -> str:
        if p not in where:
            return p.name
        pointer = f"(const {p.element} *)(const void *)(tensors + {where[p]})"
        return f"*{pointer}" if p.by_value else pointer

    arguments = ", ".join(map(argument, interface.parameters))
    return _function(
        packed_prototype(interface), _layout(interface),
        "const unsigned char *tensors = (const unsigned char *)packed;",
        *_null_check(["packed"]),
        "if (memcmp(packed, &layout, sizeof layout) != 0)",
        "    return TXC_WRONG_LAYOUT;",
        f"return {interface.name}_run({arguments}, run);")
