"""Numba decorators of the engine: compiled lazily, cached, without the interpreter lock.

A part of a kernel, called only by other kernels, needs no wrapper for Python, which saves a third of the time to
compile. What is small and has one caller is put into it (``once``), and arrays are copied by loops: assigning a slice
compiles the text of an error that never happens. Both together halve what is left. What is large stands by itself:
Numba's passes grow faster than the length of a function. Constants passed to a part are written ``whole(0)`` and
``flag(True)``: a bare ``0`` makes Numba compile the part once more for that very number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
whole = cast(Callable[[int], int], np.int64)
flag = cast(Callable[[Any], bool], np.bool_)


def entry(function: Kernel) -> Kernel:
    """Compile a kernel that Python calls."""
    return cast(Kernel, njit(cache=True, nogil=True, **_UNCALLED_BY_C)(function))


def part(function: Kernel) -> Kernel:
    """Compile a part of a kernel, which only other kernels call."""
    bare: Any = {"no_cpython_wrapper": True, **_UNCALLED_BY_C}
    return cast(Kernel, njit(cache=True, nogil=True, **bare)(function))


def once(function: Kernel) -> Kernel:
    """Compile a part that has one caller into that caller, to avoid compiling it twice."""
    return cast(Kernel, njit(cache=True, nogil=True, inline="always")(function))


def lean(function: Kernel) -> Kernel:
    """Compile a part that creates no array: without reference counting, with sums in any order."""
    return cast(Kernel, njit(nogil=True, **_LEAN)(function))


def ordered(function: Kernel) -> Kernel:
    """Compile a part as with `lean`, but with sums in the order written: draws hang on them, whatever the processor."""
    return cast(Kernel, njit(cache=True, nogil=True, **COUNTLESS)(function))


def inlined(function: Kernel) -> Kernel:
    """Compile a part as with `lean`, into its callers."""
    return cast(Kernel, njit(nogil=True, forceinline=True, **_LEAN)(function))


#: nothing calls a kernel as a function of C
_UNCALLED_BY_C: Any = {"no_cfunc_wrapper": True}
#: for an overload that creates no array: without reference counting
COUNTLESS: Any = {"_nrt": False, "error_model": "numpy"}
_LEAN: Any = {"cache": True, "_nrt": False, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}
