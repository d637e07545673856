"""The manifest: everything a program may want to know of a kernel, as JSON."""

import json

from support.packages import MIXED, kernel_of, nest_of
from txc.compiler.codegen.emit import emit
from txc.compiler.target.target import parse
from txc.version import __version__


def test_content() -> None:
    """Names, types, shapes, target, workspace, schedule, the record as it was handed over, versions."""
    nest = nest_of(MIXED)
    record = {"time_ns": 1234, "verdict": "ok"}
    kernel = kernel_of(nest, const=("F", "bias"))
    built = emit(nest, kernel, parse("cpu:x86-64-v3"), schedule_text="parallel i", record=record)
    content = json.loads(built.files["manifest.json"])
    assert (content["schema"], content["txc"], content["abi"]) == (1, __version__, 1)
    assert (content["name"], content["target"]) == ("mixed", "cpu:x86-64-v3")
    assert (content["record"], content["schedule"]) == (record, "parallel i")
    assert content["inputs"][4] == {"name": "int", "c_name": "int_", "type": "i8", "c_type": "const int8_t *",
                                    "shape": [24], "const": False}
    assert content["outputs"][1]["shape"] == [] and content["outputs"][1]["c_type"] == "int32_t *"
    assert content["packed"]["tensors"] == ["F", "bias"] and content["packed"]["bytes"] == 64 + 192 + 64
    assert content["files"] == {"source": "mixed.c", "header": "mixed.h"}
