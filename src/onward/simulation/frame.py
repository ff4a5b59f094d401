"""Polars frames that say which extra is missing when they are converted to pandas."""

from __future__ import annotations

from typing import Any

import polars as pl

from onward.errors import ParameterError
from onward.extras import install_command


class Frame(pl.DataFrame):
    """A Polars frame whose `to_pandas` names the extra to install; Polars itself raises ModuleNotFoundError.

    Examples
    --------
    >>> Frame({"people": [3]}).sum().item()
    3
    """

    def to_pandas(self, *args: Any, **options: Any) -> Any:
        """Return the rows as a pandas frame (extra ``pandas``).

        Parameters
        ----------
        args, options
            Those of `polars.DataFrame.to_pandas`.

        Returns
        -------
        pandas.DataFrame
            All rows.

        Raises
        ------
        ParameterError
            If pandas or pyarrow is not installed.
        """
        try:
            return super().to_pandas(*args, **options)
        except ModuleNotFoundError:
            raise ParameterError(
                f"to_pandas needs pandas and pyarrow. Install them with: {install_command('pandas')}"
            ) from None
