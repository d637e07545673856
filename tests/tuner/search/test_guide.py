"""A guide that is believed."""

from __future__ import annotations

import numpy as np
from support.searching import Oracle, template
from txc.tuner.sampler import Sampler
from txc.tuner.search.guide import Believed


def test_it_is_trusted_and_otherwise_the_same():
    doubtful = Oracle(trust=0.1)
    guide = Believed(doubtful)
    rows = Sampler(template()).valid(5, np.random.default_rng(0))
    guide.tell(rows, np.ones(5))
    assert doubtful.told == 5
    assert guide.trust == 1
    assert (guide.score(rows) == doubtful.score(rows)).all()
    assert guide.stage_scores(rows) == doubtful.stage_scores(rows)
