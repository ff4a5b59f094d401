"""The command that installs an optional dependency for the copy of Onward that runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: the folder of a clone that is run without being installed
CLONE = Path(__file__).parents[2]


def install_command(extra: str) -> str:
    """Return the pip command that adds an extra to this installation, from the source it was installed from.

    A clone or an unpacked archive is given by its folder, a repository by its address. A copy from a package index has
    no ``direct_url.json`` (PEP 610) and is installed from there by its name.

    Examples
    --------
    >>> install_command("web").startswith('pip install "')
    True
    """
    return f'pip install "{_requirement(extra)}"'


def _requirement(extra: str) -> str:
    if (CLONE / "pyproject.toml").is_file() and (CLONE / "src" / "onward").is_dir():
        return f"{CLONE}[{extra}]"
    return requirement(extra, _direct_url())


def _direct_url() -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        text = distribution("onward").read_text("direct_url.json")
    except PackageNotFoundError:
        return {}
    return dict(json.loads(text)) if text else {}


def requirement(extra: str, origin: dict[str, Any]) -> str:
    """Return the requirement that pip needs for an extra of a copy with ``direct_url.json`` (PEP 610) ``origin``.

    Examples
    --------
    >>> requirement("web", {})
    'onward[web]'
    >>> requirement("web", {"url": "https://git.example/onward.git", "vcs_info": {"vcs": "git", "commit_id": "4a3"}})
    'onward[web] @ git+https://git.example/onward.git@4a3'
    """
    from urllib.parse import urlsplit  # here, since every command imports this module
    from urllib.request import url2pathname

    url = origin.get("url")
    if not url:
        return f"onward[{extra}]"
    if "dir_info" in origin:
        return f"{url2pathname(urlsplit(url).path)}[{extra}]"
    vcs = origin.get("vcs_info")
    return f"onward[{extra}] @ " + (f"{vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else str(url))
