"""Numbers as people read them."""

from __future__ import annotations

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def duration(seconds: float) -> str:
    """`1.52 ms`: three digits and the unit that suits."""
    for scale, unit in _UNITS:
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}" if seconds < 1000 * scale else f"{seconds:.0f} s"
    return f"{seconds / 1e-9:.3g} ns"


def clock(seconds: float) -> str:
    """`1:05`, minutes and seconds; hours before them where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def binary(size: int) -> str:
    """`512 KiB`, `2 MiB`: bytes in the largest unit that divides them, or rounded to a tenth of it."""
    unit, name = (1 << 20, "MiB") if size >= 1 << 20 else (1 << 10, "KiB")
    return f"{size // unit} {name}" if size % unit == 0 else f"{size / unit:.1f} {name}"


def rate(operations: int, seconds: float) -> str:
    """`12.3 GFLOP/s`, or what is left of it where a kernel computes nothing."""
    return f"{operations / seconds / 1e9:.3g} GFLOP/s" if operations and seconds else "no arithmetic"
