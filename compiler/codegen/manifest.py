"""manifest.json: everything about a generated kernel that another program may want to know."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...version import __version__
from .interface import ABI, Interface, Parameter
from .packing import Packing

SCHEMA = 1


def manifest(interface: Interface, packing: Packing, target: str, workspace: Mapping[str, int],
             schedule: str, record: Mapping[str, object] | None) -> str:
    """The text of the file.

    `workspace` has bytes: those a caller provides, those shared and those of all tasks' slices in it.
    `record` is that of the tuning run whose result this is.
    """
    content: dict[str, object] = {
        "schema": SCHEMA,
        "txc": __version__,
        "abi": ABI,
        "name": interface.name,
        "kernel": interface.declaration,
        "doc": interface.doc,
        "sizes": dict(interface.sizes),
        "inputs": [_parameter(p) for p in interface.inputs],
        "outputs": [_parameter(p) for p in interface.outputs],
        "target": target,
        "workspace": dict(workspace),
        "packed": _packed(packing) if interface.constants else None,
        "schedule": schedule,
        "record": None if record is None else dict(record),
        "files": {"source": f"{interface.name}.c", "header": f"{interface.name}.h"},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _parameter(p: Parameter) -> dict[str, object]:
    return {"name": p.tensor.name, "c_name": p.name, "type": p.tensor.dtype.name, "c_type": p.type,
            "shape": list(p.tensor.shape), "const": p.tensor.const}


def _packed(packing: Packing) -> dict[str, object]:
    return {"bytes": packing.bytes, "layout": f"{packing.layout_id:016x}",
            "tensors": [part.tensor for part in (*packing.computed, *packing.copied)]}
