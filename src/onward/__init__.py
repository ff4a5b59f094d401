"""Onward: model and forecast the flight of people from a war.

>>> import onward
>>> crisis = onward.read_crisis("aleppo-2016")
>>> crisis.days
77
"""

from onward.data import Crisis, read_crisis, write_crisis
from onward.engine.run import Run, simulate
from onward.errors import OnwardError

__all__ = ["Crisis", "OnwardError", "Run", "read_crisis", "simulate", "write_crisis"]
