"""Small text charts: a bar sparkline and a quantile band over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.text import Text

BARS = " ▁▂▃▄▅▆▇█"
#: a cell of the band chart by what lies in it, the first that does: character and style
MEDIAN, HALF, MOST = ("━", "bold"), ("▒", "cyan"), ("░", "blue")


def bars(values: Sequence[float], width: int) -> str:
    """Draw values as bars, the highest one full; average neighbours to fit the width.

    Examples
    --------
    >>> bars([0, 1, 2, 4], 4)
    ' ▂▄█'
    """
    means = _resampled(values, width)
    top = max(means, default=0.0)
    if top <= 0:
        return BARS[0] * len(means)
    return "".join(BARS[max(round(8 * value / top), 1 if value > 0 else 0)] for value in means)


def band(levels: Sequence[Sequence[float]], width: int, height: int) -> list[Text]:
    """Draw p5, p25, p50, p75 and p95 over time as rows of cells, from the highest p95 down to 0.

    Examples
    --------
    >>> for row in band([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]], 2, 5):
    ...     print(row.plain.rstrip())
    ░▒
    ▒━
    ━▒
    ▒░
    ░
    """
    columns = list(zip(*(_resampled(series, width) for series in levels), strict=True))
    top = max((column[-1] for column in columns), default=0.0) or 1.0
    rows = []
    for row in range(height - 1, -1, -1):
        text = Text()
        for column in columns:
            text.append(*_cell([value / top * height for value in column], row, height))
        rows.append(text)
    return rows


def _cell(column: Sequence[float], row: int, height: int) -> tuple[str, str]:
    """Choose the character of a cell; rows are counted from 0 at the bottom, and each value lies in one of them."""
    p5, p25, p50, p75, p95 = (min(int(value), height - 1) for value in column)
    if row == p50:
        return MEDIAN
    if p25 <= row <= p75:
        return HALF
    if p5 <= row <= p95:
        return MOST
    return " ", ""


def _resampled(values: Sequence[float], width: int) -> list[float]:
    """Average values over equal stretches, or repeat each, so that they fill the width."""
    n = len(values)
    if n == 0:
        return []
    if n <= width:
        return [values[i * n // width] for i in range(width)]
    ends = [round(i * n / width) for i in range(width + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(ends)]
