"""Measure fact extraction: the bench of situation reports, labelled excerpts, speed, mutated texts.

    python benchmarks/reading.py [--reports FOLDER] [--nlp PIPELINE] [--mutations 10000] [--sample 100]

The bench lies in tests/extraction/bench; the other labelled texts are for measuring only and are not part of this
repository.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onward.extraction import KINDS, Fact, extract_facts
from onward.extraction.normal import fold

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "reports"
SEED_DATE = "2016-02-13"
IOU = 0.5
BENCH = Path(__file__).resolve().parents[1] / "tests" / "extraction" / "bench"

Reader = Callable[..., Any]


@dataclass(frozen=True)
class Words:
    """The vocabulary: which indicators and families a gold word matches."""

    indicators: dict[str, set[str]]
    families: dict[str, set[str]]
    family: dict[str, str]


def vocabulary(folder: Path) -> Words:
    """Read vocabulary.csv."""
    words = Words({}, {}, {})
    with (folder / "vocabulary.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            words.family[f"{row['kind']}.{row['indicator']}"] = row["family"]
            for gold in row["gold words"].split():
                words.indicators.setdefault(gold, set()).add(row["indicator"])
                words.families.setdefault(gold, set()).add(row["family"])
    return words


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Intersection over union of two spans."""
    inter = min(a[1], b[1]) - max(a[0], b[0])
    return inter / (max(a[1], b[1]) - min(a[0], b[0])) if inter > 0 else 0.0


def matched(facts: Iterable[Fact], gold: list[dict[str, Any]]) -> dict[str, Fact]:
    """One-to-one: the best overlaps first, kinds equal, at least half of the union shared."""
    pairs = [
        (overlap((f.start, f.end), (g["start"], g["end"])), i, g["id"], f)
        for i, f in enumerate(facts)
        for g in gold
        if f.kind == g["type"]
    ]
    found: dict[str, Fact] = {}
    used: set[int] = set()
    for score, i, name, fact in sorted(pairs, key=lambda p: -p[0]):
        if score >= IOU and i not in used and name not in found:
            found[name] = fact
            used.add(i)
    return found


def seed(folder: Path, reader: Reader = extract_facts) -> dict[str, Any]:
    """The figures on the seed article."""
    text = (folder / "seed.txt").read_text("utf-8")
    gold = json.loads((folder / "seed-gold.json").read_text("utf-8"))
    words = vocabulary(folder)
    reading = reader(text, SEED_DATE)
    found = matched(reading.facts, gold["facts"])
    core = [g for g in gold["facts"] if g["core"]]
    figures = [g for g in core if g.get("quantity") or g.get("quantity_low")]
    return {
        "facts": len(reading.facts),
        "quotes true": all(text[f.start : f.end] == f.quote for f in reading.facts),
        "core recall": sum(g["id"] in found for g in core) / len(core),
        "core missed": [g["id"] for g in core if g["id"] not in found],
        "precision": len(found) / len(reading.facts),
        "not gold": [f.quote for f in reading.facts if f not in found.values()],
        "figures whole": [g["id"] for g in figures if g["id"] in found and whole(found[g["id"]], g, words)],
        "figures asked": [g["id"] for g in figures],
        "forbidden": forbidden(text, reading.facts),
        "itineraries": reading.itineraries(),
    }


def whole(fact: Fact, gold: dict[str, Any], words: Words) -> bool:
    """Whether value or interval, indicator and attribution are right on one fact."""
    value = gold.get("quantity")
    number = (
        fact.value == value
        if value is not None
        else (fact.low, fact.high)
        == (
            gold["quantity_low"],
            gold["quantity_high"],
        )
    )
    said, says = fold(gold["attribution"]), fold(fact.attribution)
    speaker = said.startswith(says) or all(w in says for w in said.split())
    return number and fact.indicator in words.indicators[gold["indicator"]] and speaker


def forbidden(text: str, facts: Iterable[Fact]) -> list[str]:
    """Facts that the gold says must not be made."""
    years = text.find("five years of civil war")
    held = text.find("areas held by so-called Islamic State")
    border = text.find("washed up against its borders")
    wrong = []
    for fact in facts:
        inside = years <= fact.start and fact.end <= years + 23
        attack = fact.kind == "attack" and fact.start < held + 37 and held < fact.end
        closed = fact.indicator == "closed" and fact.start < border + 29 and border < fact.end
        if inside or attack or closed or (fact.value == 5):
            wrong.append(fact.quote)
    return wrong


def dev(file: Path, reader: Reader = extract_facts) -> dict[str, Any]:
    """The figures on labelled excerpts: recall of figures, family, places."""
    words = vocabulary(file.parent if (file.parent / "vocabulary.csv").exists() else SHARED)
    count = dict.fromkeys(("figures", "found", "family", "places", "attached", "in text", "attached in text"), 0)
    missed = []
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        facts = reader(row["text"]).facts
        for gold in row["facts"]:
            if gold["quantity"] is None:
                continue
            count["figures"] += 1
            fits = [f for f in facts if gold["quantity"] in (f.value, f.low, f.high)]
            best = max(fits, key=lambda f: _family(f, gold, words), default=None)
            if best is None:
                missed.append((row["id"], gold["indicator"], gold["quantity"]))
                continue
            count["found"] += 1
            count["family"] += _family(best, gold, words)
            _count_places(count, row["text"], best, gold)
    return {
        "figures": count["figures"],
        "recall": count["found"] / count["figures"],
        "family": count["family"] / count["found"],
        "places attached": count["attached"] / count["places"],
        "places attached, of those in the text": count["attached in text"] / count["in text"],
        "missed": missed,
    }


def _family(fact: Fact, gold: dict[str, Any], words: Words) -> bool:
    return words.family[f"{fact.kind}.{fact.indicator}"] in words.families[gold["indicator"]]


def _count_places(count: dict[str, int], text: str, fact: Fact, gold: dict[str, Any]) -> None:
    names = {fold(p.name) for p in fact.places} | {fold(c.name) for p in fact.places for c in p.candidates[:1]}
    for place in gold["places"]:
        label = fold(place)
        there = label in fold(text)
        hit = any(label in n or n in label for n in names if n)
        count["places"] += 1
        count["attached"] += hit
        count["in text"] += there
        count["attached in text"] += hit and there


def bench(folder: Path = BENCH, half: str = "", reader: Reader = extract_facts) -> dict[str, Any]:
    """Score the bench of situation reports; `half` is "tune", "held-out", or empty for both.

    A figure is found where value (or both bounds) and unit agree and, but for HTML, the spans touch. Precision is
    the share of all facts with a figure that some label explains.
    """
    words = vocabulary_of_kinds()
    count: Counter[str] = Counter()
    missed: list[str] = []
    wrong: list[str] = []
    for file in sorted(folder.glob("*.json")):
        case = json.loads(file.read_text("utf-8"))
        if half and case["half"] != half:
            continue
        text = (folder / case["file"]).read_text("utf-8")
        facts = [f for f in reader(text, case["report_date"]).facts if f.unit is not None]
        pairs = _explained(facts, case["figures"], case["file"].endswith(".html"))
        _count_case(count, facts, case["figures"], pairs, words)
        missed += [f"{file.stem} {text[g['start'] : g['end']]!r}" for g in case["figures"] if g["id"] not in pairs]
        wrong += [f"{file.stem} {f.indicator} {f.value} {f.unit} {f.quote!r}" for f in facts if f not in pairs.values()]
    return {
        "figures": count["gold"],
        "recall": count["found"] / count["gold"],
        "precision": 1 - len(wrong) / count["facts"],
        "family": count["family"] / count["found"],
        "attribution": count["attribution"] / count["found"],
        "places": count["placed"] / count["places"],
        "part of": count["part"] / max(1, count["parts"]),
        "dates": count["dated"] / max(1, count["dates"]),
        "missed": missed,
        "wrong": wrong,
    }


def vocabulary_of_kinds() -> dict[str, str]:
    """The family of each indicator of the reader: what is counted, whatever the verb."""
    stocks = ("stock", "hosted", "sheltered", "at_border")
    return {
        f"{kind}.{name}": ("stock" if name in stocks else name if name == "capacity" else "flow")
        if kind == "displacement"
        else kind
        for kind, names in KINDS.items()
        for name in names
    }


def _explained(facts: list[Fact], gold: list[dict[str, Any]], unplaced: bool) -> dict[str, Fact]:
    """The fact of each label, by the figure, its unit and where it stands; a repeated figure has several labels."""
    found: dict[str, Fact] = {}
    used: set[tuple[int, int]] = set()
    for label in gold:
        for i, fact in enumerate(facts):
            spots = [(fact.start, fact.end), *fact.mentions]
            touching = [n for n, (a, b) in enumerate(spots) if a < label["end"] and label["start"] < b]
            spot = 0 if unplaced else next((n for n in touching if (i, n) not in used), -1)
            if spot >= 0 and (i, spot) not in used and _same_figure(fact, label):
                found[label["id"]] = fact
                used.add((i, spot))
                break
    return found


def _same_figure(fact: Fact, label: dict[str, Any]) -> bool:
    if fact.unit != label["unit"]:
        return False
    if label["value"] is not None:
        return any(abs(v - label["value"]) <= 0.004 * label["value"] for v in (fact.value, fact.low, fact.high) if v)
    bounds = [(a, b) for a, b in ((fact.low, label["low"]), (fact.high, label["high"])) if b is not None]
    return all(a == b for a, b in bounds)


def _count_case(
    count: Counter[str],
    facts: list[Fact],
    gold: list[dict[str, Any]],
    pairs: dict[str, Fact],
    words: dict[str, str],
) -> None:
    count["gold"] += len(gold)
    count["facts"] += len(facts)
    for label in gold:
        fact = pairs.get(label["id"])
        if fact is None:
            continue
        count["found"] += 1
        count["family"] += words[f"{fact.kind}.{fact.indicator}"] in {words[k] for k in label["indicator"]}
        said, says = fold(label["attribution"] or "author"), fold(fact.attribution)
        count["attribution"] += said in says or says in said
        names = [fold(p.name) for p in fact.places]
        count["places"] += len(label["places"])
        count["placed"] += sum(any(fold(p) in n or n in fold(p) for n in names if n) for p in label["places"])
        count["dates"] += label["date"] is not None
        count["dated"] += label["date"] is not None and label["date"] == fact.date
        if label["part_of"] in pairs:
            count["parts"] += 1
            count["part"] += fact.part_of == pairs[label["part_of"]].id


def speed(folder: Path, pages: int = 1000, reader: Reader = extract_facts) -> dict[str, float]:
    """Seconds for so many pages of 3,000 characters, made of the labelled excerpts in changing order."""
    texts = [json.loads(x)["text"] for x in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    chooser = random.Random(1)
    made = []
    for _ in range(pages // 10):
        report = ""
        while len(report) < 30_000:
            report += chooser.choice(texts) + "\n"
        made.append(report[:30_000])
    reader("Forty people fled Aleppo.")  # loads the gazetteer
    begin, worked = time.perf_counter(), time.process_time()
    facts = sum(len(reader(text, SEED_DATE).facts) for text in made)
    taken, worked = time.perf_counter() - begin, time.process_time() - worked
    return {"pages": pages, "seconds": round(taken, 1), "of these at work": round(worked, 1), "facts": facts}


_SCRAPS = (
    *(
        "\x00",
        "\ufffd",
        "(",
        ")",
        '"',
        "“",
        "1,000",
        "two thousand",
        "<p>",
        "</",
        "&amp;",
        "\n",
        "- ",
        "%",
        "€",
        "hundreds of",
    ),
    *(
        "0" * 40,
        "a" * 300,
        "((((",
        "..",
        " and ",
        " of ",
        "\u202e",
        "é",
        "عزاز",
        "{0}",
        "%s",
        "__import__('os')",
        "9" * 20 + " million",
    ),
)


def mutated(text: str, chooser: random.Random) -> str:
    """A text with random cuts, swaps, repeats and scraps."""
    for _ in range(chooser.randint(1, 12)):
        at, to = sorted(chooser.randrange(len(text) + 1) for _ in range(2))
        action = chooser.randrange(4)
        if action == 0:
            text = text[:at] + text[min(to, at + 60) :]
        elif action == 1:
            text = text[:at] + chooser.choice(_SCRAPS) + text[at:]
        elif action == 2:
            text = text[:to] + text[at : min(to, at + 200)] + text[to:]
        else:
            text = text[:at] + text[at:to][::-1] + text[to:]
    return text


def robust(folder: Path, number: int, reader: Reader = extract_facts) -> dict[str, Any]:
    """Read mutated texts; every offset must hold, nothing may raise or take longer than 5 seconds."""
    texts = [json.loads(x)["text"] for x in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    texts.append((folder / "seed.txt").read_text("utf-8"))
    chooser = random.Random(2)
    slowest, faults = 0.0, 0
    for _ in range(number):
        text = mutated(chooser.choice(texts), chooser)
        begin = time.perf_counter()
        reading = reader(text, SEED_DATE)
        slowest = max(slowest, time.perf_counter() - begin)
        faults += sum(not (0 <= f.start <= f.end <= len(reading.text)) for f in reading.facts)
    return {"texts": number, "crashes": 0, "offset faults": faults, "slowest seconds": round(slowest, 2)}


def sample(folder: Path, number: int, reader: Reader = extract_facts) -> list[str]:
    """Facts for checking precision by hand: drawn with a fixed seed over all excerpts, ids given."""
    every = []
    for line in (folder / "dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for fact in reader(row["text"]).facts:
            number_text = fact.value if fact.value is not None else (fact.low, fact.high)
            places = ", ".join(f"{p.role} {p.name}" for p in fact.places)
            cells = (
                f"{row['id']}#{fact.id}",
                f"{fact.kind}.{fact.indicator}",
                f"{number_text} {fact.unit}",
                *(fact.modality, fact.attribution, str(fact.date_text), places, fact.quote),
            )
            every.append("\t".join(cells))
    return random.Random(100).sample(every, min(number, len(every)))


def main() -> None:
    """Print every figure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reports", type=Path, default=SHARED)
    options.add_argument("--nlp", default=None)
    options.add_argument("--mutations", type=int, default=0)
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--pages", type=int, default=1000)
    given = options.parse_args()
    reader: Reader = extract_facts
    if given.nlp:
        from functools import partial

        from onward.extraction.pipeline import load_pipeline

        reader = partial(extract_facts, nlp=load_pipeline(given.nlp))
    for half in ("tune", "held-out"):
        for name, value in bench(half=half, reader=reader).items():
            print(f"bench {half} {name}: {value}")
    for name, value in seed(given.reports, reader).items():
        print(f"seed  {name}: {value}")
    for name, value in dev(given.reports / "dev.jsonl", reader).items():
        print(f"dev   {name}: {value}")
    if given.pages:
        print("speed", speed(given.reports, given.pages, reader))
    if given.mutations:
        print("mutated", robust(given.reports, given.mutations, reader))
    for line in sample(given.reports, given.sample, reader):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
