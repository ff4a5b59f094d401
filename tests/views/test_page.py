"""The page in Debian's Chromium: from disk with the network cut, by keyboard alone, for those who cannot see it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import onward
from onward.report.data import page_data
from onward.report.template import CARD, SLOT, page_html

pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test)")

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
#: a generous bound; benchmarks/page.py measures
SECONDS_TO_RENDER = 5.0

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the bundled crisis, with few members."""
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=4, seed=1, workers=2)
    return onward.write_report(run, tmp_path_factory.mktemp("report") / "aleppo.html")


@pytest.fixture(scope="module")
def data(report: Path) -> dict[str, Any]:
    """What the report holds."""
    return held(report)


def held(report: Path) -> dict[str, Any]:
    text = report.read_text("utf-8").split(SLOT.removesuffix("</script>"))[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


class Watched:
    """A page with what it asked of the network and what its console said."""

    def __init__(self, browser: Any, **given: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **given})
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda told: self.said.append(told.text) if told.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def cut(self) -> None:
        """Let nothing through but files."""
        self.context.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: route.abort())

    def open(self, path: Path) -> Any:
        self.cut()
        self.page.goto(path.as_uri())
        self.page.locator(".map-drawing.over circle").first.wait_for(state="attached")
        return self.page

    def only_asked_for(self, path: Path) -> bool:
        return [url for url in self.asked if not url.startswith(("data:", "blob:"))] == [path.as_uri()]


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    made = Watched(browser)
    yield made
    made.context.close()


def through_all(page: Any) -> None:
    """Scroll through the page, so that everything is drawn."""
    bottom = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, bottom + 900, 450):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(50)


def date_shown(page: Any) -> str:
    return str(page.locator(".timeline .date").inner_text())


@needs_chromium
def test_the_report_opens_from_disk_without_a_network(watched: Watched, report: Path) -> None:
    page = watched.open(report)
    through_all(page)
    assert "Exodus from northern Aleppo" in page.locator("h1").inner_text()
    assert page.locator("figure svg:not(.swatch)").count() >= 9
    assert watched.only_asked_for(report)
    assert watched.said == []
    marks = dict(page.evaluate("performance.getEntriesByType('mark').map(m => [m.name, m.startTime])"))
    assert marks["onward-map"] < 1000 * SECONDS_TO_RENDER


@needs_chromium
def test_it_is_played_through_by_keyboard_alone(watched: Watched, report: Path) -> None:
    page = watched.open(report)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.frame')"):
            break
    assert page.evaluate("document.activeElement.matches('.frame')")
    page.keyboard.press("Home")
    assert date_shown(page) == "15 January 2016"
    page.keyboard.press("ArrowRight")
    assert date_shown(page) == "16 January 2016"
    page.keyboard.press(" ")
    page.locator("button[aria-label=Pause]").wait_for()
    page.locator(".timeline .date", has_text="31 March 2016").wait_for(timeout=60_000)
    page.locator("button[aria-label=Play]").wait_for()
    page.keyboard.press("ArrowLeft")
    assert date_shown(page) == "30 March 2016"
    page.keyboard.press("End")
    assert date_shown(page) == "31 March 2016"
    assert watched.said == []


@needs_chromium
def test_a_place_is_pinned_by_pointer_and_by_the_list(watched: Watched, report: Path, data: dict[str, Any]) -> None:
    page = watched.open(report)
    azaz = data["places"]["id"].index("azaz")
    page.locator(f'circle[data-place="{azaz}"]').scroll_into_view_if_needed()
    box = page.locator(f'circle[data-place="{azaz}"]').bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator(".side-title").inner_text() == "Azaz"
    page.locator("#place-choice").select_option(label="Kilis")
    assert page.locator(".side-title").inner_text() == "Kilis"
    page.locator("#place-choice").select_option(label="Azaz")
    homes = page.locator(".who details.home")
    homes.first.locator("summary").click()
    assert "events.csv row" in homes.first.inner_text()
    assert not page.locator(".largest-room").is_visible()
    assert page.locator(".side-chart svg").count() == 1


@needs_chromium
def test_the_switch_shows_units_on_the_map_and_in_the_charts(watched: Watched, report: Path) -> None:
    page = watched.open(report)
    page.locator(".level", has_text="Admin 1").click()
    assert page.locator(".side-title").inner_text() == "All units (admin 1)"
    assert page.locator("#place-choice option", has_text="Idlib").count() == 1
    assert page.locator("#place-choice option", has_text="Azaz").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Admin 1"
    page.locator("figure.of-places").scroll_into_view_if_needed()
    page.locator("figure.of-places tbody th", has_text="Idlib").wait_for()
    assert page.locator("figure.of-places thead th").first.inner_text() == "Unit"
    page.locator(".level", has_text="Places").click()
    page.locator("figure.of-places").scroll_into_view_if_needed()
    page.locator("figure.of-places tbody th", has_text="Atmeh").first.wait_for()
    assert watched.said == []


@needs_chromium
def test_a_need_is_drawn_over_time(watched: Watched, report: Path, data: dict[str, Any]) -> None:
    page = watched.open(report)
    page.locator(".need-chart").scroll_into_view_if_needed()
    page.locator(".need-chart select").nth(1).select_option(label="food, kcal a day")
    page.locator(".need-chart figure", has_text="2100 for each person").locator("svg").wait_for()
    food = next(item for item in data["needs"]["items"] if item["item"] == "food, kcal a day")
    assert (food["each"], food["whole"]) == (2100, False)
    assert watched.said == []


@needs_chromium
@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (cd web && npm ci)")
@pytest.mark.parametrize("width", [1440, 400])
def test_axe_finds_nothing_serious(browser: Any, report: Path, width: int) -> None:
    watched = Watched(browser, viewport={"width": width, "height": 900})
    page = watched.open(report)
    through_all(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    watched.context.close()
    bad = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] != "minor"]
    assert bad == []


@needs_chromium
@pytest.mark.parametrize("width", [1440, 1024, 400])
def test_nothing_is_wider_than_the_screen(browser: Any, report: Path, width: int) -> None:
    watched = Watched(browser, viewport={"width": width, "height": 900})
    page = watched.open(report)
    through_all(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    watched.context.close()
    assert wide <= width


@needs_chromium
def test_labels_of_the_map_do_not_collide(watched: Watched, report: Path) -> None:
    page = watched.open(report)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.map .label')].map(l => { const b = l.getBBox();"
        " return [l.textContent, b.x, b.y + b.height * 0.2, b.x + b.width, b.y + b.height * 0.8]; })"
    )
    assert len(boxes) >= 30
    hits = [
        (a[0], b[0])
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if a[1] < b[3] - 1 and b[1] < a[3] - 1 and a[2] < b[4] - 1 and b[2] < a[4] - 1
    ]
    assert hits == []


@needs_chromium
def test_who_wants_no_motion_gets_none(browser: Any, report: Path) -> None:
    watched = Watched(browser, reduced_motion="reduce")
    page = watched.open(report)
    page.locator("button[aria-label=Play]").click()
    page.locator("button[aria-label=Pause]").wait_for()
    moved = page.evaluate(
        "async () => { const c = document.querySelector('canvas.flows'), day = document.querySelector('.date');"
        " const wait = () => new Promise(r => requestAnimationFrame(r)); await wait();"
        " const one = [c.toDataURL(), day.textContent]; await wait(); const two = [c.toDataURL(), day.textContent];"
        " return one[1] === two[1] && one[0] !== two[0]; }"
    )
    watched.context.close()
    assert not moved


@needs_chromium
def test_one_journey_is_played_on_the_map(watched: Watched, tmp_path: Path) -> None:
    run = onward.simulate("aleppo-2016", engine="individuals", members=1, seed=1)
    report = onward.write_report(run, tmp_path / "journeys.html", route_detail=True)
    page = watched.open(report)
    through_all(page)
    journeys = held(report)["journeys"]
    shown = page.locator("figure.of-itineraries tbody tr")
    assert shown.count() == len(journeys["itineraries"]) > 3
    assert "Who holds the roads can use that against them" in page.locator("#journeys [role=note]").inner_text()
    heads = page.locator("figure.of-stages .sankey-head").all_text_contents()
    assert heads == ["Fled from", "First stop", "Second stop", "Third stop", "Fourth stop"][: len(journeys["columns"])]
    shown.nth(2).get_by_role("button").click()
    page.locator("button[aria-label=Pause]").click()
    assert page.locator("#itinerary-choice").input_value() == "2"
    drawn = "document.querySelector('canvas.flows').toDataURL()"
    page.keyboard.press("End")
    alone = page.evaluate(drawn)
    page.locator("#itinerary-choice").select_option("")
    assert page.evaluate(drawn) != alone
    assert watched.said == []


@needs_chromium
@pytest.mark.parametrize(("figure", "word"), [("of-displaced", "CSV"), ("of-origins", "PNG"), ("of-stages", "SVG")])
def test_a_figure_is_downloaded_without_a_network(watched: Watched, report: Path, figure: str, word: str) -> None:
    page = watched.open(report)
    room = page.locator(f"figure.{figure}")
    room.scroll_into_view_if_needed()
    room.locator("svg").first.wait_for()
    with page.expect_download() as told:
        room.get_by_role("button", name=word).click()
    content = Path(told.value.path()).read_bytes()
    if word == "CSV":
        assert content.decode("utf-8-sig").splitlines()[:2] == ["date,p5,p25,p50,p75,p95", "#date," + ",".join(
            f"#affected+displaced+{level}" for level in ("p5", "p25", "p50", "p75", "p95")
        )]  # fmt: skip
    assert content.startswith({"CSV": "\ufeffdate".encode(), "PNG": b"\x89PNG", "SVG": b"<svg"}[word])
    assert watched.only_asked_for(report)
    assert watched.said == []


@needs_chromium
def test_the_served_page_shows_runs_and_compares_them(browser: Any, data: dict[str, Any]) -> None:
    watched = Watched(browser)
    row = {"place": "azaz", "run": 100.0, "other": 200.0, "mean": 100.0, "p5": 50.0, "p25": 70.0, "p50": 90.0,
           "p75": 120.0, "p95": 150.0, "clear": True}  # fmt: skip
    tables = {name: [row] for name in ("totals", "stock", "arrivals", "claims")}
    entry = {"title": "Exodus", "crisis": "aleppo-2016", "scenario": None, "members": 4, "engine": "cohorts",
             "parameters": "population parameters, gamma=2"}  # fmt: skip
    answers = {
        "/api/runs": [{**entry, "name": name, "created": None} for name in ("one", "two")],
        "/api/runs/one/page": {**data, "name": "one"},
        "/api/runs/two/page": {**data, "name": "two"},
        "/api/runs/one/card": {"title": "Model card", "sections": [{"title": "Use", "text": "None.\n- an item"}]},
        "/api/compare/one/two": {"run": "one", "other": "two", "tables": tables},
    }

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("http://onward.test")
        if path == "/":
            route.fulfill(body=page_html(None), content_type="text/html")
        elif path in answers:
            route.fulfill(body=json.dumps(answers[path]), content_type="application/json")
        else:
            route.fulfill(status=404, body='{"detail": "not here"}', content_type="application/json")

    watched.context.set_offline(False)
    watched.context.route("**/*", answer)
    page = watched.page
    page.goto("http://onward.test/")
    page.locator("h1").wait_for()
    assert "Exodus" in page.locator("h1").inner_text()
    assert page.locator("summary", has_text="Use").count() == 1
    listed = page.locator("#run-one option").all_inner_texts()
    assert listed[0] == "Exodus · population parameters, gamma=2 · 4 members · one"
    assert "As it happened" not in page.locator(".head").inner_text()
    page.locator("#run-two").select_option("two")
    page.locator("article.compare figure.of-difference-stock svg").wait_for()
    assert page.locator("article.compare h1").inner_text() == "one – two"
    assert all(url.startswith("http://onward.test/") for url in watched.asked)
    assert [line for line in watched.said if "404" not in line] == []
    watched.context.close()


@needs_chromium
def test_one_history_is_shown_without_intervals(watched: Watched, report: Path, data: dict[str, Any]) -> None:
    alone = report.with_name("alone.html")
    alone.write_text(page_html({**data, "run": {**data["run"], "members": 1}}), "utf-8")
    page = watched.open(alone)
    through_all(page)
    heads = page.eval_on_selector_all("th[scope=col]", "all => all.map(e => e.textContent)")
    assert "Staying or waiting" in heads
    assert not {"50 %", "90 %", "90 % interval"} & set(heads)
    assert page.locator(".cell-note").first.text_content().strip().replace(",", "").isdigit()


@needs_chromium
def test_the_brief_has_two_pages_and_the_report_prints_uncut(browser: Any, report: Path, data: dict[str, Any]) -> None:
    import io
    import unicodedata

    from pypdf import PdfReader

    short = report.with_name("brief.html")
    short.write_text(page_html({**data, "view": "brief"}), "utf-8")
    page = Watched(browser).page
    page.goto(short.as_uri())
    page.locator(".brief-map svg").first.wait_for()
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) == 2, [sheet.extract_text()[-200:] for sheet in sheets]
    assert float(sheets[0].mediabox.height) == pytest.approx(842, abs=1)  # A4, in points
    words = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    words = unicodedata.normalize("NFKC", words)  # a PDF may write "fi" as one letter
    for part in ("away from home", "people are on the last day", "What this run cannot answer", "reported figures"):
        assert part in words
    page.goto(report.as_uri())
    page.locator("figure.of-displaced").scroll_into_view_if_needed()  # charts are drawn when they come near
    page.locator("figure.of-displaced svg").wait_for()
    page.set_viewport_size({"width": 703, "height": 1000})  # what A4 has between its margins
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    wide = page.eval_on_selector_all(
        ".drawing svg", "all => all.map(e => e.getBoundingClientRect()).filter(r => r.right > innerWidth + 1).length"
    )
    assert wide == 0


def test_the_page_holds_no_other_address() -> None:
    page = page_html(None)
    assert "default-src 'none'" in page
    assert SLOT in page
    assert CARD in page
    for word in ("https://", "cdn", "fonts.googleapis", "/home/", "/work/", "/tmp/"):
        assert word not in page, word


def test_an_old_folder_without_its_crisis_is_refused(tmp_path: Path) -> None:
    run = onward.simulate(onward.read_crisis("aleppo-2016"), members=1, engine="expected")
    with pytest.raises(onward.OnwardError, match=r"crisis/ is missing.*Run again with --overwrite"):
        page_data(run, tmp_path)


def test_data_cannot_end_their_script_element() -> None:
    page = page_html({"run": {"title": "</script><script>alert(1)</script>"}})
    assert "<script>alert(1)" not in page
    assert "\\u003c/script>" in page
