"""Positions as points on the unit sphere, for distances among many places at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: mean radius of the Earth (IUGG), km: spherical distances lie within 0.6 % of those on the ellipsoid
EARTH_KM = 6371.0088


def on_sphere(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Return positions in degrees as unit vectors, shape (positions, 3).

    >>> on_sphere([0.0, 90.0], [0.0, 0.0]).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    phi, lam = np.radians(np.asarray(latitude, np.float64)), np.radians(np.asarray(longitude, np.float64))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
