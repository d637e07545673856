"""Limits of a machine that is not measured."""

from txc.compiler.limits.limits import Limits, Rates

LIMITS = Limits(
    cpu="Some CPU", target="cpu:x86-64-v3", txc="0.0", compiler="cc", created="2000-01-01T00:00:00+00:00",
    cores=2, sizes={"L1": 32 << 10, "L2": 512 << 10, "L3": 32 << 20},
    one=Rates({"f32": 100.0, "f64": 50.0}, {"L1": 200.0, "L2": 100.0, "L3": 50.0, "DRAM": 20.0},
              {"L1": 180.0, "L2": 90.0, "L3": 40.0, "DRAM": 16.0}),
    all=Rates({"f32": 200.0, "f64": 100.0}, {"L1": 400.0, "L2": 200.0, "L3": 80.0, "DRAM": 30.0},
              {"L1": 360.0, "L2": 180.0, "L3": 70.0, "DRAM": 24.0}))
