"""The built-in rules, in the order in which they are tried."""

from __future__ import annotations

from .add_cache_write import AddCacheWrite
from .add_rfactor import AddRfactor
from .always_inline import AlwaysInline
from .draft import Rule
from .fuse_consumer import FuseConsumer
from .fuse_rows import FuseRows
from .lanes_of_sums import LanesOfSums
from .materialise_padding import KeepGuards, MaterialisePadding
from .pack_operand import KeepOperand, PackAhead, PackOperand
from .skip_stage import SkipStage
from .split_phases import SplitPhases
from .tiling_with_fusion import BLOCKED, PUBLISHED, WHOLE, TilingWithFusion

BUILTIN: tuple[Rule, ...] = (
    AlwaysInline(),
    FuseRows(),
    SplitPhases(),
    AddRfactor(),
    LanesOfSums(),
    AddCacheWrite(),
    FuseConsumer(),
    TilingWithFusion((WHOLE,), "tiling, sums whole", pack=True),
    TilingWithFusion((BLOCKED,), "tiling, sums in blocks", pack=True),
    TilingWithFusion(PUBLISHED, "tiling with fusion", pack=False),
    MaterialisePadding(),
    KeepGuards(),
    PackOperand(),
    PackAhead(),
    KeepOperand(),
    SkipStage(),
)
