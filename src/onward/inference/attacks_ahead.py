"""Draw a member's attacks after the last known day from the self-exciting model of a crisis's events.

Sites are the places of the country at war, places abroad that were attacked, and the points of events given by
coordinates, those of one small square together. The kind of an attack (actor, type, severity, people killed) is drawn
from the attacks known so far, with nearer ones more likely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from pyproj import Geod

from onward.inference.conflict_ahead import SMOOTHING_KM, Hawkes, excitation, fit_hawkes, simulate_events, spread_kernel
from onward.inference.whatif import added_places, scale_ahead
from onward.model.build import Model
from onward.model.hazard import Attacks
from onward.model.keyed_draws import Keys, keys_of
from onward.simulation.member import ATTACKS, Settings, draws_of, member_values, stream
from onward.typing import Floats, Ints

#: number of the member's stream of attacks to come (the others: `onward.simulation.member`)
AHEAD = 5
#: side of the square whose points are one site, degrees (own choice: about five kilometres)
SQUARE_DEGREES = 0.05
#: standard deviation of the log of the rate of attacks over 90 days against that of the 30 days before, chance left out
#: (UCDP GED: 0.41 over the governorates of Syria in 2016, 0.43 over the prefectures of the Central African Republic
#: 2013 - 2016; measured by scripts/attack_levels.py)
LEVEL_SPREAD = 0.43


@dataclass(frozen=True, eq=False)
class AttacksAhead:
    """The distribution of future attacks.

    Parameters
    ----------
    hawkes
        The fitted model over sites.
    known
        The attacks of the crisis, with a row for each kind of attack after those of the events table.
    first_day, days
        The first unknown day, counted from the first day of history, and how many there are.
    site
        Site of each spot of `known`, -1 where attacks are not expected, shape (spots,).
    spot
        One spot of each site, shape (sites,).
    kind_chance
        Cumulative chance of each kind of attack at each site, shape (sites, kinds).
    scale
        By how much a what-if scales attacks to come, shape (days, sites, kinds); None where it does not.
    """

    hawkes: Hawkes
    known: Attacks
    first_day: int
    days: int
    site: Ints
    spot: Ints
    kind_chance: Floats
    scale: Floats | None = None

    def draw(self, model: Model, settings: Settings, member: int) -> Attacks:
        """Return the known attacks of a model with those that a member draws for later days.

        Parameters
        ----------
        model
            The model whose past attacks are drawn; its events are those of `known`.
        settings, member
            Seed and number of the member, which has its own stream.
        """
        common = member_values(settings, member, ("input_correlation",))["input_correlation"]
        past = model.attacks.draw(draws_of(settings, member, ATTACKS), common=common)
        rng = stream(settings, member, AHEAD)
        level = float(np.exp(LEVEL_SPREAD * rng.standard_normal() - 0.5 * LEVEL_SPREAD**2))
        felt = excitation(_by_site(model.attacks, past, self.site, self.first_day), self.hawkes.decay)[-1]
        return self._with(simulate_events(self.hawkes, felt, self.days, rng, level=level), rng)

    def _with(self, events: Ints, rng: np.random.Generator) -> Attacks:
        """Add events to the known attacks: ``events[t, s]`` of each future day and site."""
        day, site = np.nonzero(events)
        times = events[day, site]
        day, site = np.repeat(day, times), np.repeat(site, times)
        kinds = self.kind_chance.shape[1]
        flat = (self.kind_chance + np.arange(len(self.spot))[:, None]).ravel()
        kind = np.searchsorted(flat, site + rng.random(len(site)), side="right") - site * kinds
        kind = np.minimum(kind, kinds - 1)
        cell, number = np.unique((day * len(self.spot) + site) * kinds + kind, return_counts=True)
        known, rows = self.known, len(self.known.n) - kinds
        zeros = np.zeros(len(cell), dtype=np.uint64)
        return replace(
            known,
            row=np.concatenate([known.row, rows + cell % kinds]),
            day=np.concatenate([known.day, self.first_day + cell // (kinds * len(self.spot))]),
            spot=np.concatenate([known.spot, self.spot[cell // kinds % len(self.spot)]]),
            rate=np.concatenate([known.rate, number.astype(np.float64)]),
            factor=np.concatenate([known.factor, self._factor(cell, kinds)]),
            cell_key=np.concatenate([known.cell_key, zeros]),
        )

    def _factor(self, cell: Ints, kinds: int) -> Floats:
        """Return the factor of each cell of attacks to come, given as one number of day, site and kind."""
        if self.scale is None:
            return np.ones(len(cell))
        return self.scale[cell // (kinds * len(self.spot)), cell // kinds % len(self.spot), cell % kinds]


def attacks_ahead(model: Model, last_known: date) -> AttacksAhead | None:
    """Fit the model of future attacks to the events of a crisis up to its last known day.

    Parameters
    ----------
    model
        Of the crisis as it was known (`onward.inference.as_of`), whose period continues after ``last_known``.
    last_known
        The last day of which attacks are known.

    Returns
    -------
    AttacksAhead or None
        None if the crisis has no events, so that none are expected. It is fitted on the attacks without the what-if of
        the model, which then scales them and those to come; none are expected at a camp that it adds.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> from onward.inference.as_of import as_of
    >>> from onward.model.build import build_model
    >>> known = as_of(read_crisis("aleppo-2016"), date(2016, 2, 1), days=90)
    >>> ahead = attacks_ahead(build_model(known), date(2016, 2, 1))
    >>> ahead.days, ahead.hawkes.branching < 1
    (90, True)
    """
    attacks = replace(model.attacks, factor=np.ones_like(model.attacks.factor))
    first = (last_known - model.crisis.history_start).days + 1
    days = attacks.history + model.network.days - first
    means = attacks.draw(None, common=0.0)
    if days <= 0 or not means.any():
        return None
    latitude, longitude = _positions(model)
    site, spot = _sites(model, means, latitude, longitude)
    km = _distances(latitude[spot], longitude[spot])
    known, chance = _kinds(attacks, means, site, km)
    hawkes = fit_hawkes(_by_site(attacks, means, site, first), km)
    scale = _scale(model, known, spot, last_known + timedelta(1), days)
    known = replace(known, factor=model.attacks.factor)
    return AttacksAhead(hawkes, known, first, days, site, spot, chance, scale)


def _scale(model: Model, known: Attacks, spot: Ints, first: date, days: int) -> Floats | None:
    rows = range(len(model.attacks.n), len(known.n))
    kinds = [(model.network.actors[known.actor[row]], known.type[row]) for row in rows]
    names = model.network.places.names
    places = [names[s] if s < len(names) else None for s in spot]
    return scale_ahead(model.crisis, model.scenario, kinds, places, first, days)


def _positions(model: Model) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of each spot: places, then the points of events in order."""
    places = model.network.places
    points = model.crisis.table("events").select("latitude", "longitude").drop_nulls()
    return (
        np.concatenate([places.latitude, points["latitude"].to_numpy()]),
        np.concatenate([places.longitude, points["longitude"].to_numpy()]),
    )


def _sites(model: Model, means: Floats, latitude: Floats, longitude: Floats) -> tuple[Ints, Ints]:
    """Return the site of each spot and a spot of each site."""
    places, added = model.network.places, added_places(model.scenario)
    struck = np.bincount(model.attacks.spot, means, minlength=len(latitude)) > 0
    site = np.full(len(latitude), -1, dtype=np.int64)
    squares: dict[Any, int] = {}
    for s in range(len(latitude)):
        if s < len(places.names):
            if places.names[s] in added or (places.abroad[s] and not struck[s]):
                continue
            square: Any = s
        else:
            square = (round(latitude[s] / SQUARE_DEGREES), round(longitude[s] / SQUARE_DEGREES))
        site[s] = squares.setdefault(square, len(squares))
    _, spot = np.unique(site[site >= 0], return_index=True)
    return site, np.flatnonzero(site >= 0)[spot]


def _distances(latitude: Floats, longitude: Floats) -> Floats:
    shape = (len(latitude), len(latitude))
    lat, lon = (np.broadcast_to(a, shape) for a in (latitude, longitude))
    return np.asarray(Geod(ellps="WGS84").inv(lon.T, lat.T, lon, lat)[2], dtype=np.float64) / 1000.0


def _by_site(attacks: Attacks, numbers: Floats, site: Ints, days: int) -> Floats:
    """Sum the numbers of cells to attacks on each day up to the last known one, by site."""
    total = np.zeros((days, int(site.max()) + 1))
    there = site[attacks.spot]
    kept = (there >= 0) & (attacks.day < days)
    np.add.at(total, (attacks.day[kept], there[kept]), numbers[kept])
    return total


def _kinds(attacks: Attacks, means: Floats, site: Ints, km: Floats) -> tuple[Attacks, Floats]:
    """Return the attacks with a row for each kind of attack, and the cumulative chance of kinds at each site."""
    what = list(zip(attacks.actor, attacks.type, attacks.severity, attacks.fatalities, strict=True))
    kinds = sorted(set(what))
    of_row = np.array([kinds.index(one) for one in what], dtype=np.int64)
    number = np.zeros((len(km), len(kinds)))
    there = site[attacks.spot]
    np.add.at(number, (there[there >= 0], of_row[attacks.row[there >= 0]]), means[there >= 0])
    chance = spread_kernel(km, SMOOTHING_KM).T @ number + 1e-12 * number.sum(axis=0)
    chance = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    actor, kind, severity, fatalities = zip(*kinds, strict=True)
    more: Keys = keys_of(("attack to come", *map(str, one)) for one in kinds)
    return replace(
        attacks,
        n=np.concatenate([attacks.n, np.ones((len(kinds), 3))]),
        known=np.concatenate([attacks.known, np.ones(len(kinds), dtype=np.bool_)]),
        actor=np.concatenate([attacks.actor, np.array(actor, dtype=np.int64)]),
        type=(*attacks.type, *kind),
        severity=np.concatenate([attacks.severity, np.array(severity)]),
        fatalities=np.concatenate([attacks.fatalities, np.array(fatalities)]),
        key=np.concatenate([attacks.key, more]),
    ), chance  # fmt: skip
