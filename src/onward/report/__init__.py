"""The HTML page that shows a run, as a report or through `onward serve`."""
