"""Track people's origins and numbers of displacements as labels on cohorts.

Labels change no behaviour, so stocks are the same with or without them: they have a random stream of their
own. A *batch* is the people who left one cell on one day (`onward.engine.batches`). Its labels are laid out once
in random order, and each party that stops somewhere takes the next ones, so that all parties of the batch together
use up exactly its labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.draws import are_whole
from onward.engine.growing import longer, longer_table
from onward.engine.jit import once, part, whole
from onward.engine.passing import transfer_answers
from onward.engine.state import TIMES, packed
from onward.engine.workspace import BATCHES, END, ENTRIES, FIRST, FLOWS, FROM, STOPS, T_BATCH, TRAVELLERS

#: smaller unlabelled legs of a day are not written down (only *expected* has them)
SMALLEST_LEG = 0.05


_packed = once(packed)


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

    Labels go into the pool of the stop; people who are home again lose theirs. The function is not divided, so that
    arrays of the struct are fetched once.
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
        sums = sim.from_origin[to, g] if lane < 0 else sim.gate_from_origin[lane, g, mode]
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
                    sums[label // TIMES] += taken
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
    """Record the legs of the day without labels (origin unknown, times 0), sorted by key, and clear them."""
    if sim.origins:
        return
    places, by_name = sim.leg.shape[0], sim.by_name
    _reserve_flows(sim, sim.leg.size)
    for start in range(places):
        leg = sim.leg[by_name[start]]
        for end in range(places):
            people = leg[by_name[end]]
            if people >= SMALLEST_LEG:
                f = sim.size[FLOWS]
                sim.flow[f] = _packed(places, sim.today, whole(-1), start, end, whole(0))
                sim.flow_people[f] = people
                sim.size[FLOWS] = f + 1
        for end in range(places):
            leg[end] = 0


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
