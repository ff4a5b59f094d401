"""Track people's origins and numbers of displacements as labels on cohorts.

Labels change no behaviour, so stocks are the same with or without them: they have a random stream of their
own. Those who leave a cell are a uniform random sample of it. A *batch* is the people who left one cell on one
day. Its labels are laid out once in random order, and each party that stops somewhere takes the next ones, so
that all parties of the batch together use up exactly its labels.

Up to ``EXACT`` people a batch is an exact sample without replacement in exact random order. A larger one takes
its labels by systematic sampling (unbiased; every person has the same chance) and is shuffled in ``PIECES``
parts, which bounds the work by the number of batches and not by the number of people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from onward.engine.draws import are_whole, fair_share, hypergeometric
from onward.engine.jit import once, part, whole
from onward.engine.passing import transfer_answers
from onward.engine.state import TIMES, packed
from onward.engine.workspace import BATCHES, END, ENTRIES, FIRST, FLOWS, FROM, STOPS, T_BATCH, TRAVELLERS

EXACT, PIECES = 48, 24
#: smaller unlabelled legs of a day are not written down (only *expected* has them)
SMALLEST_LEG = 0.05


_packed = once(packed)


@part
def longer(array: Any) -> Any:
    """Return a copy of ``array`` with twice the length."""
    new = np.zeros(2 * array.size, array.dtype)
    for i in range(array.size):
        new[i] = array[i]
    return new


@part
def longer_table(array: Any) -> Any:
    """Return a copy of ``array`` with twice the rows."""
    rows, columns = array.shape
    new = np.zeros((2 * rows, columns), array.dtype)
    for i in range(rows):
        for j in range(columns):
            new[i, j] = array[i, j]
    return new


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


@part
def _add_entries(sim: Any, label: int, people: Any, most: Any) -> None:
    """Add people of one label to the last batch, in parts of at most ``most``; nobody has passed near anything."""
    e, entry, there, near = sim.size[ENTRIES], sim.entry, sim.entry_people, sim.entry_near
    while people > 0:
        part = min(people, most)
        entry[e], there[e] = label, part
        for k in range(near.shape[1]):
            near[e, k] = part * 0
        people -= part
        e += 1
    sim.size[ENTRIES] = e


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
        _add_entries(sim, place * TIMES, people, _part(people, unit))
        sim.batch[sim.size[BATCHES] - 1, END] = sim.size[ENTRIES]
        sim.away[0] += people


@part
def add_from_pool(sim: Any, pool: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
    """Add a sample of ``people`` out of the ``total`` in ``pool`` to the last batch, in households of ``unit``.

    ``near[label, k]`` of the pool have passed near held ground; ``again`` counts one more displacement for each.
    """
    sim.batch_left[sim.size[BATCHES] - 1] += people
    if not sim.labelled or people <= 0:
        return
    _reserve_entries(sim, pool.size)
    _take_sample(sim, pool, near, people, total, unit, again)
    sim.batch[sim.size[BATCHES] - 1, END] = sim.size[ENTRIES]


def _take_sample(sim: Any, pool: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
    raise NotImplementedError  # compiled only: the overload below


@overload(_take_sample)
def _take_sample_by_type(sim: Any, pool: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> Any:
    def shares(sim: Any, pool: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
        _take_shares(sim, pool, near, people / total, again)

    def whole(sim: Any, pool: Any, near: Any, people: Any, total: Any, unit: int, again: bool) -> None:
        if people <= EXACT * unit and 2 * people <= total:
            _take_some(sim, pool, near, people // unit, total // unit, unit, again)
        elif people <= EXACT * unit:
            _take_many(sim, pool, near, people // unit, total // unit, unit, again)
        else:
            _take_systematically(sim, pool, near, people, total, unit, again)

    return shares if isinstance(people, types.Float) else whole


@part
def _take(sim: Any, pool: Any, near: Any, label: int, people: Any, again: bool, most: Any) -> None:
    there, first, away = pool[label], sim.size[ENTRIES], sim.away
    pool[label] -= people
    new = label
    if again and label % TIMES < TIMES - 1:
        new = label + 1
        away[label % TIMES] -= people
        away[new % TIMES] += people
    _add_entries(sim, new, people, most)
    if sim.asked == 0:
        return
    for e in range(first, sim.size[ENTRIES]):  # part by part: parts of one person are an exact sample
        u = sim.near_rng.random() if are_whole(people) else 0.0
        for k in range(sim.asked):
            passed = fair_share(u, sim.entry_people[e], near[label, k], there)
            near[label, k] -= passed
            sim.entry_near[e, k] = passed
        there -= sim.entry_people[e]


@once
def _take_shares(sim: Any, pool: Any, near: Any, share: float, again: bool) -> None:
    for label in range(pool.size):
        if pool[label] > 0:
            part = pool[label] * share
            _take(sim, pool, near, label, part, again, part)


@once
def _take_some(sim: Any, pool: Any, near: Any, households: int, total: int, unit: int, again: bool) -> None:
    """Take households at distinct random positions of the pool laid out label by label."""
    at = np.empty(households, np.int64)
    drawn = 0
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
    for label in range(pool.size):
        there, taken = pool[label], 0
        if there == 0:
            continue
        there = there if unit == 1 else there // unit
        while i < households and at[i] < passed + there:
            taken += 1
            i += 1
        passed += there
        if taken > 0:
            _take(sim, pool, near, label, taken * unit, again, unit)
        if i == households:
            break


@once
def _take_many(sim: Any, pool: Any, near: Any, households: int, total: int, unit: int, again: bool) -> None:
    """Take more than half of a small pool, label by label."""
    for label in range(pool.size):
        there = pool[label] if unit == 1 else pool[label] // unit
        if there > 0:
            taken = hypergeometric(sim.labels_rng, households, there, total)
            total -= there
            households -= taken
            if taken > 0:
                _take(sim, pool, near, label, taken * unit, again, unit)


@once
def _take_systematically(sim: Any, pool: Any, near: Any, people: int, total: int, unit: int, again: bool) -> None:
    """Take every (total / people)-th household from a random start."""
    most = _part(people, unit)
    position = sim.labels_rng.random()
    step = people / total
    before, passed = whole(0), whole(0)
    for label in range(pool.size):
        there = pool[label]
        if there <= 0:
            continue
        passed += there
        upto: Any = people if passed >= total else min(people, whole(int(passed / unit * step + position)) * unit)
        taken = min(there, upto - before)
        before += taken
        if taken > 0:
            _take(sim, pool, near, label, taken, again, most)


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


@part
def record_stop(size: Any, stop: Any, stopped: Any, near: Any, where: int, people: Any, bits: int) -> None:
    """Record that people of the current batch stop: at place p (p), at home (places + p), or at a gate.

    ``bits`` say what they have passed near since they set out.
    """
    if stopped[where] == 0:
        stop[size[STOPS]] = where
        size[STOPS] += 1
    stopped[where] += people
    for k in range(near.shape[1]):
        if bits >> k & 1:
            near[where, k] += people


@once
def record_arrivals(sim: Any, b: int, g: int) -> None:
    """Count everyone of batch ``b`` who stopped, at their present stop and with their labels, and record their legs.

    Labels go into the pool of the stop; people who are home again lose theirs. The function is not divided, because
    fetching an array of the struct costs two atomic operations.
    """
    places, modes, stops, labelled = sim.here.shape[0], sim.waiting.shape[2], sim.size[STOPS], sim.labelled
    start, first, end = sim.batch[b, FROM], sim.batch[b, FIRST], sim.batch[b, END]
    if sim.origins:
        _reserve_flows(sim, stops + end - first if are_whole(sim.batch_left[b]) else stops * (end - first))
    entry, there, tally, met, rank = sim.entry, sim.entry_people, sim.tally, sim.met, sim.rank
    flow, going, f, away, stop, stopped = sim.flow, sim.flow_people, sim.size[FLOWS], sim.away, sim.stop, sim.stopped
    here, residents, waiting, daily, today = sim.here, sim.home, sim.waiting, sim.daily, sim.today
    asked, near_rng, ended, flow_near = sim.asked, sim.near_rng, sim.ended, sim.flow_near
    origins, leg = sim.origins, sim.leg
    entry_near, stopped_near, tally_near = sim.entry_near, sim.stopped_near, sim.tally_near
    for i in range(stops):
        where, left = stop[i], sim.batch_left[b]
        people = stopped[where]
        stopped[where] = 0
        sim.batch_left[b] = left - people
        lane, mode = (where - 2 * places) // modes, (where - 2 * places) % modes
        home, to = places <= where < 2 * places, where % places if lane < 0 else sim.tail[sim.lane_road[lane]]
        if lane >= 0:
            waiting[lane, g, mode] += people
        elif home:
            residents[to, g] += people
            daily.returned[today, to] += people
        else:
            here[to, g] += people
            daily.arrived[today, to] += people
        if not origins:
            leg[start, to] += people
        if not labelled:
            continue
        pool = sim.pool[to, g] if lane < 0 else sim.gate_pool[lane, g, mode]
        near = sim.pool_near[to, g] if lane < 0 else sim.gate_near[lane, g, mode]
        whole, labels = are_whole(people), 0
        share = min(1.0, people / left) if left > 0 else 1.0  # real numbers: what is left is rounded
        for e in range(first, end):
            taken = min(people, there[e]) if whole else there[e] * share
            if taken > 0:
                label = entry[e]
                if asked > 0:
                    into, skip = (ended[label // TIMES, to], 1) if home else (near[label], 0)
                    held, walked = entry_near[e], stopped_near[where]
                    transfer_answers(near_rng, taken, held, there[e], walked, people, tally_near[label], into, skip)
                there[e] -= taken
                people -= taken
                if home:
                    away[label % TIMES] -= taken
                    if asked > 0:
                        ended[label // TIMES, to, 0] += taken
                else:
                    pool[label] += taken
                if origins:
                    if tally[label] == 0:
                        met[labels] = label
                        labels += 1
                    tally[label] += taken
            if whole and there[e] == 0 and e == first:
                first += 1
            if whole and people <= 0:
                break
        for k in range(labels):
            label = met[k]
            origin = -1 if label // TIMES == places else rank[label // TIMES]
            flow[f] = _packed(places, today, origin, rank[start], rank[to], label % TIMES + 1)
            going[f] = tally[label]
            tally[label] = 0
            for q in range(asked):
                flow_near[f, q] = tally_near[label, q]
                tally_near[label, q] = 0
            f += 1
        for q in range(asked):
            stopped_near[where, q] = 0
    sim.batch[b, FIRST], sim.size[FLOWS], sim.size[STOPS] = first, f, 0


@part
def _reserve_flows(sim: Any, rows: int) -> None:
    """Make room for the given number of additional flows."""
    while sim.size[FLOWS] + rows > sim.flow.size:
        sim.flow = longer(sim.flow)
        sim.flow_people = longer(sim.flow_people)
        sim.flow_near = longer_table(sim.flow_near)


@once
def write_legs(sim: Any) -> None:
    """Record the legs of the day without labels (origin unknown, times 0) and clear them."""
    if sim.origins:
        return
    places = sim.leg.shape[0]
    _reserve_flows(sim, sim.leg.size)
    for place in range(places):
        for to in range(places):
            people = sim.leg[place, to]
            if people >= SMALLEST_LEG:
                f = sim.size[FLOWS]
                key = _packed(places, sim.today, whole(-1), sim.rank[place], sim.rank[to], whole(0))
                sim.flow[f], sim.flow_people[f] = key, people
                sim.size[FLOWS] = f + 1
            sim.leg[place, to] = 0


@once
def drop_finished_batches(sim: Any) -> None:
    """Remove batches to which nobody under way belongs, and renumber the others."""
    batches, way, batch, left = sim.size[BATCHES], sim.way, sim.batch, sim.batch_left
    entry, people, near = sim.entry, sim.entry_people, sim.entry_near
    new = np.full(batches, -1, np.int64)
    for i in range(sim.size[TRAVELLERS]):
        new[way[i, T_BATCH]] = 0
    kept, entries = 0, 0
    for b in range(batches):
        if new[b] < 0:
            continue
        new[b] = kept
        start = entries
        for e in range(batch[b, FIRST], batch[b, END]):
            if people[e] > 0:
                entry[entries], people[entries] = entry[e], people[e]
                for k in range(near.shape[1]):
                    near[entries, k] = near[e, k]
                entries += 1
        batch[kept, FIRST], batch[kept, END], batch[kept, FROM] = start, entries, batch[b, FROM]
        left[kept] = left[b]
        kept += 1
    for i in range(sim.size[TRAVELLERS]):
        way[i, T_BATCH] = new[way[i, T_BATCH]]
    sim.size[BATCHES], sim.size[ENTRIES] = kept, entries
