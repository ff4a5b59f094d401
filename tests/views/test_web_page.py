"""The served page in Debian's Chromium: what-ifs, comparison and review, without a word from elsewhere."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from onward.runs.notes import read_notes
from onward.server.pages import _page_data, served_page
from views.live_server import served, write_small_run

pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test)")

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
REPORT = "About 5,000 people fled Marea for Azaz on 8 July 2016, the radio reported. Russian air strikes hit Azaz."

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("page") / "base")


@contextmanager
def opened(browser: Any, base: Path, folder: Path, *, token: str = "", refused: int = 0) -> Iterator[Any]:
    """The page of a server, which must ask nobody else for anything and tell its console of refusals only."""
    with served(base, folder, token=token, page=served_page, page_data=_page_data) as client:
        address = str(client.base_url)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page, asked, said = context.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: said.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address + (f"/?token={token}" if token else "/"))
        page.locator(".report").wait_for()
        yield page
        context.close()
        assert [words for words in said if "status of 422" not in words] == []
        assert len(said) == refused
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_note_is_written_answered_and_resolved_on_the_page(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path) as page:
        notes = page.locator("#notes")
        notes.get_by_label("On").select_option("run")
        notes.get_by_label("Your name (kept with the note)").fill("Ana")
        notes.get_by_label("Note", exact=True).fill("Is the gate <b>really</b> shut?")
        notes.get_by_role("button", name="Add the note").click()
        notes.locator(".thread p", has_text="Is the gate <b>really</b> shut?").wait_for()
        notes.locator(".answering input").fill("Yes, since May")
        notes.get_by_role("button", name="Answer").click()
        notes.locator(".thread p", has_text="Yes, since May").wait_for()
        notes.get_by_role("button", name="Resolve").click()
        notes.locator(".thread.closed").wait_for()
    assert [(note.by, note.reply, note.resolve) for note in read_notes(base)] == [
        ("Ana", None, False), ("Ana", 1, False), ("Ana", 1, True),
    ]  # fmt: skip


def opened_panel(page: Any, name: str) -> Any:
    page.locator(f"#panel-{name} > summary").click()
    return page.locator(f"#panel-{name}")


def serious(page: Any) -> list[str]:
    """What axe finds that is serious or critical."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci in web/)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]


def test_a_what_if_is_run_and_compared_from_the_page(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path) as page:
        panel = opened_panel(page, "whatif")
        panel.locator("fieldset").first.wait_for()
        panel.get_by_label("What if").fill("Ceasefire & an open gate, 5 July")
        panel.get_by_role("group", name="Ceasefire").get_by_label("From").fill("2016-07-05")
        panel.get_by_label("Rule of").select_option("quota")
        panel.get_by_label("People a day at").fill("500")
        panel.get_by_role("group", name="A camp more").get_by_label("Name").fill("New camp")
        panel.get_by_role("button", name="Run it").click()
        panel.get_by_role("button", name="Compare Ceasefire").click(timeout=120_000)
        page.locator(".compare h1").wait_for()
        assert "Ceasefire & an open gate" in page.locator(".compare h1").inner_text()
        chosen = "document.querySelector('#run-two').value === 'ceasefire-an-open-gate-5-july'"
        page.wait_for_function(chosen)  # it is chosen after the heading is there
        assert page.locator(".compare .problem").count() == 0
    from onward import read_run

    steps = read_run(tmp_path / "ceasefire-an-open-gate-5-july").about["scenario"]["intervention"]
    assert [step["do"] for step in steps] == ["freeze_control", "scale_events", "set_gate", "add_camp"]
    assert (steps[1]["factor"], steps[2]["people_per_day"], steps[3]["place"]) == (0.05, 500, "new_camp")


def test_what_is_wrong_with_a_what_if_is_told(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path, refused=1) as page:
        panel = opened_panel(page, "whatif")
        panel.locator("fieldset").first.wait_for()
        run, told = panel.get_by_role("button", name="Run it"), panel.get_by_role("alert")
        run.click()
        assert "Say in a few words what is different" in told.inner_text()
        panel.get_by_label("What if").fill("<b>nothing</b>")
        run.click()
        assert "Nothing is changed yet" in told.inner_text()
        panel.get_by_label("Times as many").fill("0.5")
        panel.get_by_role("group", name="Attacks").get_by_label("From").fill("2016-07-20")
        panel.get_by_role("group", name="Attacks").get_by_label("To").fill("2016-07-10")
        run.click()
        told.get_by_text("is before start").wait_for()
        assert page.locator("b:text-is('nothing')").count() == 0


def test_a_report_is_reviewed_by_keyboard_alone(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path) as page:
        page.locator("#panel-review > summary").focus()
        page.keyboard.press("Enter")
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
                break
        page.keyboard.insert_text(REPORT)
        while page.evaluate("document.activeElement.textContent") != "Read it":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(".fact-card").first.wait_for()
        assert page.locator(".read-text").inner_text().strip() == REPORT
        while not page.evaluate("document.activeElement.matches('.fact-card')"):
            page.keyboard.press("Tab")
        assert page.locator("mark.on").count() >= 1
        page.keyboard.press("a")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("n")
        page.keyboard.insert_text("=who says so?")
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        assert "2 decided, 1 accepted" in page.locator(".review-state").inner_text()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download evidence.csv").click()
        rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["decision"] for row in rows[:2]] == ["accept", "reject"]
    assert (rows[0]["origin"], rows[0]["value"]) == ("marea", "5000")
    assert rows[1]["note"] == "'=who says so?"


def test_a_correction_is_in_the_csv(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path) as page:
        panel = opened_panel(page, "review")
        panel.get_by_label("Text of the report").fill("😀 " + REPORT)
        panel.get_by_role("button", name="Read it").click()
        card = panel.locator(".fact-card").first
        card.get_by_role("button", name="Correct").click()
        card.get_by_label("value").fill("4500")
        card.get_by_label("origin").select_option("tall_rifat")
        assert "1 accepted or corrected" in panel.locator(".review-state").inner_text()
        quotes = panel.locator(".fact-card blockquote").all_inner_texts()
        marked = "".join(panel.locator("mark").all_inner_texts())
        assert quotes[0] in marked  # offsets count letters, not the halves that JavaScript counts
        with page.expect_download() as download:
            panel.get_by_role("button", name="Download evidence.csv").click()
        rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert (rows[0]["decision"], rows[0]["value"], rows[0]["origin"]) == ("correct", "4500", "tall_rifat")


def pdf_in_pages(*pages: str) -> bytes:
    """A PDF with a page of lines for each text."""
    import pypdf

    from extraction.test_text import pdf_of

    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for lines in pages:
        writer.append(io.BytesIO(pdf_of(lines.split("\n"))))
    writer.write(out)
    return out.getvalue()


def test_parts_totals_tables_and_the_pages_of_a_pdf_are_shown(browser: Any, base: Path, tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="pypdf is optional")
    first = "Some 900 people fled Marea, of whom 200 stay in schools and 850 in camps."
    second = "Town | IDPs\nAzaz | 410\nMarea | 130\nTotal | 540\nOf all IDPs, 25 per cent are children."
    (tmp_path / "two.pdf").write_bytes(pdf_in_pages(first, second))
    with opened(browser, base, tmp_path) as page:
        panel = opened_panel(page, "review")
        panel.get_by_label("… or a file").set_input_files(tmp_path / "two.pdf")
        page.wait_for_function("document.querySelector('#panel-review input[type=text]').value === 'two.pdf'")
        panel.get_by_role("button", name="Read it").click()
        panel.locator(".fact-card").first.wait_for()
        assert panel.locator(".page-mark").all_inner_texts() == ["page 1", "page 2"]
        assert panel.locator(".table-row").count() >= 3
        cards = [words.replace("\n", " ") for words in panel.locator(".fact-card").all_inner_texts()]
        assert "Parts: f2 (sheltered 200 people), f3 (sheltered 850 people), 1,050 together: more than this" in cards[0]
        assert "Part of f1 (newly displaced 900 people)" in cards[1]
        assert "Parts: f4 (stock 410 people), f5 (stock 130 people), 540 together." in cards[5]
        assert "Share of f6 (stock 540 people), which makes 135 people" in cards[6]
        panel.locator("#card-f4").get_by_role("link", name="f6").click()
        assert page.evaluate("document.activeElement.id") == "card-f6"
        assert serious(page) == []


def test_axe_finds_nothing_serious(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path) as page:
        opened_panel(page, "whatif").locator("fieldset").first.wait_for()
        panel = opened_panel(page, "review")
        panel.get_by_label("Text of the report").fill(REPORT)
        panel.get_by_role("button", name="Read it").click()
        panel.locator(".fact-card").first.get_by_role("button", name="Correct").click()
        for act, number in (("Accept", 0), ("Reject", 1)):
            panel.locator(".fact-card").nth(number).get_by_role("button", name=act).click()
        assert serious(page) == []


def test_a_page_with_a_token_works_with_it(browser: Any, base: Path, tmp_path: Path) -> None:
    with opened(browser, base, tmp_path, token="secret") as page:
        panel = opened_panel(page, "review")
        panel.get_by_label("Text of the report").fill(REPORT)
        panel.get_by_role("button", name="Read it").click()
        panel.locator(".fact-card").first.wait_for()
        with page.expect_download():
            panel.get_by_role("button", name="Download evidence.csv").click()


def test_a_stopped_what_if_is_told(browser: Any, base: Path, tmp_path: Path) -> None:
    import threading

    go = threading.Event()

    def slow(*_: object, folder: Path, progress: Any, **__: object) -> None:
        while not go.wait(0.02):
            progress("run", 1, 2)

    with served(base, tmp_path, fake=slow, page=served_page, page_data=_page_data) as client:
        page = browser.new_page()
        page.goto(str(client.base_url))
        panel = opened_panel(page, "whatif")
        panel.locator("fieldset").first.wait_for()
        panel.get_by_label("What if").fill("Half")
        panel.get_by_label("Times as many").fill("0.5")
        panel.get_by_role("button", name="Run it").click()
        panel.get_by_text("1 of 2 members").wait_for()
        panel.get_by_role("button", name="Stop Half").click()
        panel.get_by_text("cancelled").first.wait_for()
        assert panel.get_by_role("button", name="Stop Half").count() == 0
        page.close()
