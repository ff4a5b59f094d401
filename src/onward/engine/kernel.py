"""How kernels are compiled: lazily, cached, without the interpreter lock.

A part of a kernel, called only by other kernels, needs no wrapper for Python, which saves a third of the time
to compile. Whole numbers passed to a part are written ``np.int64(0)``: a bare ``0`` makes Numba compile the part
once more for that very number.
"""

from __future__ import annotations

from numba import njit

entry = njit(cache=True, nogil=True)
part = njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
