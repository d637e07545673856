"""Breaking what is too long for a line: expressions at operators and brackets, word lists anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from . import ast

WIDTH = 100
INDENT = "    "


def indented(lines: list[str]) -> list[str]:
    """The lines one level deeper; empty ones stay empty."""
    return [f"{INDENT}{line}" if line else line for line in lines]


def break_stage(stage: ast.Stage, room: int) -> list[str]:
    """A definition in lines of at most `room` columns, where that can be done."""
    if len(str(stage)) <= room:
        return [str(stage)]
    axes = f"[{ast.commas(stage.axes)}]" if stage.axes else ""
    return _after(f"{stage.name}{axes} {stage.op} ", stage.value, room)


def break_param(param: ast.Param, room: int) -> list[str]:
    """A parameter in one line, or with each dimension on its own where `room` columns are too few."""
    if len(str(param)) <= room or not param.shape:
        return [str(param)]
    head = str(param).partition("[")[0]
    return [f"{head}[", *indented(_separated(param.shape, room - len(INDENT))), "]"]


def _after(prefix: str, value: ast.Expr, room: int) -> list[str]:
    """An expression after a prefix: bracketed ones open on its line, others start on the next."""
    if isinstance(value, ast.Reduce | ast.Call):
        lines = _bracketed(value, room)
        if len(prefix) + len(lines[0]) <= room:
            return [prefix + lines[0], *lines[1:]]
    return [prefix.rstrip(), *indented(break_expression(value, room - len(INDENT)))]


def break_expression(expr: ast.Expr, room: int) -> list[str]:
    """An expression in lines of at most `room` columns, where that can be done."""
    if len(str(expr)) <= room:
        return [str(expr)]
    match expr:
        case ast.Reduce() | ast.Call():
            return _bracketed(expr, room)
        case ast.Binary():
            return _chain(expr, room)
        case ast.IfElse():
            then = _operand(expr.then, ast.OR, room)
            condition = _prefixed("if ", _operand(expr.condition, ast.OR, room - 3))
            return [*then, *condition, *_prefixed("else ", break_expression(expr.otherwise, room - 5))]
        case _:
            return [str(expr)]


def _bracketed(expr: ast.Reduce | ast.Call, room: int) -> list[str]:
    if isinstance(expr, ast.Call):
        head, items = f"{expr.function}(", expr.args
    else:
        head, items = f"{expr.reducer}[{ast.commas(expr.axes)}](", (expr.body,)
    return [head, *indented(_separated(items, room - len(INDENT))), ")"]


def _separated(items: tuple[ast.Expr, ...], room: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        lines += break_expression(item, room - 1)
        lines[-1] += ","
    lines[-1] = lines[-1].removesuffix(",")
    return lines


def _chain(expr: ast.Binary, room: int) -> list[str]:
    """Operands of operators of one level, each but the first on a line that starts with its operator."""
    level = ast.LEVELS[expr.op]
    links: list[ast.Binary] = []
    first: ast.Expr = expr
    while isinstance(first, ast.Binary) and ast.LEVELS[first.op] == level:
        if links and level == ast.COMPARE:
            break
        links.append(first)
        first = first.left
    lines = _operand(first, level + (level == ast.COMPARE), room)
    for link in reversed(links):
        prefix = f"{link.op} "
        lines += _prefixed(prefix, _operand(link.right, level + 1, room - len(prefix)))
    return lines


def _operand(expr: ast.Expr, needed: int, room: int) -> list[str]:
    if ast.level(expr) >= needed:
        return break_expression(expr, room)
    if len(str(expr)) + 2 <= room:
        return [f"({expr})"]
    return ["(", *indented(break_expression(expr, room - len(INDENT))), ")"]


def _prefixed(prefix: str, lines: list[str]) -> list[str]:
    return [prefix + lines[0], *lines[1:]]


def one_or_each(head: str, items: Sequence[ast.Node]) -> list[str]:
    """A head and items that never break: on one line if it is wide enough, else each item on its own."""
    line = f"{head} {ast.words(items)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{head} {items[0]}", *indented([str(item) for item in items[1:]])]


def fill(text: str, room: int) -> list[str]:
    """Text that may break at any space, in lines of at most `room` columns; later lines are indented."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line.strip() and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = INDENT + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
