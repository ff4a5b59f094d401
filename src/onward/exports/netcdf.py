"""Convert a run to labelled arrays (extra ``xarray``) and to NetCDF with CF attributes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from onward.disclosure import all_two_digits
from onward.errors import ParameterError
from onward.exports.content import Content, content_of
from onward.extras import install_command
from onward.runs.quantiles import FIGURES, Spread, grouped, spread_over_time
from onward.simulation.run import LEVELS, Run

if TYPE_CHECKING:
    import xarray

#: quantile levels of figures about hosts
LEVELS_90 = (0.05, 0.5, 0.95)
_STATES = {
    "here": "displaced people staying there",
    "gate": "displaced people waiting at a gate there",
    "home": "people who are at home",
}


def to_xarray(run: Run, *, route_detail: bool = False, places: bool = False) -> xarray.Dataset:
    """Return a run as an `xarray.Dataset`, under the rules for exports.

    ``stock`` has the dimensions (date, place or district, state, quantile), ``stock_mean`` all but the last;
    ``displaced`` has (date, quantile); ``gate_waiting`` and ``gate_passed`` have (date, gate, quantile). Figures are
    rounded to two significant digits. While the crisis is going on places are added up to districts unless
    ``places``; ``route_detail`` adds ``legs`` (from_place, to_place, quantile).

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=2)
    >>> dict(run.to_xarray()["stock"].sizes)
    {'date': 77, 'place': 79, 'state': 3, 'quantile': 5}
    """
    return dataset(run, content_of(run, run.crisis, route_detail=route_detail, places=places))


def dataset(run: Run, content: Content) -> xarray.Dataset:
    """Return the exported figures of a run as labelled arrays."""
    try:
        import xarray
    except ImportError:
        raise ParameterError(f"to_xarray needs xarray. Install it with: {install_command('xarray')}") from None
    key, units = content.key, content.units
    found = xarray.Dataset(coords={"date": _days(content.stock), "quantile": ("quantile", list(LEVELS))})
    found = found.assign_coords({key: units[key].to_list(), "state": list(_STATES)})
    for column in units.columns:
        if column != key:
            found = found.assign_coords({column: (key, _plain(units[column]))})
    spreads = [_of_state(run, content, state) for state in _STATES]
    figures = all_two_digits(np.stack([spread.figures for spread in spreads], axis=-1))  # figure, day, unit, state
    found["stock"] = (("date", key, "state", "quantile"), np.moveaxis(figures[1:], 0, -1))
    found["stock_mean"] = (("date", key, "state"), figures[0])
    found["displaced"] = (("date", "quantile"), content.tables["displaced"].select(FIGURES[1:]).to_numpy())
    _add_hosts(found, content)
    _add_gates(found, content)
    _add_legs(found, content)
    return _described(found, content)


def write_netcdf(run: Run, content: Content, path: Path) -> None:
    """Write the labelled arrays as NetCDF 4."""
    found = dataset(run, content)
    packed = {name: {"zlib": True, "complevel": 4} for name, v in found.data_vars.items() if v.dtype.kind == "f"}
    found.to_netcdf(path, engine="h5netcdf", encoding={**packed, "date": {"units": "days since 1970-01-01"}})


def _of_state(run: Run, content: Content, state: str) -> Spread:
    rows = run.tables["stock"].filter(pl.col("state").cast(pl.String) == state)
    return spread_over_time(grouped(rows, content.members), run, content.stock.keys, key="place")


def _days(spread: Spread) -> Any:
    return np.array(spread.days, dtype="datetime64[ns]")


def _plain(column: pl.Series) -> list[Any]:
    """Return a text column with gaps as empty texts, because NetCDF has no missing text."""
    return [("" if value is None else value) for value in column] if column.dtype == pl.String else column.to_list()


def _add_hosts(found: xarray.Dataset, content: Content) -> None:
    """Add people with hosts, in camps and residents by unit on the last day, with the levels of 90 % intervals."""
    if "hosts" not in content.tables:
        return
    rows = content.units.select(content.key).join(
        content.tables["hosts"], on=content.key, how="left", maintain_order="left"
    )
    found.coords["host_quantile"] = list(LEVELS_90)
    for what in ("residents", "hosted", "camps", "per_1000"):
        figures = rows.select(pl.col([f"{what}_{name}" for name in ("p5", "p50", "p95")]).cast(pl.Float64)).to_numpy()
        found[f"hosts_{what}"] = ((content.key, "host_quantile"), figures)


def _add_gates(found: xarray.Dataset, content: Content) -> None:
    gates = content.tables.get("gates")
    if gates is None:
        return
    names = gates["gate"].unique(maintain_order=True).to_list()
    found.coords["gate"] = names
    for what in ("waiting", "passed"):
        figures = gates.select([f"{what}_{name}" for name in FIGURES[1:]]).to_numpy()
        cube = figures.reshape(len(names), -1, len(LEVELS)).transpose(1, 0, 2)
        found[f"gate_{what}"] = (("date", "gate", "quantile"), cube)


def _add_legs(found: xarray.Dataset, content: Content) -> None:
    legs = content.tables.get("legs")
    if legs is None:
        return
    names = list(content.stock.keys)
    at = {name: number for number, name in enumerate(names)}
    cube = np.zeros((len(names), len(names), len(LEVELS)))
    ends = [[at[name] for name in legs[column]] for column in ("from_place", "to_place")]
    cube[ends[0], ends[1]] = legs.select(FIGURES[1:]).to_numpy()
    found.coords["from_place"], found.coords["to_place"] = names, names
    found["legs"] = (("from_place", "to_place", "quantile"), cube)


def _described(found: xarray.Dataset, content: Content) -> xarray.Dataset:
    """Add the attributes of the CF conventions."""
    long = {
        "stock": "people by place and state at the end of the day, quantiles over members",
        "stock_mean": "people by place and state at the end of the day, mean over members",
        "displaced": "people away from home, quantiles over members",
        "gate_waiting": "people waiting at a gate, quantiles over members",
        "gate_passed": "people who passed a gate that day, quantiles over members",
        "hosts_residents": "people at home on the last day, where anybody is displaced",
        "hosts_hosted": "displaced people with hosts on the last day",
        "hosts_camps": "displaced people in camps on the last day",
        "hosts_per_1000": "displaced people with hosts for each 1,000 residents on the last day",
        "legs": "people who went from one place to another over the whole period, quantiles over members",
    }
    for name in found.data_vars:
        found[name].attrs = {"long_name": f"simulated {long[str(name)]}", "units": "1"}
    found["date"].attrs = {"standard_name": "time", "long_name": "day"}
    if "host_quantile" in found.coords:
        found["host_quantile"].attrs = {"long_name": "quantile level over members, of hosts", "units": "1"}
    found["quantile"].attrs = {"long_name": "quantile level over members", "units": "1"}
    found["state"].attrs = {"long_name": "; ".join(f"{state}: {meaning}" for state, meaning in _STATES.items())}
    for name, units in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
        found[name].attrs = {"standard_name": name, "units": units}
    provenance = content.provenance
    found.attrs = {
        "Conventions": "CF-1.10",
        "title": provenance["title"],
        "source": f"Onward {provenance['onward']}, a simulation of flight from war",
        "comment": " ".join([*content.notes, *content.warnings]),
        **{f"onward_{name}": value for name, value in provenance.items()},
    }
    return found
