"""Files that help a build system find a kernel: a CMake target and a pkg-config module."""

from __future__ import annotations

from string import Template

from ...version import __version__
from .interface import Interface


class _Text(Template):
    """A text with @NAME to fill in: `$` belongs to the build systems."""

    delimiter = "@"


_CMAKE = _Text("""\
# include() this file, then target_link_libraries(your_target PRIVATE txc::@NAME)
add_library(txc_@NAME STATIC "${CMAKE_CURRENT_LIST_DIR}/@NAME.c")
add_library(txc::@NAME ALIAS txc_@NAME)
target_include_directories(txc_@NAME PUBLIC "${CMAKE_CURRENT_LIST_DIR}")
set_target_properties(txc_@NAME PROPERTIES
    OUTPUT_NAME @NAME
    POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    target_compile_options(txc_@NAME PRIVATE -O2)
endif()
if(UNIX)
    target_link_libraries(txc_@NAME PUBLIC m)
endif()
find_package(OpenMP COMPONENTS C)
if(OpenMP_C_FOUND)
    target_link_libraries(txc_@NAME PUBLIC OpenMP::OpenMP_C)
endif()
""")

_PKG_CONFIG = _Text("""\
# For lib@NAME beside this file: cc -O2 -c @NAME.c && ar rcs lib@NAME.a @NAME.o
Name: @NAME
Description: @DESCRIPTION
Version: @VERSION
Cflags: -I${pcfiledir}
Libs: -L${pcfiledir} -l@NAME
Libs.private: -lm
""")


def cmake(interface: Interface) -> str:
    """The text of NAME.cmake."""
    return _CMAKE.substitute(NAME=interface.name)


def pkg_config(interface: Interface) -> str:
    """The text of NAME.pc."""
    first_line = interface.doc.strip().split("\n")[0] or f"kernel {interface.declaration}"
    description = first_line.replace("${", "{").replace("#", "\\#")     # no variable, no comment
    return _PKG_CONFIG.substitute(NAME=interface.name, DESCRIPTION=description, VERSION=__version__)
