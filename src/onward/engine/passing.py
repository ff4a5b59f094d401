"""Who of those who carry a label has passed near ground that somebody holds: counts beside the labels.

Each question (an actor and a distance) has an answer for each person. It changes no behaviour, so it multiplies
nothing: beside the people of each label stands how many of them it is true of, and who leaves, stops or passes a gate
takes a fair share of them along. What a party has passed is known of the party: its *bits*, one for each question.
Draws have a stream of their own, so all other results are the same whether anything is asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.draws import are_whole, fair_share
from onward.engine.jit import once, part, whole
from onward.engine.state import TIMES
from onward.engine.workspace import BATCHES, END, FIRST, T_BATCH, T_PASSED, TRAVELLERS


@part
def transfer_answers(
    rng: Any, taken: Any, held: Any, there: Any, walked: Any, people: Any, tally: Any, into: Any, skip: int
) -> None:
    """Move those for whom each question holds of ``taken`` people who stop.

    They are of one label, ``held[k]`` of the ``there`` who have it; and of the ``people`` who stop at one place,
    ``walked[k]`` of whom came by a way near held ground. Who walks in which party does not depend on the label. The
    answers go to ``tally[k]`` and ``into[skip + k]``.
    """
    draw = are_whole(taken)
    u, v, w = (rng.random(), rng.random(), rng.random()) if draw else (0.0, 0.0, 0.0)
    for k in range(held.size):
        came = fair_share(u, taken, walked[k], people)
        before = fair_share(v, taken, held[k], there)
        both = came + fair_share(w, taken - came, before, taken)
        walked[k] -= came
        held[k] -= before
        tally[k] += both
        into[skip + k] += both


@part
def mark_those_near(sim: Any) -> None:
    """Mark who stays or waits this morning where ground near by has changed hands to an actor that is asked for."""
    if sim.asked == 0:
        return
    today, places, groups = sim.today, sim.here.shape[0], sim.here.shape[1]
    for p in range(places):
        now = sim.near_place[today, p]
        new = now & ~sim.near_place[today - 1, p] if today > 0 else now
        for k in range(sim.asked):
            if new >> k & 1:
                for g in range(groups):
                    for label in range(sim.pool.shape[2]):
                        sim.pool_near[p, g, label, k] = sim.pool[p, g, label]
    for lane in range(sim.waiting.shape[0]):
        p = sim.tail[sim.lane_road[lane]]
        now = sim.near_place[today, p]
        new = now & ~sim.near_place[today - 1, p] if today > 0 else now
        for k in range(sim.asked):
            if new >> k & 1:
                for g in range(groups):
                    for m in range(sim.waiting.shape[2]):
                        for label in range(sim.pool.shape[2]):
                            sim.gate_near[lane, g, m, label, k] = sim.gate_pool[lane, g, m, label]


@once
def tally_leaving_the_map(sim: Any, batch: int, place: int) -> None:
    """Add a batch that leaves the map from ``place`` to the tally of where all are in the end."""
    if sim.asked == 0:
        return
    for e in range(sim.batch[batch, FIRST], sim.batch[batch, END]):
        row = sim.ended[sim.entry[e] // TIMES, place]
        row[0] += sim.entry_people[e]
        for k in range(sim.asked):
            row[1 + k] += sim.entry_near[e, k]


@part
def tally_last_places(sim: Any) -> None:
    """Add everybody who stays, waits or is under way on the last evening to the tally of where all are."""
    if sim.asked == 0:
        return
    places, groups = sim.here.shape
    for p in range(places):
        for g in range(groups):
            _add_pool(sim, sim.pool[p, g], sim.pool_near[p, g], p)
    for lane in range(sim.waiting.shape[0]):
        for g in range(groups):
            for m in range(sim.waiting.shape[2]):
                _add_pool(sim, sim.gate_pool[lane, g, m], sim.gate_near[lane, g, m], sim.tail[sim.lane_road[lane]])
    _add_those_under_way(sim, places)


@once
def _add_those_under_way(sim: Any, column: int) -> None:
    """Add those under way by label, with what their parties have passed since they set out."""
    batches = sim.size[BATCHES]
    walked, people = np.zeros((batches, sim.asked), sim.entry_near.dtype), np.zeros(batches, sim.entry_people.dtype)
    for n in range(sim.size[TRAVELLERS]):
        b = sim.way[n, T_BATCH]
        people[b] += sim.way_people[n]
        for k in range(sim.asked):
            if sim.way[n, T_PASSED] >> k & 1:
                walked[b, k] += sim.way_people[n]
    rng = sim.near_rng
    for b in range(batches):
        for e in range(sim.batch[b, FIRST], sim.batch[b, END]):
            taken, label = sim.entry_people[e], sim.entry[e]
            row = sim.ended[label // TIMES, column]
            row[0] += taken
            held, tally = sim.entry_near[e], sim.tally_near[label]
            transfer_answers(rng, taken, held, taken, walked[b], people[b], tally, row, whole(1))
            people[b] -= taken


@part
def _add_pool(sim: Any, pool: Any, near: Any, place: int) -> None:
    for label in range(pool.size):
        row = sim.ended[label // TIMES, place]
        row[0] += pool[label]
        for k in range(sim.asked):
            row[1 + k] += near[label, k]
