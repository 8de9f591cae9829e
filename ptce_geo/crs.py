"""Legal metric coordinate reference systems of the French territories.

Distances and areas are computed in the CRS that French law prescribes for the territory
(décret n° 2000-1276 as amended, arrêté of 5 March 2019), never in degrees and never in EPSG:3857.
"""

from __future__ import annotations

from typing import Final

from ptce_geo.errors import CrsError

METROPOLE: Final = 2154
_OVERSEAS: Final = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
_TERRITORIES: Final = {
    METROPOLE: "métropole",
    2972: "Guyane",
    2975: "La Réunion",
    4471: "Mayotte",
    5490: "Guadeloupe and Martinique",
}
LEGAL_CRS: Final = tuple(_TERRITORIES)


def metric_crs(code_departement: str) -> int:
    """Return the EPSG code of the legal metric CRS of a département.

    Parameters
    ----------
    code_departement : str
        INSEE code ("01", "2A", "974"). The code of a commune works too.

    Returns
    -------
    int
        2154 in the métropole, 5490 in Guadeloupe and Martinique, 2972 in Guyane,
        2975 in La Réunion, 4471 in Mayotte.

    Raises
    ------
    CrsError
        For an overseas collectivity (975, 977, 978, 98x), which has no legal CRS here.

    Examples
    --------
    >>> metric_crs("42"), metric_crs("974"), metric_crs("97411")
    (2154, 2975, 2975)
    """
    prefix = code_departement[:3]
    if prefix in _OVERSEAS:
        return _OVERSEAS[prefix]
    if prefix.startswith(("975", "977", "978", "98")):
        msg = (
            f"no legal metric CRS is embedded for {code_departement!r} (overseas collectivity); "
            "known are the métropole and 971, 972, 973, 974, 976"
        )
        raise CrsError(msg)
    return METROPOLE


def crs_label(epsg: int) -> str:
    """Return how a message names one of `LEGAL_CRS`.

    Examples
    --------
    >>> crs_label(2975)
    'EPSG:2975 (La Réunion)'
    """
    return f"EPSG:{epsg} ({_TERRITORIES[epsg]})"
