"""Track people's origins and numbers of displacements as labels on cohorts.

Labels change no behaviour, so stocks are the same with or without them: they have a random stream of their
own. A *batch* is the people who left one cell on one day (`onward.engine.batches`). Its labels are laid out once
in random order, and each party that stops somewhere takes the next ones, so that all parties of the batch together
use up exactly its labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from onward.engine.draws import are_whole
from onward.engine.growing import longer, longer_table
from onward.engine.jit import COUNTLESS, inlined, once, part, whole
from onward.engine.passing import transfer_answers
from onward.engine.state import TIMES, packed
from onward.engine.workspace import BATCHES, END, ENTRIES, FIRST, FLOWS, FROM, STOPS, T_BATCH, TRAVELLERS

#: smaller unlabelled legs of a day are not written down (only *expected* has them)
SMALLEST_LEG = 0.05


_packed = once(packed)


@inlined
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

    Labels go into the pool of the stop; people who are home again lose theirs.
    """
    places, modes, stops, labelled = sim.here.shape[0], sim.waiting.shape[2], sim.size[STOPS], sim.labelled
    batch, batch_left = sim.batch, sim.batch_left
    start, first, end, left = batch[b, FROM], batch[b, FIRST], batch[b, END], batch_left[b]
    if sim.origins:
        _reserve_flows(sim, stops + end - first if are_whole(left) else stops * (end - first))
    entry, there, stop, stopped, daily, today = sim.entry, sim.entry_people, sim.stop, sim.stopped, sim.daily, sim.today
    rank = sim.rank
    for i in range(stops):
        where = stop[i]
        people = stopped[where]
        stopped[where] = 0
        lane, mode = (where - 2 * places) // modes, (where - 2 * places) % modes
        home, to = places <= where < 2 * places, where % places if lane < 0 else sim.tail[sim.lane_road[lane]]
        if lane >= 0:
            sim.waiting[lane, g, mode] += people
        elif home:
            sim.home[to, g] += people
            daily.returned[today, to] += people
        else:
            sim.here[to, g] += people
            daily.arrived[today, to] += people
        if not sim.origins:
            sim.leg[rank[start], rank[to]] += people
        if labelled:
            pool = sim.pool[to, g] if lane < 0 else sim.gate_pool[lane, g, mode]
            sums = sim.from_origin[to, g] if lane < 0 else sim.gate_from_origin[lane, g, mode]
            if sim.asked > 0:
                near = sim.pool_near[to, g] if lane < 0 else sim.gate_near[lane, g, mode]
                _move_answers(sim, near, where, to, home, first, end, people, left)
            met = sim.met if sim.origins else sim.met[:0]
            first, labels = _move_labels(
                entry, there, pool, sums, sim.away, sim.tally, met, home, first, end, people, left
            )
            if sim.origins:
                _write_flows(sim, labels, start, to)
        left -= people
    batch[b, FIRST], batch_left[b], sim.size[STOPS] = first, left, 0


@inlined
def _move_labels(
    entry: Any, there: Any, pool: Any, sums: Any, away: Any, tally: Any, met: Any, home: bool, first: int, end: int,
    people: Any, left: Any,
) -> tuple[int, int]:  # fmt: skip
    """Give ``people`` who stop the next labels of the ``left`` of their batch, entries ``first`` to ``end``.

    Return the first entry that is not used up, and how many labels are listed in ``met``, with people in ``tally``;
    none are where there is no room for any.
    """
    listed, rest, labels = met.size > 0, people, 0
    for e in range(first, end):
        taken = _share_of(there[e], rest, people, left)
        if taken > 0:
            label = entry[e]
            there[e] -= taken
            rest -= taken
            if home:
                away[label % TIMES] -= taken
            else:
                pool[label] += taken
                sums[label // TIMES] += taken
            if listed:
                if tally[label] == 0:
                    met[labels] = label
                    labels += 1
                tally[label] += taken
        if are_whole(people):
            if there[e] == 0 and e == first:
                first += 1
            if rest <= 0:
                break
    return first, labels


@part
def _move_answers(
    sim: Any, near: Any, where: int, to: int, home: bool, first: int, end: int, people: Any, left: Any
) -> None:
    """Move what is known of who passed near held ground as `_move_labels` will move their labels."""
    entry, there, held, walked = sim.entry, sim.entry_people, sim.entry_near, sim.stopped_near[where]
    rest = people
    for e in range(first, end):
        taken = _share_of(there[e], rest, people, left)
        if taken > 0:
            label = entry[e]
            tally, at_home = sim.tally_near[label], sim.ended[label // TIMES, to]
            into, skip = (at_home, 1) if home else (near[label], 0)
            transfer_answers(sim.near_rng, taken, held[e], there[e], walked, rest, tally, into, skip)
            rest -= taken
            if home:
                at_home[0] += taken
        if are_whole(people) and rest <= 0:
            break
    for k in range(walked.size):
        walked[k] = 0


def _share_of(there: Any, rest: Any, people: Any, left: Any) -> Any:
    raise NotImplementedError  # compiled only: the overload below


@overload(_share_of, jit_options=COUNTLESS)
def _share_of_by_type(there: Any, rest: Any, people: Any, left: Any) -> Any:
    """Return how many of the ``there`` with one label stop: the first who remain, or all labels in proportion."""

    def first(there: Any, rest: Any, people: Any, left: Any) -> Any:
        return min(rest, there)

    def share(there: Any, rest: Any, people: Any, left: Any) -> Any:
        return there * min(1.0, people / left) if left > 0.0 else there  # what is left is rounded

    return share if isinstance(there, types.Float) else first


@once
def _write_flows(sim: Any, labels: int, start: int, to: int) -> None:
    """Record the legs of those who stopped, one for each label that was met, and clear the tally."""
    flow, going, near, f, asked = sim.flow, sim.flow_people, sim.flow_near, sim.size[FLOWS], sim.asked
    places, rank, met, tally, tally_near = sim.here.shape[0], sim.rank, sim.met, sim.tally, sim.tally_near
    for k in range(labels):
        label = met[k]
        origin = -1 if label // TIMES == places else rank[label // TIMES]
        flow[f] = _packed(places, sim.today, origin, rank[start], rank[to], label % TIMES + 1)
        going[f] = tally[label]
        tally[label] = 0
        for q in range(asked):
            near[f, q] = tally_near[label, q]
            tally_near[label, q] = 0
        f += 1
    sim.size[FLOWS] = f


@part
def _reserve_flows(sim: Any, rows: int) -> None:
    """Make room for the given number of additional flows."""
    while sim.size[FLOWS] + rows > sim.flow.size:
        sim.flow = longer(sim.flow)
        sim.flow_people = longer(sim.flow_people)
        sim.flow_near = longer_table(sim.flow_near)


@part
def write_legs(sim: Any) -> None:
    """Record the legs of the day without labels (origin unknown, times 0), sorted by key, and clear them."""
    if sim.origins:
        return
    places, f = sim.leg.shape[0], sim.size[FLOWS]
    _reserve_flows(sim, sim.leg.size)
    flow, going = sim.flow, sim.flow_people
    for start in range(places):
        leg = sim.leg[start]
        for end in range(places):
            people = leg[end]
            if people >= SMALLEST_LEG:
                flow[f] = _packed(places, sim.today, whole(-1), start, end, whole(0))
                going[f] = people
                f += 1
            leg[end] = 0
    sim.size[FLOWS] = f


@part
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
