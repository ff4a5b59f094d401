"""Recognise the layout of a report: tables (Markdown, PDF columns) and key-figure boxes, with cell offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_NUMBER = r"[~<>\u2248\u2264\u2265+]? ?\d[\d,. \u00a0\u202f]*(?: ?(?:k|m|mn|bn|million|thousand|hundred))?"
_FIGURE = re.compile(rf"{_NUMBER} ?(?:%|per cent)?\+?", re.IGNORECASE)
_EMPTY = re.compile(r"(?:-+|\u2013|\u2014|n/?a|\.+|)", re.IGNORECASE)
_RULE = re.compile(r"[|\s:+=-]+")
_GAP = re.compile(r"\t+| {2,}")
MOST_CELLS = 40
"""Cells of a row that are read; a longer row is a broken file (own choice)."""
MOST_LABEL = 90
"""Characters of a key figure's label (own choice)."""


@dataclass(frozen=True)
class Cell:
    """The span of a cell's words in the report, and the words."""

    start: int
    end: int
    text: str

    @property
    def is_figure(self) -> bool:
        """Whether the cell holds a number, or a percentage, and nothing else."""
        return bool(_FIGURE.fullmatch(self.text))


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows of figures under a header; `caption` is where the line above the table starts and ends."""

    header: Row
    rows: tuple[Row, ...]
    caption: tuple[int, int]

    @property
    def lines(self) -> list[tuple[int, int]]:
        """The spans of header and rows."""
        return [(row[0].start, row[-1].end) for row in (self.header, *self.rows) if row]


@dataclass(frozen=True)
class Box:
    """A key figure on a line of its own and the line that says what it counts."""

    figure: Cell
    label: Cell


def find_tables(text: str) -> list[Table]:
    """Find the tables of a text.

    >>> [table] = find_tables("| District | IDPs |\\n|---|---|\\n| Rimah | 4,210 |\\n| Talsa | 2,915 |")
    >>> [c.text for c in table.header], [[c.text for c in row] for row in table.rows]
    (['District', 'IDPs'], [['Rimah', '4,210'], ['Talsa', '2,915']])
    """
    found: list[Table] = []
    block: list[Row] = []
    caption = above = (0, 0)
    for start, end in [*_lines(text), (len(text), len(text))]:
        line = text[start:end]
        if block and _RULE.fullmatch(line) and "-" in line:
            continue
        row = _cells(text, start, end)
        if len(row) > 1:
            caption = caption if block else above
            block.append(row)
            continue
        found += _table(block, caption)
        above = (block[0][0].start, block[0][-1].end) if len(block) == 1 else above
        block = []
        above = (start, end) if line.strip() else above
    return found


def find_boxes(text: str, tables: Sequence[Table] = ()) -> list[Box]:
    """Find the key figures that stand on a line of their own, above (or below) their label.

    >>> [(b.figure.text, b.label.text) for b in find_boxes("KEY FIGURES\\n\\n1.2M\\nInternally displaced\\n")]
    [('1.2M', 'Internally displaced')]
    """
    taken = {start for table in tables for start, _ in table.lines}
    cells = [_undated(_cell(text, start, end)) for start, end in _lines(text)]
    found: list[Box] = []
    for above, cell, below in zip([None, *cells[:-1]], cells, [*cells[1:], None], strict=True):
        if cell.start in taken or not cell.is_figure or re.fullmatch(r"(?:\d|(?:19|20)\d\d)", cell.text):
            continue
        label = next((c for c in map(_first_sentence, (below, above)) if c is not None and _is_label(c)), None)
        if label is not None and not (label == above and any(b.label == above for b in found)):
            found.append(Box(cell, label))
    return found


def _first_sentence(cell: Cell | None) -> Cell | None:
    """Cut a label before its second sentence, or before a part ("..., 11 % of whom")."""
    if cell is None:
        return None
    words = re.split(r"(?<=[A-Za-z)])[.] (?=[A-Z0-9])|, (?=\d)(?!\d{4}\b)", cell.text)[0]
    return replace(cell, end=cell.start + len(words), text=words)


_AS_OF = re.compile(rf"(?P<figure>{_NUMBER}) \((?:as of|as at|until|by|since) [^()]{{3,30}}\)", re.IGNORECASE)


def _undated(cell: Cell) -> Cell:
    """Cut a figure before the day in brackets that dates it: "83,610 (as of 21 August)"."""
    match = _AS_OF.fullmatch(cell.text)
    words = match.group("figure") if match else cell.text
    return replace(cell, end=cell.start + len(words), text=words)


def _is_label(cell: Cell) -> bool:
    return 0 < len(cell.text) <= MOST_LABEL and not cell.is_figure and bool(re.search("[A-Za-z]{3}", cell.text))


def _table(block: Sequence[Row], caption: tuple[int, int]) -> list[Table]:
    """Return the rows as a table, if figures stand below a header or beside labels."""
    if len(block) < 2 or sum(any(c.is_figure for c in row[1:]) for row in block) < len(block) / 2:
        return []
    headed = not any(c.is_figure for c in block[0][1:])
    rows = tuple(row for row in block[headed:] if any(c.is_figure for c in row))
    return [Table(block[0] if headed else (), rows, caption)] if rows else []


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer("\n", text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _cells(text: str, start: int, end: int) -> Row:
    """Return the cells of a line: between pipes, or between tabs and runs of spaces."""
    line = text[start:end]
    if len(line) > 2000:
        return ()
    if listed := _SLASHED.fullmatch(line) or _SLASHED_HEAD.fullmatch(line):
        return _slashed_cells(text, start, listed)
    sides = line.count("|"), line.lstrip().startswith("|"), _FIGURE.fullmatch(line.rpartition("|")[2].strip())
    piped = sides[0] >= 2 or (sides[0] == 1 and (sides[1] or sides[2] is not None))
    marks = list((re.compile(r"\|") if piped else _GAP).finditer(text, start, end))
    edges = [start, *(m.end() for m in marks)], [*(m.start() for m in marks), end]
    cells = [_cell(text, a, b) for a, b in zip(*edges, strict=True)][: MOST_CELLS + 2]
    if piped:
        cells = cells[1:] if line.lstrip().startswith("|") else cells
        cells = cells[:-1] if line.rstrip().endswith("|") else cells
        return tuple(cells)
    return tuple(c for c in cells if c.text)


_SLASHED = re.compile(r"\W*(?P<label>[^:|/]{2,50}?) ?: *(?P<cells>[^/|]{1,40}(?: / [^/|]{1,40}){1,6})")
"""A line of a table whose cells stand between slashes: "Rimah: 4,210 / 3,100 / 7,310"."""


_SLASHED_HEAD = re.compile(r"\W*(?P<label>[A-Z][^:|/]{1,40}?) / (?P<cells>[^:/|]{1,40}(?: / [^:/|]{1,40}){1,6})")
"""The header of such a table."""


def _slashed_cells(text: str, start: int, line: re.Match[str]) -> Row:
    cells = [_cell(text, start + line.start("label"), start + line.end("label"))]
    position = start + line.start("cells")
    for words in line.group("cells").split(" / "):
        cells.append(_cell(text, position, position + len(words)))
        position += len(words) + 3
    return tuple(cells)


def _cell(text: str, start: int, end: int) -> Cell:
    words = text[start:end]
    first = start + len(words) - len(words.lstrip())
    return Cell(first, first + len(words.strip()), words.strip())


def is_empty(cell: Cell) -> bool:
    """Return whether a cell says that there is no figure.

    >>> is_empty(Cell(0, 1, "-")), is_empty(Cell(0, 1, "7"))
    (True, False)
    """
    return bool(_EMPTY.fullmatch(cell.text))
