"""Regenerate docs/validation/flee.md and its charts from Flee's own output and our runs.

    python docs/validation/flee.py ../shared/flee [--members 200] [--parity FILE.json]

The charts show each camp's people from Flee (all its runs), from Onward (mean and 90 % of members) and from
registrations as Flee interpolates them, drawn every tenth day. ``--parity`` takes the JSON of
benchmarks/flee_parity.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))

from flee_parity import read_reference, reference_sets, simulate  # noqa: E402
from onward.flee.rules import FleeModel, registered_stocks  # noqa: E402
from onward.flee.simulate import load_flee  # noqa: E402

WIDE, HIGH, EVERY = 250, 130, 10
INTRO = HERE / "flee.intro.md"


def panel(x0: int, y0: int, name: str, days: int, curves: dict[str, np.ndarray], band: np.ndarray) -> str:
    """Return one camp's small chart."""
    t = np.unique(np.append(np.arange(0, days, EVERY), days - 1))
    top = max(1.0, float(max(c.max() for c in [*curves.values(), band])))

    def points(values: np.ndarray, at: np.ndarray) -> str:
        return " ".join(
            f"{x0 + 6 + d / max(1, days - 1) * (WIDE - 20):.0f},{y0 + HIGH - 8 - v / top * (HIGH - 36):.0f}"
            for d, v in zip(at, values[at], strict=True)
        )

    style = {"registrations": "#777;stroke-dasharray:3 3", "onward": "#0b6;stroke-width:1.6"}
    parts = [f'<text x="{x0 + 6}" y="{y0 + 14}">{name}, at most {top:,.0f}</text>']
    parts.append(f'<polygon points="{points(band[0], t)} {points(band[1], t[::-1])}" style="fill:#0b63"/>')
    for key, values in curves.items():
        parts.append(f'<polyline points="{points(values, t)}" style="fill:none;stroke:{style.get(key, "#c30")}"/>')
    return "\n".join(parts)


def chart(model: FleeModel, ours: np.ndarray, references: list[np.ndarray]) -> str:
    """Return an SVG with a panel a camp; people, not agents."""
    people, names = model.instance.settings.hasten, [model.names[p] for p in model.camps]
    columns = 3
    rows = -(-len(names) // columns)
    panels = []
    for i, name in enumerate(names):
        curves = {"registrations": registered_stocks(model.instance, name) * people}
        curves |= {f"flee {k}": r[:, i] * people for k, r in enumerate(references)}
        curves["onward"] = ours[:, :, i].mean(axis=0) * people
        band = np.quantile(ours[:, :, i], [0.05, 0.95], axis=0) * people
        panels.append(panel(i % columns * WIDE, i // columns * HIGH, name, model.instance.days, curves, band))
    size = f'viewBox="0 0 {columns * WIDE} {rows * HIGH}" xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {size} font-family="sans-serif" font-size="10">\n' + "\n".join(panels) + "\n</svg>\n"


def parity_table(rows: list[dict[str, object]]) -> list[str]:
    """Return the parity of every reference run as a table."""
    lines = [
        "| conflict | Flee's run | outside the band, of free | beyond 3 %, of binding | largest share | ARD Flee "
        "| ours (sd) | rescaled Flee | ours |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        lines.append(
            f"| {r['conflict']} | {r['run']} | {r['outside_band']} of {r['free']} | {r['outside_share']} of "
            f"{r['binding']} | {100 * float(str(r['largest_share'])):.2f} % "
            f"| {r['ard_flee']:.4f} | "
            f"{r['ard_ours']:.4f} ({r['ard_spread']:.4f}) | {r['ard_rescaled_flee']:.4f} | "
            f"{r['ard_rescaled_ours']:.4f} |"
        )
    return lines


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--parity", type=Path)
    given = parser.parse_args()
    lines = [INTRO.read_text("utf-8").rstrip(), ""]
    if given.parity:
        lines += ["## Parity, run by run", "", *parity_table(json.loads(given.parity.read_text())), ""]
    lines += [
        "## Each camp",
        "",
        "Red: Flee's runs. Green: Onward, mean and 90 % of members. Dashed: registrations.",
        "",
    ]
    (HERE / "flee").mkdir(exist_ok=True)
    for folder, settings, hasten, files in reference_sets(given.root):
        model = load_flee(folder, settings_file=settings, overrides={"hasten": hasten})
        ours = simulate(model, given.members if hasten > 1 else max(2, given.members // 10))
        name = files[0].stem.rsplit("-seed", 1)[0]
        file = f"flee/{folder.name}-{name}.svg"
        (HERE / file).write_text(chart(model, ours, [read_reference(f).stock for f in files]), encoding="utf-8")
        lines += [f"### {folder.name}, {settings}, one agent for {hasten}", "", f"![{folder.name} {name}]({file})", ""]
    (HERE / "flee.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
