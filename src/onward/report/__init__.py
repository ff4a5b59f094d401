"""The HTML page that shows a run, as a report or through `onward serve`."""

from onward.report.data import page_data
from onward.report.template import page_html

__all__ = ["page_data", "page_html"]
