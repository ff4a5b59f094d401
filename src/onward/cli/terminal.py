"""Print a run in the terminal: headline, people over time, places, flows, gates, claims, next steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onward.cli.curve import show_curve
from onward.cli.exposure import show_exposure, show_near
from onward.cli.hosts import show_hosts
from onward.cli.printing import day, interval, number, print_table, show_warnings
from onward.cli.run_words import interval_words, rules_words
from onward.cli.sparkline import bars
from onward.evaluation.data_end import DataEnd, find_data_end
from onward.evaluation.fitness import judge_fitness
from onward.evaluation.labels import gate_name
from onward.runs import tables
from onward.runs.summary import follows_flee
from onward.simulation.description import household_words
from onward.simulation.run import Run
from onward.simulation.units import finest_level

#: how many places and gates are listed, and how high the chart is, in lines (own choice: two screens in all)
PLACES, UNITS, GATES, HEIGHT = 15, 8, 12, 10
#: columns from which a claim stands in its table in words (own choice)
WIDE = 110


def show_run(run: Run, console: Console, *, folder: Path, source: str = "", warnings: Sequence[str] = ()) -> None:
    """Print what happened in a run.

    Parameters
    ----------
    run, console
        The run, and where to print it; at 80 columns no figure is cut.
    folder
        Where the run was written to.
    source
        What the user called the crisis, for the commands that may come next.
    warnings
        What was odd in the crisis, from ``crisis.warnings``.
    """
    flee, needs = follows_flee(run.about), {show_exposure: "exposure", show_near: "near", _claims: "claims"}
    for part in (_headline, _chart, _places, _flows, _score if flee else _gates, show_exposure, show_near, _claims):
        if part not in needs or run.about.get(needs[part]):
            part(run, console)
            console.print()
        if part is _places:
            _units(run, console)
            show_hosts(run, console)
    for notice in _notices(run):
        console.print(Text.assemble(("Note: ", "yellow"), notice))
    show_warnings(warnings, console)
    _ending(run, console, folder, source or run.about["crisis"])


def _notices(run: Run) -> list[str]:
    """Return the notices of a run, and from which day on it assumes peace."""
    return [*run.about.get("notices", ()), *(end.words() for end in [_data_end(run)] if end)]


def _data_end(run: Run) -> DataEnd | None:
    return None if follows_flee(run.about) else find_data_end(run.crisis)


def _headline(run: Run, console: Console) -> None:
    about, first, last = run.about, tables.first_day(run), tables.last_day(run)
    what_if = f" · what if: {about['scenario'].get('name', '')}" if about["scenario"] else ""
    console.print(Text(f"{about['title']}{what_if}", style="bold"))
    year = f" {first.year}" if first.year != last.year else ""
    members = f"{about['members']} member{'s' if about['members'] > 1 else ''}"
    console.print(
        f"{_short(first)}{year} to {_short(last)} {last.year} · {members} · {about['engine']} · "
        f"{rules_words(run)} · seed {about['seed']}"
    )
    fitness = judge_fitness(run, run.crisis, about.get("claims", ()))
    console.print(Text(f"{fitness.verdict}\n", style="bold" if fitness.may_be_sure else "bold yellow"))
    lines = [(f"people are away from home on {day(last, True)}", about["displaced"], "bold")]
    lines += [(f"of them left home since {day(first)}", about["newly_displaced"], "")]
    lines += [("of them have been displaced twice or more", about["times"]["2+"], "")] if about["times"] else []
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column()
    for words, row, style in lines:
        line = Text(words)
        if about["members"] > 1:
            line.append(f"  (90 %: {interval(row)})", style="dim")
        grid.add_row(Text(number(row["p50"]), style=style), line)
    console.print(grid)
    of_all = "" if follows_flee(run.about) else f"of {number(about['people'])} in the listed places."
    said = filter(None, (of_all, interval_words(run), household_words(about), *fitness.reasons))
    console.print(Text(" ".join(said), style="dim"))


def _chart(run: Run, console: Console) -> None:
    rows = tables.displaced_over_time(run)
    levels = [rows[name].to_list() for name in ("p5", "p25", "p50", "p75", "p95")]
    top, end = max(levels[-1], default=0.0), _data_end(run)
    show_curve(
        "People away from home", levels, (number(top), number(top / 2), "0"), console,
        first=tables.first_day(run), last=tables.last_day(run), several=run.about["members"] > 1,
        peace_after=None if end is None else (end.last or tables.first_day(run)),
    )  # fmt: skip


def _places(run: Run, console: Console) -> None:
    last, several = tables.last_day(run), run.about["members"] > 1
    on_last = tables.stock_on(run, last).filter(pl.col("mean") >= 0.5)
    top = on_last.sort("p50", "mean", "place", descending=[True, True, False]).head(PLACES)
    rows = []
    for row in top.iter_rows(named=True):
        intervals = [interval(row, "p25", "p75"), interval(row)] if several else []
        rows.append([_name(run, row["place"], console), number(row["p50"]), *intervals])
    heads = ["Place", "Median", "50 % interval", "90 % interval"] if several else ["Place", "People"]
    used = sum(max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True))
    over_time = tables.stock_over_time(run, top["place"].to_list())
    for place, cells in zip(top["place"], rows, strict=True):
        series = over_time.filter(pl.col("place") == place)["p50"].to_list()
        cells.append(bars(series, min(max(console.width - used - 2, 8), 32)))
    rest = on_last.height - top.height
    more = f" {rest} more places with fewer people are in run.json and stock.parquet." if rest else ""
    note = f"People staying or waiting there, including those who came before the period.{more}"
    print_table(console, f"Displaced people by place on {day(last)}", [*heads, "Over time"], rows, note)


def _units(run: Run, console: Console) -> None:
    """Print displaced people by the finest administrative level that most places have."""
    level, several = finest_level(run), run.about["members"] > 1
    if level is None:
        return
    top, rest = tables.largest_units(run, level, UNITS)
    rows = [
        [row["label"], number(row["p50"]), *([interval(row, "p25", "p75"), interval(row)] if several else [])]
        for row in top.iter_rows(named=True)
    ]
    heads = ["Unit", *(["Median", "50 % interval", "90 % interval"] if several else ["People"])]
    more = f" {rest} more units have fewer people." if rest else ""
    note = f"Intervals are of the members' sums over each unit's places.{more}"
    print_table(
        console, f"Displaced people by {level[:-1]} {level[-1]} on {day(tables.last_day(run))}", heads, rows, note
    )
    console.print()


def _flows(run: Run, console: Console) -> None:
    flows = run.about["flows_top"]
    rows = [
        [
            _name(run, flow["from"], console),
            f"→ {_name(run, flow['to'], console)}",
            number(flow["people"]),
            "█" * max(round(20 * flow["people"] / flows[0]["people"]), 1),
        ]
        for flow in flows
    ]
    note = "Journeys between two stops, mean over members; a person who makes one twice counts twice."
    heads = ["From", "  to", "People", ""]
    print_table(console, "Largest flows over the period", heads, rows, note if flows else "Nobody moved.")


def _gates(run: Run, console: Console) -> None:
    last, several = tables.last_day(run), run.about["members"] > 1
    gates = run.about["gates"]
    busy = [name for name, gate in gates.items() if gate["peak"]["mean"] + gate["passed"]["mean"] >= 0.5]
    listed = sorted(busy, key=lambda name: (-gates[name]["peak"]["p50"], name))[:GATES]
    rows = [[_cut(gate_name(name), 16), *_gate_cells(gates[name], several)] for name in listed]
    heads = ["Gate", "Waiting", *["90 % interval"] * several, "Peak", "on", "Passed", "Last rule"]
    quiet = len(gates) - len(listed)
    more = f" {quiet} more gates with fewer people are in run.json." if quiet else ""
    note = f"{'Medians over members; p' if several else 'P'}eople wait at a gate's near side.{more}"
    if not listed:
        note = "Nobody came to a gate." if gates else "There are no gates."
    title = f"Gates: people waiting on {day(last)} and at the peak, and people who passed, also irregularly"
    print_table(console, title, heads, rows, note)


def _score(run: Run, console: Console) -> None:
    """Print how far the camps of a run under Flee's rules are from registrations, and on which days."""
    score = run.about.get("score")
    if score is None:
        return
    days, real = score["interpolated_days"], score["real_counts"]
    console.print(Text("Camps compared with registrations", style="bold"))
    console.print(f"On all days, interpolated between counts: ARD {days['ard']:.3f}, rescaled "
                  f"{days['ard_rescaled']:.3f}.")  # fmt: skip
    relative = real["relative_error"]
    if relative is not None:
        console.print(f"On the {real['counts']} real counts after the first day only: relative error {relative:.3f}.")


def _claims(run: Run, console: Console) -> None:
    """Print the reported figures next to those of the run, each with its description."""
    claims, several, rows = run.about["claims"], run.about["members"] > 1, []
    wide = console.width >= WIDE
    for claim in claims:
        median, low, high = (_figure(claim[level], claim["unit"]) for level in ("p50", "p5", "p95"))
        spread = [f"{low} – {high}" if median else ""] if several else []
        name = f"{claim['claim']}: {_about(claim)}" if wide else claim["claim"]
        rows.append([name, _reported(claim), median, *spread, verdict_words(claim)])
    figures = ["Median", "90 % interval"] if several else ["This run"]
    inside = sum(claim["verdict"] == "inside" for claim in claims)
    note = f"{inside} of {len(rows)} medians are inside the reported range."
    if any(" reaches" in row[-1] for row in rows):
        note += " 'reaches': the 90 % interval overlaps it."
    heads = ["Claim", "Reported", *figures, "Verdict"]
    print_table(console, "Reported figures compared with this run", heads, rows, note)
    if not wide:
        for claim in claims:
            console.print(Text(f"{claim['claim']}: {_about(claim)}", style="dim"))


def _about(claim: Mapping[str, Any]) -> str:
    """Describe a claim, with its unit where that is not obvious."""
    unit = "" if claim["unit"] in ("people", "share", "ratio") else f" ({claim['unit']})"
    return f"{claim.get('words', claim['indicator'])}{unit}"


def verdict_words(claim: Mapping[str, Any]) -> str:
    """Describe the verdict on a claim's median, and whether the interval reaches the reported range.

    Examples
    --------
    >>> verdict_words({"verdict": "high", "reaches": True}), verdict_words({"verdict": "inside", "reaches": True})
    ('high, reaches', 'inside')
    """
    outside = claim["verdict"] in ("low", "high")
    return f"{claim['verdict']}, reaches" if outside and claim.get("reaches") else str(claim["verdict"])


def _reported(claim: Mapping[str, Any]) -> str:
    low, high = (_figure(claim[end], claim["unit"]) for end in ("low", "high"))
    if low and high:
        return low if low == high else f"{low} – {high}"
    return f"{low} or more" if low else f"{high} or less"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return number(value) if unit.startswith("people") else f"{value:.2g}"


def _gate_cells(gate: Mapping[str, Any], several: bool) -> list[str]:
    waiting, peak = gate["waiting"], gate["peak"]
    intervals = [interval(waiting)] if several else []
    on = _short(dt.date.fromisoformat(peak["date"]))
    return [number(waiting["p50"]), *intervals, number(peak["p50"]), on, number(gate["passed"]["p50"]), _rule(gate)]


def _rule(gate: Mapping[str, Any]) -> str:
    if gate.get("policy") == "quota":
        return f"{gate['people_per_day']:g} a day"
    return str(gate.get("policy", ""))


def _ending(run: Run, console: Console, folder: Path, source: str) -> None:
    about = run.about
    seconds = about["engine_seconds"]
    took = f"{seconds:,.{int(seconds < 10)}f} s of engine time on {about['environment']['cpu_count']} cores"
    written = f": run.json and {len(run.tables)} Parquet tables ({took})."
    console.print(Text.assemble("Written to ", (str(folder), "bold"), written))
    if follows_flee(run.about):
        console.print(Text(f"Next: onward score {folder} shows the errors camp by camp."))
    elif about["parameters"] == "fixed":
        console.print(Text(f"Next: onward run {source} --parameters prior draws the parameters too."))
    else:
        console.print(Text(f"Next: onward run {source} --set NAME=VALUE; `onward parameters` lists them."))
    honest = "A simulation, not a count. Use it together with reports, never to find or follow people."
    console.print(Text(honest, style="dim"))


def _name(run: Run, place: str, console: Console) -> str:
    return _cut(run.about.get("place_names", {}).get(place, place), 34 if console.width >= 110 else 18)


def _cut(name: str, width: int) -> str:
    """Shorten a name: drop a trailing bracket, then cut what is still too long."""
    if len(name) > width:
        name = name.split(" (")[0]
    return name if len(name) <= width else name[: width - 1] + "…"


def _short(when: dt.date) -> str:
    return f"{when.day} {when:%b}"
