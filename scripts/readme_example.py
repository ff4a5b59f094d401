"""Write what `onward run aleppo-2016` prints into README.md, shortened.

    python scripts/readme_example.py

A test holds README.md against what this writes, so that its figures are never those of an older model.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
COMMAND = ("run", "aleppo-2016")
WIDTH = 112
#: a part of the output by how its first line begins, how many lines of it are shown, and which claims
PLACES, GATES, CLAIMS = 5, 3, ("C08", "T04", "T05", "T08")
BLOCK = re.compile(r"(?<=here shortened:\n\n```text\n).*?(?=```)", re.S)


def printed() -> str:
    """Return what the command prints in a terminal of `WIDTH` characters."""
    call = [sys.executable, "-c", "from onward.cli.main import main; main()", *COMMAND]
    environment = {**os.environ, "COLUMNS": str(WIDTH)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def shortened(text: str) -> str:
    """Return the headline, the first places and gates, and some claims; what is left out is marked."""
    lines = [line.rstrip() for line in text.splitlines()]
    first = lines[: lines.index("") + 4]
    parts = [first, _part(lines, "Displaced people by place", PLACES), _part(lines, "Gates:", GATES), _claims(lines)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _begin(lines: list[str], words: str) -> int:
    return next(n for n, line in enumerate(lines) if line.startswith(words))


def _part(lines: list[str], words: str, rows: int) -> list[str]:
    begin = _begin(lines, words)
    return [*lines[begin : begin + 2 + rows], "..."]


def _claims(lines: list[str]) -> list[str]:
    """The heading, the chosen claims with the lines that their words go on to, and the line that counts them."""
    begin = _begin(lines, "Reported figures compared")
    end = next(n for n in range(begin, len(lines)) if "medians are inside" in lines[n])
    kept, chosen = lines[begin : begin + 2], False
    for line in lines[begin + 2 : end]:
        if re.match(r"[A-Z]\d+:", line):
            chosen = line.startswith(CLAIMS)
        kept += [line] if chosen else []
    return [*kept, "...", lines[end]]


def main() -> None:
    """Replace the example in README.md."""
    text = README.read_text("utf-8")
    README.write_text(BLOCK.sub(lambda _: shortened(printed()), text), "utf-8")


if __name__ == "__main__":
    main()
