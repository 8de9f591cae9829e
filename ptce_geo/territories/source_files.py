"""Read the contours that others publish, under the columns that this room uses.

- Etalab's *contours administratifs*: GeoJSON, gzipped or not, one file a level (``communes-50m``,
  ``epci-50m`` …); that of communes holds the municipal arrondissements and the overseas
  collectivities too (github.com/datagouv/contours-administratifs).
- IGN's *ADMIN EXPRESS COG*: one GeoPackage, one layer a level; names of layers and columns changed
  from edition 2 (INSEE_COM, NOM_COM) to 3 (INSEE_COM, NOM) and 4 (code_insee, nom_officiel).

What is read is not checked yet, see `ptce_geo.territories.source_checks`.
"""

from __future__ import annotations

import gzip
import shutil
import zlib
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from ptce_geo.checks import listing
from ptce_geo.errors import UnreadableFileError
from ptce_geo.schema import NAME, POPULATION, WGS84, code_column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    Levels = dict[str, gpd.GeoDataFrame]

# The word by which Etalab's files begin.
ETALAB_NAMES: Final = {
    "commune": "communes",
    "epci": "epci",
    "departement": "departements",
    "region": "regions",
}
_COMMUNE, _ARRONDISSEMENT, _EPCI, _DEPARTEMENT, _REGION = map(
    code_column, ("commune", "arrondissement", "epci", "departement", "region")
)
_OF_DEPARTEMENT: Final = ("departement", "code_insee_du_departement", "insee_dep")
_OF_REGION: Final = ("region", "code_insee_de_la_region", "insee_reg")
_OF_ARRONDISSEMENT: Final = ("code_insee_de_l_arrondissement", "insee_arr")

# Level → our column → how the sources call it, in small letters; the first found is taken.
_COLUMNS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "commune": {
        "code": ("code", "code_insee", "insee_com"),
        NAME: ("nom", "nom_officiel", "nom_com"),
        _ARRONDISSEMENT: _OF_ARRONDISSEMENT,
        _DEPARTEMENT: _OF_DEPARTEMENT,
        _REGION: _OF_REGION,
        _EPCI: ("epci", "codes_siren_des_epci", "code_siren_epci", "siren_epci", "code_epci"),
        POPULATION: ("population",),
        "siren": ("code_siren",),
    },
    "arrondissement_municipal": {
        "code": ("code", "code_insee", "insee_arm", "insee_com"),
        NAME: ("nom", "nom_officiel", "nom_com"),
        _COMMUNE: ("commune", "code_insee_de_la_commune_de_rattach", "insee_ratt", "insee_com"),
        POPULATION: ("population",),
    },
    "epci": {
        "code": ("code", "code_siren", "siren_epci", "code_epci"),
        NAME: ("nom", "nom_officiel", "nom_epci"),
        "type": ("nature", "type_epci"),
    },
    "arrondissement": {
        "code": ("code_insee", "insee_arr"),
        NAME: ("nom", "nom_officiel", "nom_arr"),
        _DEPARTEMENT: _OF_DEPARTEMENT,
        _REGION: _OF_REGION,
    },
    "departement": {
        "code": ("code", "code_insee", "insee_dep"),
        NAME: ("nom", "nom_officiel", "nom_dep"),
        _REGION: _OF_REGION,
    },
    "region": {
        "code": ("code", "code_insee", "insee_reg"),
        NAME: ("nom", "nom_officiel", "nom_reg"),
    },
}
# What a source may lack; every other column is asked for.
_OPTIONAL: Final = {_ARRONDISSEMENT, POPULATION, "siren", "type"}
# How IGN says that there is no code.
_NO_CODE: Final = ("NR", "NC", "ZZZZZZZZZ", "")
# How IGN calls the kinds of EPCI: letters up to edition 3, words since.
_EPCI_TYPES: Final = {
    "communauté de communes": "CC",
    "communauté d'agglomération": "CA",
    "communauté urbaine": "CU",
    "métropole": "METRO",
    "me": "METRO",
}
_MUNICIPAL_ARRONDISSEMENT: Final = r"751\d\d|6938\d|132\d\d"


def read_etalab(files: Mapping[str, Path], scratch: Path) -> Levels:
    """Read Etalab's files of the levels given; `scratch` is a folder for what is unpacked."""
    levels = {
        level: _renamed(_read_geojson(path, scratch), level, _name(path))
        for level, path in files.items()
    }
    communes = levels["commune"]
    municipal = communes["code"].str.fullmatch(_MUNICIPAL_ARRONDISSEMENT, na=False)
    levels["commune"] = communes[~municipal]
    if municipal.any():
        whole = {"75": "75056", "69": "69123", "13": "13055"}
        parts = communes.loc[municipal, ["code", NAME, "geometry"]]
        levels["arrondissement_municipal"] = parts.assign(
            **{_COMMUNE: parts["code"].str[:2].map(whole)}
        )
    return levels


def read_admin_express(path: Path) -> Levels:
    """Read the layers of a GeoPackage of ADMIN EXPRESS COG."""
    layers = {name.lower(): name for name in _layers(path)}
    if "commune" not in layers:
        msg = (
            f"{path.name}: no layer of communes; found {listing(layers, most=12)}; "
            "expected a GeoPackage of ADMIN EXPRESS COG"
        )
        raise UnreadableFileError(msg)
    levels = {
        level: _renamed(_read(path, layers[level]), level, f"{path.name}, layer {layers[level]}")
        for level in _COLUMNS
        if level in layers
    }
    for level in ("commune", "arrondissement"):
        if level in levels:
            levels[level] = _with_whole_code(levels[level], level)
    levels["commune"][_EPCI] = _widest_epci(levels["commune"][_EPCI])
    if "type" in levels.get("epci", ()):
        levels["epci"]["type"] = levels["epci"]["type"].map(_epci_type, na_action="ignore")
    return levels


def is_geopackage(path: Path) -> bool:
    """Return whether the file begins as a GeoPackage (an SQLite database) does."""
    with path.open("rb") as file:
        return file.read(15) == b"SQLite format 3"


def _read_geojson(path: Path, scratch: Path) -> gpd.GeoDataFrame:
    """Read a GeoJSON; a packed one is unpacked first, which tells whether it is whole."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        return _read(path)
    plain = scratch / f"{path.name}.geojson"
    try:
        with gzip.open(path) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        msg = f"{_name(path)} is damaged ({str(error).rstrip('.').lower()}); fetch it again"
        raise UnreadableFileError(msg) from error
    frame = _read(plain)
    plain.unlink()
    return frame


def _layers(path: Path) -> list[str]:
    import pyogrio  # GDAL is loaded only by those who install something

    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable(path, error) from error


def _read(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    import pyogrio  # GDAL is loaded only by those who install something

    try:
        frame = pyogrio.read_dataframe(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        msg = f"{_name(path)}{f', layer {layer}' if layer else ''}: no geometry with a CRS"
        raise UnreadableFileError(msg)
    return frame.to_crs(WGS84)


def _name(path: Path) -> str:
    return path.name.removesuffix(".part")


def _unreadable(path: Path, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(f"{_name(path)} holds no contours: {str(error).partition(';')[0]}")


def _renamed(frame: gpd.GeoDataFrame, level: str, what: str) -> gpd.GeoDataFrame:
    """Return our columns of a level and the geometry, codes as text, "no code" as missing."""
    found = {str(column).lower(): column for column in frame.columns}
    columns = {}
    for ours, theirs in _COLUMNS[level].items():
        known = next((found[name] for name in theirs if name in found), None)
        if known is not None:
            columns[ours] = frame[known]
        elif ours not in _OPTIONAL:
            msg = (
                f"{what}: no column of {ours} ({' or '.join(theirs)}); "
                f"found {listing(found, most=12)}"
            )
            raise UnreadableFileError(msg)
    for ours, values in columns.items():
        if ours != POPULATION:
            text = values.astype("str").str.strip()
            columns[ours] = text.mask(text.isin(_NO_CODE))
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)


def _with_whole_code(frame: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Put the département before the number of an arrondissement ("2" in "01": "012")."""
    column = "code" if level == "arrondissement" else _ARRONDISSEMENT
    if column not in frame:
        return frame
    number = frame[column].str.len() == 1
    return frame.assign(**{column: frame[column].mask(number, frame[_DEPARTEMENT] + frame[column])})


def _epci_type(told: str) -> str:
    return _EPCI_TYPES.get(told.lower(), told)


def _widest_epci(codes: pd.Series) -> pd.Series:
    """Return, of codes written "a/b", the one of most communes.

    The parts of the Métropole du Grand Paris, which levy no tax of their own, lie inside it.
    """
    several = codes.dropna().str.split("/")
    communes = several.explode().value_counts()
    return several.map(lambda listed: max(listed, key=communes.get)).reindex(codes.index)
