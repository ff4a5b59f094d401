"""How fast the page is in Chromium: size, first render, and pictures a second while it plays.

    python benchmarks/page.py [RUN]

RUN is a run folder; without one the bundled crisis is simulated with 100 members. The second page is made up: 300
places, 1,000 curves, 365 days. Aims on two cores without a GPU: under 2 MB, first render under 1 s, 30 pictures a
second, 20 for the made-up page.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

import onward
from onward.report.template import page_html

PLACES, CURVES, DAYS = 300, 1000, 365
SECONDS = 8
COUNT = """seconds => new Promise(done => {
  const begin = performance.now(); let last = begin, pictures = 0, worst = 0;
  const tick = now => {
    pictures += 1; worst = Math.max(worst, now - last); last = now;
    if (now - begin < seconds * 1000) requestAnimationFrame(tick);
    else done([pictures / ((now - begin) / 1000), worst]);
  };
  requestAnimationFrame(tick);
})"""


def bands(shape: tuple[int, ...], rng: np.random.Generator, top: float) -> dict[str, Any]:
    """Quantiles that rise, made up."""
    middle = np.cumsum(rng.exponential(top / shape[-1], shape), axis=-1)
    factors = {"p5": 0.5, "p25": 0.8, "p50": 1.0, "p75": 1.25, "p95": 1.9}
    return {name: np.round(middle * factor).astype(int).tolist() for name, factor in factors.items()}


def made_up(base: dict[str, Any]) -> dict[str, Any]:
    """Page data of 300 places, 1,000 curves and 365 days round a real page's map."""
    rng = np.random.default_rng(1)
    west, south, east, north = base["box"]
    lon, lat = rng.uniform(west + 1, east - 1, PLACES), rng.uniform(south + 0.7, north - 0.7, PLACES)
    names = [f"Place {n}" for n in range(PLACES)]
    none = [None] * PLACES
    places = {"id": names, "name": names, "country": ["SYR"] * PLACES, "admin1": none, "admin2": none,
              "kind": ["town"] * PLACES, "lat": lat.round(4).tolist(), "lon": lon.round(4).tolist(),
              "population": [1000] * PLACES, "displaced_at_start": [0] * PLACES, "capacity": none}  # fmt: skip
    days = np.sort(rng.integers(1, DAYS, PLACES))
    people = rng.integers(0, 400, (CURVES, DAYS)) * (rng.random((CURVES, DAYS)) < 0.6)
    total = people.sum(axis=1)
    flows = {"legs": False,
             "from": rng.integers(0, PLACES, CURVES).tolist(), "to": rng.integers(0, PLACES, CURVES).tolist(),
             "p5": total.tolist(), "p50": total.tolist(), "p95": total.tolist(), "day": people.tolist()}  # fmt: skip
    hit = rng.integers(0, PLACES, 4000), rng.integers(0, DAYS, 4000)
    exposure = {
        "attacks": {"place": hit[0].tolist(), "day": hit[1].tolist(), "number": [1.0] * 4000},
        "displaced": bands((PLACES,), rng, 1e4), "residents": bands((PLACES,), rng, 1e4),
        "by_day": {"displaced": bands((DAYS,), rng, 1e4), "residents": bands((DAYS,), rng, 1e4)},
        "total": base["exposure"]["total"], "attacks_by_day": rng.integers(0, 30, DAYS).tolist(),
        "held": [],
    }  # fmt: skip
    control = {"actors": base["control"]["actors"], "place": [*range(PLACES)] * 2, "day": [0] * PLACES + days.tolist(),
               "actor": rng.integers(0, 5, 2 * PLACES).tolist()}  # fmt: skip
    nobody = bands((0, DAYS), rng, 1)
    gates = {**{key: [] for key in base["gates"]}, "waiting": nobody, "passed": nobody}
    run = {**base["run"], "title": "Made up", "days": DAYS, "start": "2016-01-01", "end": "2016-12-30"}
    totals = {name: bands((DAYS,), rng, 1e6) for name in base["totals"]}
    return {**base, "run": run, "places": places, "control": control, "gates": gates, "flows": flows,
            "exposure": exposure, "stock": bands((PLACES, DAYS), rng, 3e4), "arrivals": bands((PLACES, DAYS), rng, 3e4),
            "totals": totals, "times": None, "matrix": None, "sankey": None, "counts": [], "claims": []}  # fmt: skip


def measure(browser: Any, path: Path, name: str) -> None:
    """Open a page, play it, and print what was measured."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.locator(".map-drawing.over circle").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    marks = dict(page.evaluate("performance.getEntriesByType('mark').map(m => [m.name, m.startTime])"))
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    page.locator("#map").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#map').scrollIntoView()")
    page.locator("button[aria-label=Play]").click()
    rate, worst = page.evaluate(COUNT, SECONDS)
    size = path.stat().st_size / 1e6
    print(
        f"{name}: {size:.2f} MB, text {marks['onward-rendered']:.0f} ms, first paint {paint:.0f} ms, "
        f"map {marks['onward-map']:.0f} ms, {rate:.0f} pictures/s, longest gap {worst:.0f} ms"
    )
    page.close()


def main() -> None:
    """Measure the report of a run and a made-up page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report, other = Path(folder) / "report.html", Path(folder) / "made-up.html"
        given = sys.argv[1:]
        run = onward.read_run(given[0]) if given else onward.simulate(onward.read_crisis("aleppo-2016"), workers=2)
        onward.write_report(run, report)
        text = report.read_text("utf-8").split('id="onward-data">')[1].split("</script>")[0]
        other.write_text(page_html(made_up(json.loads(text))), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        measure(browser, report, "report")
        measure(browser, other, f"made up ({PLACES} places, {CURVES} curves, {DAYS} days)")
        browser.close()


if __name__ == "__main__":
    main()
