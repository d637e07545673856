"""The tensors that all candidates run on: made once, checked around every run, never trusted."""

from __future__ import annotations

from collections.abc import Sequence

from ...compiler.cases import Case
from ...compiler.guarded import GuardedBuffer
from ...compiler.interval import interval
from ...compiler.numerics import Array
from ...compiler.verify import Run, Verdict, judge


class Arena:
    """Buffers between red zones for one case, and what must be in them after a run.

    A verdict is as strict as `compiler.verify.verify_case`; for right candidates it takes about as long as
    reading the tensors.
    """

    def __init__(self, case: Case, pattern: int) -> None:
        self._case, self._pattern = case, pattern
        self._intervals = tuple(interval(tensor, expected) for tensor, expected in case.outputs)
        self._renew()

    @property
    def inputs(self) -> Sequence[Array]:
        """Aligned to cache lines, as the outputs are."""
        return [buffer.array for buffer in self._inputs]

    @property
    def outputs(self) -> Sequence[Array]:
        """What a kernel writes into."""
        return [buffer.array for buffer in self._outputs]

    def verify(self, run: Run) -> Verdict:
        """The verdict on one run; `worst` is only told of a wrong one."""
        self._restore()
        try:
            run(self.inputs, self.outputs)
        except BaseException:
            self._renew()
            raise
        if self._right():
            return Verdict(ok=True)
        verdict = judge(self._case, self._inputs, self._outputs)
        if not verdict.ok:
            self._renew()
        return verdict

    def _right(self) -> bool:
        if any(buffer.damage() for buffer in (*self._inputs, *self._outputs)):
            return False
        return all(known.holds(buffer.array)
                   for known, buffer in zip(self._intervals, self._outputs, strict=True))

    def _restore(self) -> None:
        """No output of an earlier candidate, and no fault of one that was being timed, meets the next."""
        if any(buffer.damage() for buffer in self._inputs):
            self._renew()
        for buffer in self._outputs:
            buffer.refill()

    def _renew(self) -> None:
        self._inputs = [GuardedBuffer(t, self._pattern, array) for t, array in self._case.inputs]
        self._outputs = [GuardedBuffer(t, self._pattern) for t, _ in self._case.outputs]
