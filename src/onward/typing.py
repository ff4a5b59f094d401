"""Array types used by the whole package.

>>> import numpy as np
>>> from onward.typing import Floats
>>> def mean(people: Floats) -> float:
...     return float(people.mean())
>>> mean(np.array([1.0, 3.0]))
2.0
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
