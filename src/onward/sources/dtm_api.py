"""Fetch figures of displaced people from IOM's DTM interface with IOM's own client, and keep the answer as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from onward.crisis.crisis import Crisis
from onward.errors import ParameterError
from onward.extras import install_command

#: the folder of a crisis in which fetched answers are kept
DOWNLOADS = "downloads"


def fetch_dtm(crisis: Crisis, folder: Path, *, operation: str | None = None) -> list[Path]:
    """Fetch admin 1 and admin 2 figures of each country of a crisis, within its period, and write them as JSON files.

    The subscription key is read by the client from the environment variable DTMAPI_SUBSCRIPTION_KEY. The files can be
    imported again without the network, and ``provenance.csv`` names them.

    Parameters
    ----------
    crisis
        Its countries and its period are asked for.
    folder
        The crisis folder; files are written to ``downloads/`` in it, once all answers have come.
    operation
        Ask for one DTM operation only, by its name.

    Returns
    -------
    list
        The files, one for each country and level with records.

    Raises
    ------
    ParameterError
        Where the client is not installed, no key is set, the service cannot be reached or has no record.
    """
    try:
        from dtmapi import DTMApi  # type: ignore[import-untyped]
        from dtmapi.exceptions import DTMApiError  # type: ignore[import-untyped]
    except ImportError:
        raise ParameterError(f"--from-api needs dtmapi. Install it with: {install_command('api')}") from None
    answers: dict[Path, list[dict[str, Any]]] = {}
    period = {"FromReportingDate": str(crisis.history_start), "ToReportingDate": str(crisis.end)}
    try:
        client = DTMApi()
        levels = {"admin1": client.get_idp_admin1_data, "admin2": client.get_idp_admin2_data}
        for country in sorted(set(crisis.table("places")["country"])):
            for level, get in levels.items():
                found = get(Admin0Pcode=country, Operation=operation, to_pandas=False, **period)
                if found:
                    answers[folder / DOWNLOADS / f"dtm-{country}-{level}.json"] = found
    except DTMApiError as error:
        step = "Check the key in DTMAPI_SUBSCRIPTION_KEY and the network, or download the file and import that."
        raise ParameterError(f"--from-api: IOM's service answered: {error} {step}") from None
    if not answers:
        raise ParameterError("--from-api: DTM has no figures of these countries and days. Check start and end.")
    (folder / DOWNLOADS).mkdir(exist_ok=True)
    for path, records in answers.items():
        path.write_text(json.dumps({"result": records}, indent=1, ensure_ascii=False), encoding="utf-8")
    return list(answers)
