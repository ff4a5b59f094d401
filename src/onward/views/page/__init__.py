"""The page: one file that shows a run, as a report or through `onward serve`."""

from onward.views.page.data import page_data
from onward.views.page.file import page_html

__all__ = ["page_data", "page_html"]
