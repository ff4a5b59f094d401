"""Batches: the labels of people who left one cell on one day, sampled from its pool and put in random order.

Those who leave a cell are a uniform random sample of it. Up to ``EXACT`` people a batch is an exact sample without
replacement in exact random order. A larger one takes its labels by systematic sampling (unbiased; every person has the
same chance) and is shuffled in ``PIECES`` parts, which bounds the work by the number of batches and not by the number
of people.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import overload

from onward.engine.draws import are_whole, fair_share, hypergeometric
from onward.engine.growing import longer, longer_table
from onward.engine.jit import inlined, once, part, whole
from onward.engine.state import TIMES
from onward.engine.workspace import BATCHES, END, ENTRIES, EXACT, FIRST, FROM

PIECES = 24


@part
def open_batch(sim: Any, place: int) -> None:
    """Begin a batch of people who leave ``place``, as the last batch."""
    b = sim.size[BATCHES]
    if b == sim.batch.shape[0]:
        sim.batch = longer_table(sim.batch)
        sim.batch_left = longer(sim.batch_left)
    sim.batch[b, FIRST], sim.batch[b, END], sim.batch[b, FROM] = sim.size[ENTRIES], sim.size[ENTRIES], place
    sim.batch_left[b] = 0
    sim.size[BATCHES] += 1


@part
def _reserve_entries(sim: Any, pool_labels: int) -> None:
    """Make room for a batch's entries: one per label of its pool, and the parts they are divided into."""
    while sim.size[ENTRIES] + pool_labels + EXACT + PIECES > sim.entry.size:
        sim.entry = longer(sim.entry)
        sim.entry_people = longer(sim.entry_people)
        sim.entry_near = longer_table(sim.entry_near)


@inlined
def _add_entries(entries: Any, e: int, label: int, people: Any, most: Any) -> int:
    """Add people of one label to the last batch, in parts of at most ``most``; nobody has passed near anything.

    ``entries`` are the member's labels, their people, and who of them has passed near held ground; ``e`` the first that
    is not in use. Return the new first one.
    """
    entry, there, near = entries
    while people > 0:
        part = min(people, most)
        entry[e], there[e] = label, part
        for k in range(near.shape[1]):
            near[e, k] = part * 0
        people -= part
        e += 1
    return e


@part
def _part(people: Any, unit: int) -> Any:
    """Return the size of the largest part in which labels are shuffled: whole households."""
    if not are_whole(people):
        return people
    most = PIECES * unit
    return people * 0 + unit if people <= EXACT * unit else (people + most - 1) // most * unit


@part
def add_residents(sim: Any, place: int, people: Any, unit: int) -> None:
    """Add people who leave home, displaced for the first time as far as is known, to the last batch."""
    sim.batch_left[sim.size[BATCHES] - 1] += people
    if sim.labelled and people > 0:
        _reserve_entries(sim, whole(1))
        entries, size = (sim.entry, sim.entry_people, sim.entry_near), sim.size
        size[ENTRIES] = _add_entries(entries, size[ENTRIES], place * TIMES, people, _part(people, unit))
        sim.batch[sim.size[BATCHES] - 1, END] = sim.size[ENTRIES]
        sim.away[0] += people


@part
def add_from_pool(sim: Any, pool: Any, sums: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
    """Add a sample of ``people`` out of the ``total`` in ``pool`` to the last batch, in households of ``unit``.

    ``sums[origin]`` of the pool are from there, and ``near[label, k]`` have passed near held ground; ``again`` counts
    one more displacement for each.
    """
    sim.batch_left[sim.size[BATCHES] - 1] += people
    if not sim.labelled or people <= 0:
        return
    _reserve_entries(sim, pool.size)
    _take_sample(sim, pool, sums, near, people, total, unit, again)
    sim.batch[sim.size[BATCHES] - 1, END] = sim.size[ENTRIES]


def _take_sample(sim: Any, pool: Any, sums: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
    raise NotImplementedError  # compiled only: the overload below


@overload(_take_sample)
def _take_sample_by_type(
    sim: Any, pool: Any, sums: Any, near: Any, people: Any, total: Any, unit: int, again: bool
) -> Any:
    def shares(sim: Any, pool: Any, sums: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
        _take_shares(sim, pool, sums, near, people / total, again)

    def whole(sim: Any, pool: Any, sums: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
        if people <= EXACT * unit and 2 * people <= total:
            _take_some(sim, pool, sums, near, people // unit, total // unit, unit, again)
        elif people <= EXACT * unit:
            _take_many(sim, pool, sums, near, people // unit, total // unit, unit, again)
        else:
            _take_systematically(sim, pool, sums, near, people, total, unit, again)

    return shares if isinstance(people, types.Float) else whole


@inlined
def _take(cell: Any, label: int, people: Any, again: bool, most: Any) -> None:
    """Take people of one label out of a pool, as entries of the last batch; ``cell`` is from `_cell`."""
    pool, sums, entries, size, away = cell
    pool[label] -= people
    sums[label // TIMES] -= people
    new = label
    if again and label % TIMES < TIMES - 1:
        new = label + 1
        away[label % TIMES] -= people
        away[new % TIMES] += people
    size[ENTRIES] = _add_entries(entries, size[ENTRIES], new, people, most)


@once
def _cell(sim: Any, pool: Any, sums: Any) -> Any:
    """Return a pool with its sums, and the arrays into which its people are taken."""
    return pool, sums, (sim.entry, sim.entry_people, sim.entry_near), sim.size, sim.away


@part
def _take_answers(sim: Any, first: int, near: Any, there: Any) -> None:
    """Let the entries from ``first`` on take along their share of those of ``there`` who passed near held ground."""
    for e in range(first, sim.size[ENTRIES]):  # part by part: parts of one person are an exact sample
        u = sim.near_rng.random() if are_whole(there) else 0.0
        for k in range(sim.asked):
            passed = fair_share(u, sim.entry_people[e], near[k], there)
            near[k] -= passed
            sim.entry_near[e, k] = passed
        there -= sim.entry_people[e]


@once
def _take_shares(sim: Any, pool: Any, sums: Any, near: Any, share: float, again: bool) -> None:
    cell, size = _cell(sim, pool, sums), sim.size
    for label in range(pool.size):
        if pool[label] > 0:
            part = pool[label] * share
            first, held = size[ENTRIES], pool[label]
            _take(cell, label, part, again, part)
            if sim.asked > 0:
                _take_answers(sim, first, near[label], held)


@once
def _take_some(sim: Any, pool: Any, sums: Any, near: Any, households: int, total: int, unit: int, again: bool) -> None:
    """Take households at distinct random positions of the pool laid out label by label."""
    cell, size = _cell(sim, pool, sums), sim.size
    at, drawn = sim.sampled, 0
    while drawn < households:
        position = min(total - 1, int(sim.labels_rng.random() * total))
        i = drawn
        while i > 0 and at[i - 1] > position:
            i -= 1
        if i > 0 and at[i - 1] == position:
            continue
        for j in range(drawn, i, -1):
            at[j] = at[j - 1]
        at[i] = position
        drawn += 1
    passed, i = 0, 0
    for origin in range(sums.size):
        if i == households:
            break
        there = sums[origin] if unit == 1 else sums[origin] // unit
        if at[i] >= passed + there:
            passed += there
            continue
        for label in range(origin * TIMES, (origin + 1) * TIMES):
            there, taken = pool[label] if unit == 1 else pool[label] // unit, 0
            while i < households and at[i] < passed + there:
                taken += 1
                i += 1
            passed += there
            if taken > 0:
                first, held = size[ENTRIES], pool[label]
                _take(cell, label, taken * unit, again, unit)
                if sim.asked > 0:
                    _take_answers(sim, first, near[label], held)


@once
def _take_many(sim: Any, pool: Any, sums: Any, near: Any, households: int, total: int, unit: int, again: bool) -> None:
    """Take more than half of a small pool, label by label."""
    cell, size = _cell(sim, pool, sums), sim.size
    for origin in range(sums.size):
        if sums[origin] == 0:
            continue
        for label in range(origin * TIMES, (origin + 1) * TIMES):
            there = pool[label] if unit == 1 else pool[label] // unit
            if there > 0:
                taken = hypergeometric(sim.labels_rng, households, there, total)
                total -= there
                households -= taken
                if taken > 0:
                    first, held = size[ENTRIES], pool[label]
                    _take(cell, label, taken * unit, again, unit)
                    if sim.asked > 0:
                        _take_answers(sim, first, near[label], held)


@once
def _take_systematically(
    sim: Any, pool: Any, sums: Any, near: Any, people: int, total: int, unit: int, again: bool
) -> None:
    """Take every (total / people)-th household from a random start."""
    cell, size = _cell(sim, pool, sums), sim.size
    most = _part(people, unit)
    position = sim.labels_rng.random()
    step = people / total
    before, passed = whole(0), whole(0)
    for origin in range(sums.size):
        if sums[origin] == 0:
            continue
        for label in range(origin * TIMES, (origin + 1) * TIMES):
            there = pool[label]
            if there <= 0:
                continue
            passed += there
            upto: Any = people if passed >= total else min(people, whole(int(passed / unit * step + position)) * unit)
            taken = min(there, upto - before)
            before += taken
            if taken > 0:
                first, held = size[ENTRIES], pool[label]
                _take(cell, label, taken, again, most)
                if sim.asked > 0:
                    _take_answers(sim, first, near[label], held)


@part
def shuffle(sim: Any) -> None:
    """Put the labels of the last batch in random order."""
    b = sim.size[BATCHES] - 1
    first, end = sim.batch[b, FIRST], sim.batch[b, END]
    if not are_whole(sim.batch_left[b]) or end - first < 2:
        return
    rng, entry, people, near = sim.labels_rng, sim.entry, sim.entry_people, sim.entry_near
    for e in range(end - 1, first, -1):
        other = first + min(e - first, int(rng.random() * (e - first + 1)))
        entry[e], entry[other] = entry[other], entry[e]
        people[e], people[other] = people[other], people[e]
        for k in range(near.shape[1]):
            near[e, k], near[other, k] = near[other, k], near[e, k]
