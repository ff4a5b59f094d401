"""Parts of kernels that several engines compile ahead (`onward.engine.compile_ahead`)."""

from __future__ import annotations

from typing import Any

from onward.engine.compile_ahead import FLOAT, INT, Part, array, tuple_of
from onward.engine.draws import binomial, hypergeometric
from onward.engine.gates import in_random_order
from onward.engine.growing import longer, longer_table


def parts_that_grow(people: Any) -> list[Part]:
    """Return the parts that lengthen arrays of a member."""
    return [(longer, array(INT)), (longer, array(people)), (longer_table, array(INT, 2)),
            (longer_table, array(people, 2))]  # fmt: skip


def parts_that_draw(rng: Any) -> list[Part]:
    """Return the parts that draw whole people."""
    units, lanes = tuple_of(array(INT), INT, array(INT)), tuple_of(array(INT), array(INT), array(FLOAT, 2))
    return [
        (binomial, rng, INT, FLOAT),
        (hypergeometric, rng, INT, INT, INT),
        (in_random_order, rng, array(INT, 3), array(INT, 3), units, lanes, INT, INT, INT),
    ]
