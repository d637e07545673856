"""Records name the code that made them."""

from __future__ import annotations

import sys

from txc.tuner.versions import compiler_version, generator_version


def test_the_generator_has_one_short_version():
    assert generator_version() == generator_version()
    assert len(generator_version()) == 12


def test_a_compiler_says_its_version_in_one_line():
    assert compiler_version((sys.executable,)) == "Python " + sys.version.split()[0]
    assert compiler_version(("no-such-compiler",)) == "no-such-compiler"
