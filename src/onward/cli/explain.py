"""The command `onward explain RUN --place P --date D`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onward.cli.common import JsonOption, RunArgument, plain_console, print_json
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from rich.console import Console

#: places that the table of causes lists (own choice: one screen)
MOST_PLACES = 25


def add_explain(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("explain")(explain)


def explain(
    run: RunArgument,
    place: Annotated[str | None, typer.Option(help="Short name of the place.")] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day of the run.")] = None,
    member: Annotated[int, typer.Option(min=0, help="Number of the history, from 0.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Explain who the displaced people of a place are.

    It shows, for one simulated history, where they came from, what displaced them and where they stopped last. Without
    a place and a date it shows why people of each place leave or stay, cause by cause.

    These are unmasked working figures of a simulation. Do not publish them.
    """
    with report_errors():
        from onward.errors import ParameterError
        from onward.runs.explain import check_place, hazard_table
        from onward.runs.explain import explain as explained
        from onward.runs.folder import read_run

        if place is None and date is None:
            rows = hazard_table(run, member=member)
            if as_json:
                print_json(rows)
            else:
                _show_hazard(rows)
            return
        if place is not None and date is None:
            check_place(read_run(run), place)
        if place is None or date is None:
            raise ParameterError("give both --place and --date, or neither for the table of causes by place.")
        found = explained(run, place=place, day=date.date(), member=member)
        if as_json:
            print_json(found)
        else:
            _show(found)


def _show_hazard(rows: list[dict[str, Any]]) -> None:
    """Print the table of causes: hazards per 1,000 people and day."""
    from onward.cli.printing import print_table

    parts = ("reached", "habituation", "dilution", "front", "takeover", "encirclement", "total")
    cells = [[row["place"], *(f"{1000 * row[part]:.2f}" for part in parts)] for row in rows[:MOST_PLACES]]
    heads = ["Place", "Attacks", "Habituation", "Size", "Front", "Takeover", "Encircled", "Total"]
    title = "Why people leave: the hazard per 1,000 people and day, mean over the period"
    note = (
        "Attacks: the hazard from attacks before the next two columns. Habituation: less, because people are used to "
        "attacks. Size: less in a large place, more in a small one. Encircled: the roads out are being cut. Total: "
        "the sum, before the day's shocks and closed routes. "
        f"{max(0, len(rows) - MOST_PLACES)} places with less are in --json."
    )
    print_table(plain_console(), title, heads, cells, note)


def _show(found: dict[str, Any]) -> None:

    console = plain_console()
    names = found["names"]
    day = datetime.fromisoformat(found["date"])
    head = f"{names[found['place']]} on {day.day} {day:%B %Y}, member {found['member']}"
    _line(console, f"{head}: {found['displaced']:,} displaced people", 0)
    for part in found["parts"]:
        home = names.get(part["origin"])
        origin = f"from {home}" if home else part["origin"]
        console.print()
        _line(console, f"{part['people']:,}  {origin}", 0)
        for line in _reasons(part, names):
            _line(console, line, 6)


def _line(console: Console, text: str, indent: int) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(text), (0, 0, 0, indent), expand=False))


def _reasons(part: dict[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Return why the people of a part left and which way they came, one line each."""
    if part.get("displaced_by"):
        shares = sorted(part["displaced_by"].items(), key=lambda item: -item[1])
        words = ", ".join(f"{name} {share:.0%}" for name, share in shares if share >= 0.005)
        yield f"{part['left_home']:,} left home there, displaced by {words}"
    if part.get("came_last_from"):
        ways = ", ".join(f"{names.get(name, name)} {n:,}" for name, n in list(part["came_last_from"].items())[:3])
        yield f"came last from {ways}"
    for event in part.get("events", [])[:3]:
        where = f"in {event['area'].replace('_', ' ')}" if event["area"] else f"{event['km']} km away"
        what = f"{event['attacks']:.3g} attacks by {event['actor']} ({event['type']}) {where}"
        yield f"{event['share_of_attacks']:.0%} of the fear: {event['start']}, {what} ({_source(event)})"
    for change in part.get("control", [])[1:]:
        yield f"{change['start']}: held by {change['actor']} from then on ({_source(change)})"


def _source(row: dict[str, Any]) -> str:
    records = [f"{record['file']} row {record['row']}" for record in row["records"]]
    return "; ".join(records) or row["source"] or "no source given"
