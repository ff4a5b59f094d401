"""Types used by the whole package: arrays, and the callback that reports progress.

>>> import numpy as np
>>> from onward.typing import Floats
>>> def mean(people: Floats) -> float:
...     return float(people.mean())
>>> mean(np.array([1.0, 3.0]))
2.0
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: called with the current stage ("compile", "run", "write", "fit"), how many units are done (a member counts in part
#: while it runs, at least every second), and of how many
Progress = Callable[[str, float, int], None]
