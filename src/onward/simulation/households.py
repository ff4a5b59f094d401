"""Divide the groups of a member into cells of households of one size, which move together."""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.state import Start, World
from onward.model.households import HouseholdSizes, in_households
from onward.typing import Ints

#: arrays of the world with an axis of groups, and which it is
_GROUPS = {"cost": 1, "attraction": 2, "welcome": 2, "hazard": 2, "safety": 2, "homeward": 2}


def with_households(world: World, start: Start, sizes: HouseholdSizes) -> tuple[World, Start]:
    """Return a member's world and first morning with a group for each group and size of household that occurs.

    People of a group behave alike whatever the size of their household; only the unit in which they are drawn differs.
    """
    parts = [_cells(np.asarray(people, dtype=np.int64), sizes) for people in start]
    unit = np.tile(sizes.people, start.home.shape[1])
    used = np.logical_or.reduce([part.any(axis=0) for part in parts])
    used[0] |= not used.any()
    cells = np.flatnonzero(used)
    group = cells // len(sizes.people)
    arrays: dict[str, Any] = {
        name: np.ascontiguousarray(np.take(getattr(world, name), group, axis)) for name, axis in _GROUPS.items()
    }
    home, immobile, here = (np.ascontiguousarray(part[:, cells]) for part in parts)
    return world._replace(unit=unit[cells], largest=int(unit[cells].max()), **arrays), Start(home, immobile, here)


def _cells(people: Ints, sizes: HouseholdSizes) -> Ints:
    return in_households(people, sizes).reshape(len(people), -1)
