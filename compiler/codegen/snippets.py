"""Files that help a build system find a kernel: a CMake target and a pkg-config module."""

from __future__ import annotations

from ...version import __version__
from .interface import Interface

_CMAKE = """\
# include() this file, then target_link_libraries(your_target PRIVATE txc::NAME)
add_library(txc_NAME STATIC "${CMAKE_CURRENT_LIST_DIR}/NAME.c")
add_library(txc::NAME ALIAS txc_NAME)
target_include_directories(txc_NAME PUBLIC "${CMAKE_CURRENT_LIST_DIR}")
set_target_properties(txc_NAME PROPERTIES
    OUTPUT_NAME NAME
    POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    target_compile_options(txc_NAME PRIVATE -O2)
endif()
if(UNIX)
    target_link_libraries(txc_NAME PUBLIC m)
endif()
find_package(OpenMP COMPONENTS C)
if(OpenMP_C_FOUND)
    target_link_libraries(txc_NAME PUBLIC OpenMP::OpenMP_C)
endif()
"""

_PKG_CONFIG = """\
# For libNAME beside this file: cc -O2 -c NAME.c && ar rcs libNAME.a NAME.o
Name: NAME
Description: DESCRIPTION
Version: VERSION
Cflags: -I${pcfiledir}
Libs: -L${pcfiledir} -lNAME
Libs.private: -lm
"""


def cmake(interface: Interface) -> str:
    """The text of NAME.cmake."""
    return _CMAKE.replace("NAME", interface.name)


def pkg_config(interface: Interface) -> str:
    """The text of NAME.pc."""
    first_line = interface.doc.strip().split("\n")[0] or f"kernel {interface.declaration}"
    return (_PKG_CONFIG.replace("NAME", interface.name).replace("DESCRIPTION", first_line)
            .replace("VERSION", __version__))
