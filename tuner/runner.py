"""Where a task's candidates are measured: in processes of this machine, or on the workers of a cluster."""

from __future__ import annotations

import pickle
from collections.abc import Generator
from contextlib import contextmanager

from .lab import Lab
from .measure.address import parse
from .measure.cluster import ClusterPool
from .measure.lock import MachineLock, Unlocked
from .measure.pool import Pool
from .measure.remote import Order
from .options import Options
from .problem import Problem


@contextmanager
def opened_lab(problem: Problem, options: Options) -> Generator[Lab]:
    """A lab with workers of its own, which end with it.

    Raises TxcError R675 to R679 for a cluster that cannot be used.
    """
    key = problem.blank.key
    if options.runner:
        order = Order(pickle.dumps(problem.recipe), key.threads, options.limits, options.lock)
        with ClusterPool(parse(options.runner), key.target, order) as cluster:
            yield Lab(cluster, Unlocked())
    else:
        with Pool(problem.recipe, key.threads, options.builders, options.limits) as pool:
            yield Lab(pool, MachineLock(options.lock))
