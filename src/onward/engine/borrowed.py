"""Read the arrays of a struct without counting a reference.

Numba counts a reference, atomically, whenever an array of a struct is read and again when it is no longer used: a fifth
of a member's time. The member's struct lives as long as all its kernels, so its arrays are read as borrowed. Where a
longer array takes the place of one that is full, the old one is kept until the member ends: what was read before stays
valid. What outlives the struct is copied out of it. Numba has no public way to write such a read: a version without
the one used here counts references, with the same results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from numba import types
from numba.core import cgutils, datamodel
from numba.experimental import structref
from numba.extending import intrinsic, lower_getattr, lower_setattr

#: Numba's tools to write compiled code, which have no types
_code: Any = cgutils
_names = (("default_manager", datamodel), ("models", datamodel), ("create_struct_proxy", cgutils))
_struct: Any = getattr(structref, "_Utils", None) if all(hasattr(where, name) for name, where in _names) else None
_reads: Any = lower_getattr
_writes: Any = lower_setattr
_as_code: Any = intrinsic
_any_types: Any = types
_blank: Any = structref.new
_kept: Any = _any_types.MemInfoPointer(types.voidptr)
_data: Any = datamodel
#: room for the addresses of outgrown arrays, the first of which is how many there are: each doubles, so 64 suffice
OUTGROWN = 64 * 16


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


def keep_outgrown(struct_type: Any, fields: Iterable[str], outgrown: str) -> None:
    """Let compiled code replace arrays of a struct by longer ones, and list the old ones in its field ``outgrown``."""
    if _struct is None:
        return
    for field in fields:
        _keep(struct_type, field, outgrown)


def _keep(struct_type: Any, field: str, outgrown: str) -> None:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        (kind, given), (struct, new) = signature.args, arguments
        data = _struct(context, builder, kind).get_data_struct(struct)
        context.nrt.incref(builder, given, new)
        kept = _code.create_struct_proxy(kind.field_dict[outgrown])(
            context, builder, value=getattr(data, outgrown)
        ).data
        for _, memory in context.nrt.get_meminfos(builder, kind.field_dict[field], getattr(data, field)):
            with builder.if_then(_code.is_not_null(builder, memory)):  # the struct's first array replaces none
                number = builder.load(kept)
                number = builder.add(number, number.type(1))
                builder.store(builder.ptrtoint(memory, number.type), builder.gep(kept, [number]))
                builder.store(number, kept)
        setattr(data, field, new)

    _writes(struct_type, field)(write)


def _release(typing: Any, address: Any) -> Any:
    """Release an outgrown array, given its address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        context.nrt.decref(builder, _kept, builder.inttoptr(arguments[0], _code.voidptr_t))
        return context.get_dummy_value()

    return types.void(address), code


def leave_uncounted(struct_type: Any) -> None:
    """Let compiled code pass on a struct without counting references: it lives until `end_struct`."""
    if _struct is not None:
        none: dict[str, Any] = {"traverse": lambda model, builder: []}
        _data.default_manager.register(struct_type, type("Uncounted", (_data.models.StructRefModel,), none))


def _end_struct(typing: Any, struct: Any) -> Any:
    """Free a struct that is left uncounted, and its arrays."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if _struct is not None:
            memory = _struct(context, builder, struct).get_struct_ref(arguments[0]).meminfo
            context.nrt.decref(builder, _kept, builder.bitcast(memory, _code.voidptr_t))
        return context.get_dummy_value()

    return types.void(struct), code


def struct_maker(type_of: Callable[[Any], Any]) -> Any:
    """Return what puts the values of a named tuple and of a tuple into a new struct in compiled code.

    ``type_of`` gives the struct's type for the named tuple's. A function of so many arguments, as Numba's own maker,
    takes a second to compile.
    """

    def make(typing: Any, fields: Any, more: Any) -> Any:
        kind = type_of(fields)
        signature, new = _blank._defn(typing, types.TypeRef(kind))

        def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            struct = new(context, builder, signature, [None])
            values = [v for given in arguments for v in _code.unpack_tuple(builder, given)]
            for name, part, value in zip(kind.field_dict, (*fields.types, *more.types), values, strict=True):
                context.get_setattr(name, types.void(kind, part))(builder, (struct, value))
            return struct

        return kind(fields, more), code

    return _as_code(make)


#: called in compiled code only
release: Any = _as_code(_release)
end_struct: Any = _as_code(_end_struct)


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
