"""Files to text: furniture, encodings, PDF, refusals; nothing in a text crashes the reader."""

from __future__ import annotations

import base64
import io
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.errors import OnwardError
from onward.extraction import extract_facts
from onward.extraction.text import decoded, html_text, read_text
from onward.server.review import read_for_review

PAGE = """<!DOCTYPE html><html><head><title>News</title>
<meta property="article:published_time" content="2016-05-20">
<script>var people = "9,999 people fled";</script></head><body><nav>Home | 5,000 people fled</nav>
<p>On Tuesday <b>4,000 people</b> fled Hama &amp; Homs.</p>
<div class="share-buttons">Share 300 people fled</div>
<p>No comments:</p><p>Post a Comment</p><footer>7,000 people fled</footer></body></html>"""


def test_page_furniture_is_no_content_and_the_pages_day_counts():
    reading = extract_facts(PAGE)
    (fact,) = reading.facts
    assert (fact.value, fact.date) == (4000, "2016-05-17")
    assert reading.text == "On Tuesday 4,000 people fled Hama & Homs."


def test_furniture_is_left_out_of_plain_text():
    assert extract_facts("No comments:\nPost a Comment\nShare this with 300 people fled").facts == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_read(tmp_path, encoding):
    file = tmp_path / "a.txt"
    file.write_bytes("Près de 40 – café".encode(encoding))
    assert read_text(file) == "Près de 40 – café"


def test_broken_bytes_do_not_stop_the_rest():
    assert decoded("Öncüpınar 4,000 ".encode() + b"\xff\xfe" + "ş".encode()).startswith("Öncüpınar 4,000 ")


def test_a_huge_file_is_refused_politely(tmp_path):
    file = tmp_path / "huge.txt"
    with file.open("wb") as out:
        out.truncate(50_000_001)
    with pytest.raises(OnwardError, match="Cut it into files of at most 50 MB"):
        read_text(file)


def test_a_huge_text_is_refused_politely():
    with pytest.raises(OnwardError, match="Cut it into reports of at most 50 MB"):
        extract_facts("a" * 50_000_001)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(OnwardError, match="there is no such file"):
        read_text(tmp_path / "none.txt")


def pdf_of(lines: list[str]) -> bytes:
    """A PDF of one page, written by hand."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 50 700 Td {shown}ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, starts = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{s:010d} 00000 n \n" for s in starts)
    tail = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 6\n0000000000 65535 f \n{table}{tail}".encode()


def test_pdf_is_read_through_pypdf(tmp_path):
    pytest.importorskip("pypdf", reason="pypdf is optional")
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of(["Some 4,000 people fled Hama", "on 5 May 2016."]))
    (fact,) = extract_facts(read_text(file)).facts
    assert (fact.value, fact.date) == (4000, "2016-05-05")


def test_a_broken_pdf_is_told(tmp_path):
    pytest.importorskip("pypdf", reason="pypdf is optional")
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(OnwardError, match="Give plain text"):
        read_text(file)


def test_pdf_without_pypdf_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of(["text"]))
    with pytest.raises(OnwardError, match="needs pypdf"):
        read_text(file)


WORDS = (
    *(
        "4,000",
        "several thousand",
        "people",
        "fled",
        "displaced",
        "families",
        "(",
        ")",
        '"',
        "said",
        "Hama",
        "the",
    ),
    *(
        "on",
        "3 May",
        "Tuesday",
        "killed",
        "and",
        ",",
        ".",
        "border",
        "closed",
        "if",
        "of them",
        "between",
        "-",
        "\n",
    ),
    *("\x00", "\ufffd", "<p>", "9" * 30, "million million", "%s", "{0}", "عزاز", "their borders", "there"),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=60), st.booleans())
def test_nothing_in_a_text_crashes_the_reader(words, spaced):
    text = (" " if spaced else "").join(words)
    reading = extract_facts(text, "2016-05-20")
    for fact in reading.facts:
        assert 0 <= fact.start <= fact.end <= len(reading.text)
        assert fact.low is None or fact.high is None or fact.low <= fact.high
    reading.to_dict()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>/pdivscript &#;!-x\"'=", max_size=200))
def test_no_markup_crashes_the_reader(page):
    html_text(page)
    extract_facts(f"<p>{page}")


def test_long_monotonous_texts_take_no_time_to_speak_of():
    chooser = random.Random(3)
    for word in (*WORDS, "1 ", "A ", '"', "((", "one "):
        extract_facts((word + " ") * 3000 + chooser.choice(WORDS))


def test_a_pdf_is_reviewed_page_by_page():
    pypdf = pytest.importorskip("pypdf", reason="pypdf is optional")
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for lines in (["Some 900 people fled Hama."], ["Of these, 40 per cent are children."]):
        writer.append(io.BytesIO(pdf_of(lines)))
    writer.write(out)
    read = read_for_review("", pdf=base64.b64encode(out.getvalue()).decode())
    assert read["text"].count("\f") == 1
    assert [(f["value"], f["unit"], f["part_of"]) for f in read["facts"]] == [
        (900, "people", None),
        (40, "percent", "f1"),
    ]


def test_what_is_no_base64_is_refused():
    with pytest.raises(OnwardError, match="the PDF is not in Base64"):
        read_for_review("", pdf="not base64!")
