"""Tables in the terminal: figures are never cut, names fold, and narrow terminals get lines."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from onward.cli.printing import print_table

FIGURES = ["11,000,000", "9,870,000 – 12,300,000", "+1,230,000 to +4,560,000"]


@given(st.integers(40, 200), st.text("abcdefghij ", min_size=1, max_size=60).map(str.strip).filter(bool))
def test_a_figure_is_never_cut(width: int, name: str) -> None:
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    print_table(console, "Title", ["Place", "Median", "90 % interval", "Change"], [[name, *FIGURES]], "Note.")
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(figure in text for figure in FIGURES)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
