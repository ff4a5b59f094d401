"""The command that says what people need and what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onward.cli.common import JsonOption, RunArgument, plain_console
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    import polars as pl

#: units that the terminal shows (own choice: one screen each)
SHOWN = 3
#: units of the tables of hosts and room (own choice: a screen)
MOST_HOSTS = 8
LEVELS = {"admin1": "admin 1", "admin2": "admin 2"}


def add_needs(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("needs")(needs)


def needs(
    run: RunArgument,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="place|area|admin1|admin2",
            help="The units to which figures refer.",
            show_default="the finest admin level most places have",
        ),
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="D|all", help="A day, or all days.", show_default="the last day")
    ] = None,
    quantile: Annotated[float, typer.Option(metavar="Q", help="The quantile over members to plan for.")] = 0.5,
    phase: Annotated[
        str, typer.Option(metavar="standard|emergency", help="The normal quantities, or those of the first days.")
    ] = "standard",
    standards: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table of standards that replaces those of the crisis and of Onward."),
    ] = None,
    stocks: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table of stocks that replaces the crisis's.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE.xlsx|.csv", help="Write a workbook or a CSV with HXL.")
    ] = None,
    places: Annotated[
        bool,
        typer.Option(
            "--places", help="Include single places although the crisis is ongoing. Read the warning that it prints."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute what displaced people need, what is available, and the gap.

    Quantities are for the people present at the end of a day, by standards such as Sphere's, with intervals.
    """
    with report_errors():
        from onward.disclosure import PLACES_WARNING, is_ongoing, today
        from onward.exports.needs import write_needs
        from onward.planning.allowed import allowed_units, default_level
        from onward.planning.needs import needs as needed
        from onward.planning.standards import read_rows
        from onward.runs.folder import read_run

        read = read_run(run)
        units = allowed_units(read, by=by or default_level(read), places=places)
        if places and is_ongoing(read.about, today()):
            typer.echo(f"Warning: {PLACES_WARNING}", err=True)
        rows = needed(
            read, date=date, quantile=quantile, phase=phase, units=units,
            standards=read_rows("standards", standards) if standards else None,
            stocks=read_rows("stocks", stocks) if stocks else None,
        )  # fmt: skip
        if out is not None:
            typer.echo(f"Written to {write_needs(rows, read, units, out, quantile=quantile)}", err=as_json)
        if as_json:
            content = {**_content(rows, units.by, quantile, phase), **_hosts(read, units)}
            typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        elif out is None:
            _show(rows, read, units, quantile, phase)
            _show_hosts(read, units)


def _hosts(run: Any, units: Any) -> dict[str, Any]:
    """Return the pressure on hosts and the room of units on the last day, as JSON holds them."""
    from onward.planning.hosts import filled, host_countries, hosts

    tables = {"hosts": hosts(run, units), "host_countries": host_countries(run), "room": filled(run, units)}
    days = [name for table in tables.values() for name in table.columns if name.startswith(("date", "first"))]
    return {
        name: [{key: str(cell) if key in days and cell else cell for key, cell in row.items()} for row in rows]
        for name, rows in ((name, table.to_dicts()) for name, table in tables.items())
    }


def _show_hosts(run: Any, units: Any) -> None:
    """Print people with hosts per 1,000 residents, and the first day on which room is filled."""
    from onward.cli.hosts import show_host_countries
    from onward.cli.printing import print_table
    from onward.disclosure import is_ongoing, today
    from onward.planning.allowed import allowed_units
    from onward.planning.hosts import filled, hosts
    from onward.report.host_sections import chance, day_words

    console = plain_console()
    pressed = hosts(run, units).drop_nulls("per_1000_p50").head(MOST_HOSTS)
    cells = [
        [row["name"], short(row["hosted_p50"]), short(row["residents_p50"]), short(row["per_1000_p50"]),
         f"{short(row['per_1000_p5'])} – {short(row['per_1000_p95'])}"]
        for row in pressed.iter_rows(named=True)
    ]  # fmt: skip
    if cells:
        console.print()
        heads = ["Unit", "With hosts", "Residents", "Per 1,000", "90 % interval"]
        note = "Residents are those at home in the listed places of the unit; quantiles are of the members' ratios."
        print_table(console, "Displaced people with hosts on the last day", heads, cells, note)
    show_host_countries(run, console)
    finest = units if is_ongoing(run.about, today()) else allowed_units(run)
    room = filled(run, finest).head(MOST_HOSTS)
    rows = [
        [row["name"], short(row["room"]), f"{row['share_p50']:.0%}", chance(row["probability"]), day_words(row)]
        for row in room.iter_rows(named=True)
    ]
    if rows:
        console.print()
        note = "Filled: as many people stay as there is room for. Day: the median first day of those histories."
        print_table(
            console,
            "Room",
            ["Place" if finest.by == "place" else "Unit", "Room", "Taken", "Filled", "First day (90 %)"],
            rows,
            note,
        )


def _content(rows: pl.DataFrame, by: str, quantile: float, phase: str) -> dict[str, Any]:
    dicts = [{**row, "date": row["date"].isoformat()} for row in rows.iter_rows(named=True)]
    return {"by": by, "quantile": quantile, "phase": phase, "rows": dicts}


def _show(rows: pl.DataFrame, run: Any, units: Any, quantile: float, phase: str) -> None:
    import polars as pl
    from rich.text import Text

    from onward.cli.printing import day, number, print_table
    from onward.exports.needs import notes_on

    console = plain_console()
    if rows.is_empty():
        console.print("Nobody is in need there on that day.")
        return
    title = f"Needs by {LEVELS.get(units.by, units.by)}, {phase} phase, planned for the {100 * quantile:g} % quantile"
    console.print(Text(f"{run.about['title']}\n{title}", style="bold"))
    last = rows.filter(pl.col("date") == rows["date"].max())
    most = last.filter(pl.col("who") == "displaced").unique("unit").sort("people", "unit", descending=[True, False])
    for unit in most["unit"].head(SHOWN):
        mine = last.filter(pl.col("unit") == unit)
        people = number(mine.filter(pl.col("who") == "displaced")["people"].item(0))
        console.print()
        heads = ["Item", "Whose", "Quantity", "90 % interval", "Available", "Gap"]
        known = 6 if mine["there"].count() else 4
        head = f"{mine['name'][0]} ({unit}), {day(mine['date'][0], True)}: {people} displaced people"
        note = (
            ""
            if known == 6
            else "What is available is not known: write it into stocks.csv of the crisis, or give --stocks."
        )
        print_table(console, head, heads[:known], [_cells(row)[:known] for row in mine.iter_rows(named=True)], note)
    if most.height > SHOWN:
        console.print(f"{most.height - SHOWN} more units: see --json or -o FILE.xlsx.")
    for note in notes_on(rows, units, quantile):
        console.print(Text(note, style="dim"))


def _cells(row: dict[str, Any]) -> list[str]:
    from onward.report.plan_sections import item_words

    known = ["?" if row[name] is None else short(row[name]) for name in ("there", "gap")]
    return [
        item_words(row["item"], row["measure"]),
        row["who"],
        short(row["quantity"]),
        f"{short(row['p5'])} – {short(row['p95'])}",
        *known,
    ]


def short(quantity: float) -> str:
    """Format a quantity to three significant digits, in millions (M) where it is large.

    Examples
    --------
    >>> short(9_684_000), short(13_815), short(0.0)
    ('9.68 M', '13,800', '0')
    """
    from onward.cli.printing import number

    return number(quantity) if quantity < 1e6 else f"{float(f'{quantity / 1e6:.3g}'):,.10g} M"
