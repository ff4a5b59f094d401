"""Progress inside members, reported at least every second while a caller waits for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np

from onward.typing import Ints

#: the most seconds between two reports
SECONDS = 1.0


class Watch:
    """Follows the members under way; each kernel writes the days it has done into an array of one number.

    Parameters
    ----------
    tell
        Called with the members done so far, in parts: 0.5 is half the days of one member. None: nobody is told.
    seconds
        Time between two calls while a member is waited for, in seconds.

    Examples
    --------
    >>> reports = []
    >>> watch = Watch(reports.append)
    >>> watch.begin(0, days=10)[0] = 5
    >>> watch.tick()
    >>> reports
    [0.5]
    """

    def __init__(self, tell: Callable[[float], None] | None = None, seconds: float = SECONDS) -> None:
        self._tell, self._seconds = tell, seconds
        self._under_way: dict[int, tuple[Ints, int]] = {}

    def begin(self, member: int, days: int) -> Ints:
        """Return the array in which a member's kernel records how many days it has done."""
        reached = np.zeros(1, dtype=np.int64)
        self._under_way[member] = (reached, max(days, 1))
        return reached

    def end(self, member: int) -> None:
        """Stop following a member, which is then counted as done elsewhere."""
        self._under_way.pop(member, None)

    def tick(self) -> None:
        """Report the progress of the members under way."""
        if self._tell is not None:
            self._tell(sum(min(float(reached[0]) / days, 1.0) for reached, days in list(self._under_way.values())))

    def wait(self, future: Future[Any]) -> Any:
        """Wait for the result of a member and report progress until it is there."""
        while self._tell is not None:
            try:
                return future.result(self._seconds)
            except TimeoutError:
                if future.done():
                    raise
                self.tick()
        return future.result()
