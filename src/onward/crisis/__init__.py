"""A crisis as a folder of tables: schema, reading, validation, scenarios, writing.

Nothing here imports Polars until a crisis is read, so that ``onward --help`` stays quick.
"""

from onward.crisis.crisis import Crisis, crisis_from_tables
from onward.crisis.read import bundled_crises, read_crisis
from onward.crisis.scenarios import Scenario, bundled_scenarios, check_scenario, read_scenario, scenario_files
from onward.crisis.schema import Column, Table, tables
from onward.crisis.write import write_crisis

__all__ = [
    "Column",
    "Crisis",
    "Scenario",
    "Table",
    "bundled_crises",
    "bundled_scenarios",
    "check_scenario",
    "crisis_from_tables",
    "read_crisis",
    "read_scenario",
    "scenario_files",
    "tables",
    "write_crisis",
]
