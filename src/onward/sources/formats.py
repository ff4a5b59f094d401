"""The formats that `onward import` reads, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import cast

from onward.crisis.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError
from onward.sources.addition import Addition
from onward.sources.options import Options

Importer = Callable[[Crisis, Sequence[Path], Options], Addition]

#: module and function of each format, and what it is for people
FORMATS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "ucdp": ("onward.sources.ucdp", "import_ucdp", "UCDP GED or Candidate events: attacks"),
        "acled": ("onward.sources.acled", "import_acled", "ACLED exports: attacks and changes of control"),
        "unhcr-odp": ("onward.sources.unhcr", "import_odp", "UNHCR Operational Data Portal: refugees by country"),
        "unhcr-rdf": ("onward.sources.unhcr", "import_rdf", "UNHCR Refugee Data Finder: stocks at ends of years"),
        "dtm": ("onward.sources.dtm", "import_dtm", "IOM DTM: displaced people by admin unit"),
        "hapi": ("onward.sources.hapi", "import_hapi", "HDX HAPI: displaced people, refugees, attacks"),
        "idu": ("onward.sources.idu", "import_idu", "IDMC IDU: people displaced, by event"),
        "cod-ps": ("onward.sources.cod_ps", "import_cod_ps", "OCHA COD-PS: populations of places"),
        "control-geojson": ("onward.sources.control_geojson", "import_control", "maps of control: holders of places"),
        "osm": ("onward.sources.osm", "import_osm", "OpenStreetMap extract: roads between places"),
    }
)


def importer(name: str) -> Importer:
    """Return the function that reads a format, by its name on the command line.

    Examples
    --------
    >>> importer("ucpd")
    Traceback (most recent call last):
    ...
    onward.errors.ParameterError: 'ucpd' is not a format that can be imported. Did you mean 'ucdp'?
    """
    if name not in FORMATS:
        known = (*FORMATS, "flee")
        step = did_you_mean(name, known, f"There are {', '.join(known)}.")
        raise ParameterError(f"{quoted(name)} is not a format that can be imported. {step}")
    module, function, _ = FORMATS[name]
    return cast(Importer, getattr(import_module(module), function))
