"""Read the arrays of a struct without counting a reference.

Numba counts a reference, atomically, whenever an array of a struct is read and again when it is no longer used: a fifth
of a member's time. The member's struct lives as long as all its kernels, so arrays that it keeps for life are read as
borrowed; those that grow are not. What outlives the struct is copied out of it. Numba has no public way to write such
a read: a version without the one used here counts references, with the same results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.experimental import structref
from numba.extending import lower_getattr

#: Numba's tools to write compiled code, which have no types
_code: Any = cgutils
_struct: Any = getattr(structref, "_Utils", None)
_reads: Any = lower_getattr


def lend_fields(struct_type: Any, fields: Iterable[str]) -> None:
    """Let compiled code read these fields of a struct without counting references."""
    if _struct is None:
        return
    for field in fields:
        _lend(struct_type, field)


def _lend(struct_type: Any, field: str) -> None:
    def read(context: Any, builder: Any, kind: Any, struct: Any) -> Any:
        data = _struct(context, builder, kind).get_data_struct(struct)
        return _without_owner(context, builder, kind.field_dict[field], getattr(data, field))

    _reads(struct_type, field)(read)


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return a value whose arrays name no owner, so that there is no reference to count."""
    owned: Any = (types.Array, types.NumPyRandomGeneratorType)
    if issubclass(type(kind), types.BaseTuple):
        parts = _code.unpack_tuple(builder, value)
        lent = [_without_owner(context, builder, part, one) for part, one in zip(kind, parts, strict=True)]
        return context.make_tuple(builder, kind, lent)
    if not isinstance(kind, owned):
        return value
    lent = _code.create_struct_proxy(kind)(context, builder, value=value)
    for owner in ("meminfo", "parent"):
        setattr(lent, owner, _code.get_null_value(getattr(lent, owner).type))
    return lent._getvalue()
