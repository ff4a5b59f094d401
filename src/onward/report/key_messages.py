"""Key messages: how many, where, when, how certain, compared with what, and what the model cannot answer."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from onward.evaluation.fitness import Fitness
from onward.report.page_figures import two_digits
from onward.typing import Floats

DISCLAIMER = (
    "The boundaries and names shown and the designations used on this map do not imply official endorsement or "
    "acceptance by the United Nations."
)
#: where docs/explanation/model.md says the model is naive
LIMITS = (
    "Ages, sexes, households and incomes change nobody's choices. How many are women or children is "
    "said only where the crisis gives their shares.",
    "The model assumes that everybody knows yesterday's queues and every open road.",
    "People react to a siege when it has begun; they do not foresee one.",
    "A place is one point: an attack concerns all of its people alike, and in a larger place a smaller share leaves.",
    "The front is known only as who holds which place, and by the roads between them.",
    "Attacks and who holds what are inputs, taken from the crisis folder. The run does not forecast the war.",
    "It is not known where those who were displaced before the first day came from.",
    "Intervals cover only the uncertainty that was drawn, not what the model leaves out.",
)
#: the ratio of p95 to p5 up to which a figure is called so (own choice)
_SURE = ((1.5, "fairly sure"), (2.5, "unsure"), (5.0, "very unsure"), (float("inf"), "hardly known"))


def words(people: float) -> str:
    """Format people to two significant digits.

    Examples
    --------
    >>> words(123456), words(7.2)
    ('120,000', '7')
    """
    return f"{int(two_digits(np.array(people))):,}"


def day_words(day: dt.date) -> str:
    """Format a day in words.

    Examples
    --------
    >>> day_words(dt.date(2016, 2, 3))
    '3 February 2016'
    """
    return f"{day.day} {day:%B %Y}"


def interval(values: Floats) -> str:
    """Format the median and 90 % interval in words; with one member, only the figure.

    Examples
    --------
    >>> interval(np.array([100.0, 200.0]))
    '150 (90 %: 110 to 200)'
    """
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return words(middle) + (f" (90 %: {words(low)} to {words(high)})" if values.size > 1 else "")


def sureness(values: Floats) -> str:
    """Describe how certain a figure is, from the width of its 90 % interval.

    Examples
    --------
    >>> sureness(np.array([100.0, 110.0])), sureness(np.array([10.0, 1000.0]))
    ('fairly sure', 'hardly known')
    """
    low, high = np.quantile(values, (0.05, 0.95))
    ratio = high / low if low > 0 else float("inf")
    return next(word for limit, word in _SURE if ratio <= limit)


def headline(
    about: Mapping[str, Any], names: Sequence[str], *, away: Floats, stock: Floats, left: Floats, times: Floats,
    claims: Sequence[Mapping[str, Any]], fitness: Fitness, units: str = "places",
) -> list[dict[str, str]]:  # fmt: skip
    """Answer the six questions of the key messages.

    ``away`` is ``[m, t]``; ``stock`` and ``left`` (who left home that day) ``[m, p, t]``; ``times`` ``[m, class, t]``;
    ``units`` is what the rows of places are called.
    """
    start, end = (dt.date.fromisoformat(about[key]) for key in ("start", "end"))
    return [
        {"question": "How many", "answer": _how_many(end, start, away, left, times)},
        {"question": "Where", "answer": _where(end, names, stock, units)},
        {"question": "When", "answer": _when(start, left)},
        {"question": "How sure", "answer": _how_sure(about, away, stock, fitness, units)},
        {"question": "Compared with what was reported", "answer": _compared(claims, fitness)},
        {"question": "What this run cannot answer", "answer": _cannot(claims)},
    ]


def _how_many(end: dt.date, start: dt.date, away: Floats, left: Floats, times: Floats) -> str:
    text = (
        f"{interval(away[:, -1])} people are away from home on {day_words(end)}. "
        f"{interval(left.sum(axis=(1, 2)))} departures from home were simulated since {day_words(start)}."
    )
    if times.shape[1] > 1 and times.any():
        text += f" {interval(times[:, 1:, -1].sum(axis=1))} people have been displaced twice or more."
    return text


def _where(end: dt.date, names: Sequence[str], stock: Floats, units: str) -> str:
    last = stock[:, :, -1]
    most = [p for p in np.argsort(-np.median(last, axis=0), kind="stable")[:4] if np.median(last[:, p]) > 0]
    if not most:
        return f"Nobody is displaced in any of the {units} on {day_words(end)}."
    share = float(np.median(last[:, most].sum(axis=1) / np.maximum(1.0, last.sum(axis=1))))
    listed = "; ".join(f"{names[p]}: {interval(last[:, p])}" for p in most)
    return (
        f"The {units} with most displaced people are {listed}. Together they have {share:.0%} of all who stay or wait."
    )


def _when(start: dt.date, left: Floats) -> str:
    daily = left.sum(axis=1)
    if not daily.any():
        return "Nobody left home in the period."
    peak = daily.argmax(axis=1)
    most = int(np.median(peak))
    cumulative = np.median(np.cumsum(daily, axis=1) / np.maximum(1.0, daily.sum(axis=1, keepdims=True)), axis=0)
    half = int(np.argmax(cumulative >= 0.5))
    early, late = (start + dt.timedelta(days=int(d)) for d in np.quantile(peak, (0.05, 0.95), method="nearest"))
    peak_day = day_words(start + dt.timedelta(days=most))
    text = f"The day on which most people left home is {peak_day}"
    if len(daily) > 1:
        text += f" in the median history ({early.day} {early:%B} to {late.day} {late:%B} in 90 % of them)"
    return f"{text}. Half of all departures had happened by {day_words(start + dt.timedelta(days=half))}."


def _how_sure(about: Mapping[str, Any], away: Floats, stock: Floats, fitness: Fitness, units: str) -> str:
    if len(away) < 2:
        return f"{fitness.verdict} This run is one simulated history, so its figures have no intervals."
    held = (
        "The model's own parameters were fixed, so every interval is too narrow."
        if about.get("parameters") == "fixed"
        else "The model's parameters were drawn too."
    )
    sure = _sure_words(away, stock, units) if fitness.may_be_sure else _spread_words(away)
    return (
        f"{fitness.verdict} {held} {sure} Intervals come from {len(away)} simulated histories; nine in ten of them lie "
        "inside. A simulation is not a count."
    )


def _sure_words(away: Floats, stock: Floats, units: str) -> str:
    """Describe how certain the figures of a tested run are."""
    last = stock[:, :, -1]
    largest = np.argsort(-np.median(last, axis=0), kind="stable")[:10].tolist()
    common = Counter(sureness(last[:, p]) for p in largest).most_common(1)[0][0]
    return f"The total is {sureness(away[:, -1])}{_span(away)}; of the ten largest {units} most are {common}."


def _spread_words(away: Floats) -> str:
    """Explain what the interval of an untested run means, and what it does not."""
    return (
        f"How wide its intervals are{_span(away)} says how alike the simulated histories are, not how right they are."
    )


def _span(away: Floats) -> str:
    low, high = np.quantile(away[:, -1], (0.05, 0.95))
    return f" (the total's 90 % interval spans a factor of {high / low:.1f})" if low > 0 else ""


def _compared(claims: Sequence[Mapping[str, Any]], fitness: Fitness) -> str:
    verdicts = Counter(claim["verdict"] for claim in claims)
    judged = sum(n for word, n in verdicts.items() if word != "not modelled")
    if not judged and fitness.level in ("unfit", "unproven", "tested"):
        return " ".join(reason for reason in fitness.reasons if reason.startswith(("Of ", "The intervals")))
    if not judged:
        return "There is no reported figure to compare this run with."
    reached = sum(bool(claim["reaches"]) for claim in claims)
    whole = "1 reported claim" if judged == 1 else f"{judged} reported claims"
    return (
        f"Of {whole} the run's middle value lies inside the reported range for "
        f"{verdicts['inside']}, below it for {verdicts['low']} and above it for {verdicts['high']}. The run's 90 % "
        f"interval reaches the reported range for {reached}. The table of claims names each."
    )


def _cannot(claims: Sequence[Mapping[str, Any]]) -> str:
    unanswered = sum(claim["verdict"] == "not modelled" for claim in claims)
    text = f"{unanswered} of the reported figures cannot be answered by the model. " if unanswered else ""
    return text + " ".join(LIMITS[n] for n in (0, 5, 7))
