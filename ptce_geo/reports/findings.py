"""What a study found, as every file of its results is written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ptce_geo.labels import check_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from ptce_geo.labels import Language


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study found.

    Attributes
    ----------
    members : GeoDataFrame, EPSG:4326
        Members, located and attached, in the order of the list.
    poles : GeoDataFrame, EPSG:4326
        Poles, their seat as geometry.
    tables : mapping of str to DataFrame
        What `indicator_tables` returns; "footprints": what `pole_footprint` returns; "problems":
        what is wrong in the lists, in the language of the study.
    record : mapping
        What ``study.json`` holds: settings, versions, vintage, inputs, counts.
    """

    members: gpd.GeoDataFrame
    poles: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    record: Mapping[str, Any]

    @property
    def lang(self) -> Language:
        """The language that the study was asked for in."""
        return check_language(self.record["settings"]["lang"])
