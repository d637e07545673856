"""Names for generated C: none is a keyword of C or C++, a library function, or one of our own helpers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...dsl.diagnostics import Diagnostic, TxcError

KEYWORDS = frozenset("""
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t
    class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue
    decltype default delete do double dynamic_cast else enum explicit export extern false float for friend
    goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private
    protected public register reinterpret_cast requires restrict return short signed sizeof static
    static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename
    typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq
    """.split())

_MATH = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp10 exp2 expm1 fabs fdim
    floor fma fmax fmin fmod frexp hypot ilogb j0 j1 jn ldexp lgamma llrint llround log log10 log1p log2 logb
    lrint lround modf nan nearbyint nextafter nexttoward pow remainder remquo rint round roundeven scalb
    scalbln scalbn significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn drem gamma pow10 finite
    isinf isnan
    """.split()
LIBRARY = frozenset(name + suffix for name in _MATH for suffix in ("", "f", "l")) | frozenset("""
    abort abs atexit atof atoi atol atoll bcmp bcopy bsearch bzero calloc clock close connect creat div dup
    environ errno exit fork fpclassify free getenv index isfinite isgreater isless isnormal kill labs ldiv
    link listen llabs lldiv main malloc memchr memcmp memcpy memmove memset open pause pipe printf putenv
    puts qsort raise rand random read realloc remove rename rindex select send setenv signal signbit signgam
    sleep srand stat strcat strchr strcmp strcpy strlen strncmp strtod strtol sync system time tolower
    toupper unlink wait write stdin stdout stderr assert offsetof
    """.split())

# Library functions that generated code calls: a local variable of that name would hide one.
_CALLED = frozenset(name + suffix for suffix in ("", "f") for name in """
    erf exp fabs floor ceil fma log pow rint sqrt tanh free malloc memcpy
    """.split())

# Macros that some compiler or header in use defines.
_MACROS = frozenset("""
    NULL NAN INFINITY HUGE_VAL EOF errno I complex imaginary linux unix i386 DOMAIN OVERFLOW UNDERFLOW bool
    LANES ALIGNED
    """.split())
# Names that the generated functions use themselves.
_TAKEN = frozenset("""
    run packed workspace slice slices args arg task region lane first last code memory whole layout
    """.split())
_OWN = re.compile(
    r"(txc|TXC)_|(bf16|[fiu](8|16|32|64))(x\d+)?(_|$)|SPLAT\d|M_[A-Z]|_[A-Z_]|.*_t$|U?INT\d+_")


def identifier(name: str) -> str:
    """The nearest C identifier: every character that may not stand in one becomes `_`."""
    text = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{text}" if text[:1].isdigit() else text


def is_reserved(name: str) -> bool:
    """Whether a variable must not be called so."""
    return name in KEYWORDS or name in _CALLED | _TAKEN | _MACROS or _OWN.match(name) is not None


def check_kernel_name(name: str) -> None:
    """Raise TxcError G501 if a kernel of that name cannot become a C function."""
    if name in KEYWORDS:
        why = "a keyword of C or C++"
    elif name in LIBRARY:
        why = "a function of the C library"
    elif name in _MACROS or _OWN.match(name) or identifier(name) != name:
        why = "reserved in generated C"
    else:
        return
    hint = f"give the C function another name with --name {name.strip('_')}_kernel"
    raise TxcError([Diagnostic("G501", f"a kernel cannot be called '{name}' in C: that is {why}", hint=hint)])


class Names:
    """One C identifier for each name of a nest, all different.

    A reserved or taken one gets `_` behind it until it is free; one that starts like our own `v_` in front.
    Parameters, which the header shows, are not called like library functions either; for what is local (`j0`,
    a Bessel function) that does no harm.
    """

    def __init__(self, parameters: Iterable[str] = (), reserved: Iterable[str] = ()) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set(reserved)
        for name in parameters:
            self._given[name] = self.fresh(f"{name}_" if name in LIBRARY else name)

    def __getitem__(self, name: str) -> str:
        if name not in self._given:
            self._given[name] = self.fresh(name)
        return self._given[name]

    def fresh(self, name: str) -> str:
        """A new identifier like `name`, different from all others."""
        text = identifier(name)
        if _OWN.match(f"{text}_"):      # what it starts with is ours
            text = f"v_{text}"
        while is_reserved(text) or text in self._taken:
            text += "_"
        self._taken.add(text)
        return text
