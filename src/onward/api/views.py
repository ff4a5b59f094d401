"""Give a run the functions that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from onward.report.write import write_report
from onward.simulation.run import Run, Views


def with_views(run: Run) -> Run:
    """Return the run with the functions that show it."""
    return replace(run, views=Views(_chart, write_report, _to_xarray, _summary_html))


def _chart(run: Run, indicator: str, *, place: str | None) -> Any:
    from onward.report.charts import chart

    return chart(run, indicator, place=place)


def _to_xarray(run: Run, *, route_detail: bool, places: bool) -> Any:
    from onward.exports.netcdf import to_xarray

    return to_xarray(run, route_detail=route_detail, places=places)


def _summary_html(run: Run) -> str:
    from onward.report.charts import run_html

    return run_html(run)
