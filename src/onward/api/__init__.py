"""The public functions of Onward: what the command line does, for programs and notebooks.

Each takes and returns values (a `Crisis`, a `Scenario`, a `Run`, Polars frames); files are named by the caller.
"""

from onward.api.listings import list_crises, list_scenarios, parameters
from onward.api.results import export, score
from onward.api.simulations import forecast, read_posterior, read_run, simulate, simulate_flee

__all__ = [
    "export",
    "forecast",
    "list_crises",
    "list_scenarios",
    "parameters",
    "read_posterior",
    "read_run",
    "score",
    "simulate",
    "simulate_flee",
]
