"""Read the contours that others publish, under the columns that this room uses.

- Etalab's *contours administratifs*: GeoJSON, gzipped or not, one file a level (``communes-50m``,
  ``epci-50m`` …); that of communes holds the municipal arrondissements and the overseas
  collectivities too (github.com/datagouv/contours-administratifs).
- IGN's *ADMIN EXPRESS COG*: one GeoPackage, one layer a level; names of layers and columns changed
  from edition 2 (INSEE_COM, NOM_COM) to 3 (INSEE_COM, NOM) and 4 (code_insee, nom_officiel).

What is read is not checked yet, see `ptce_geo.territories.contour_checks`.
"""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from ptce_geo.checks import listing
from ptce_geo.errors import PtceGeoError, UnreadableFileError
from ptce_geo.files.layers import holds_layers, layer_names
from ptce_geo.schema import NAME, POPULATION, WGS84, code_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
_OPTIONAL: Final = {_ARRONDISSEMENT, _EPCI, POPULATION, "siren", "type"}
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

_EXPECTED: Final = (
    "expected a GeoPackage of ADMIN EXPRESS COG, or Etalab's communes (.geojson or .geojson.gz)"
)
_GEOPACKAGE: Final = b"SQLite format 3"
_GZIP: Final = b"\x1f\x8b"
# How a file begins that many would take for contours that can be read.
_NOT_READ: Final = {b"PK": "a zip archive, unpack it", b"\x00\x00\x27\x0a": "a shapefile"}


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
    with _reading(path):
        layers = {name.lower(): name for name in layer_names(path)}
    if "commune" not in layers:
        found = listing(layers, most=12) or "none"
        msg = f"{path.name}: no layer of communes; found {found}; {_EXPECTED}"
        raise UnreadableFileError(msg)
    levels = {
        level: _renamed(_read(path, layers[level]), level, f"{path.name}, layer {layers[level]}")
        for level in _COLUMNS
        if level in layers
    }
    for level in ("commune", "arrondissement"):
        if level in levels:
            levels[level] = _with_whole_code(levels[level], level)
    if _EPCI in levels["commune"]:
        levels["commune"][_EPCI] = _widest_epci(levels["commune"][_EPCI])
    if "type" in levels.get("epci", ()):
        levels["epci"]["type"] = levels["epci"]["type"].map(_epci_type, na_action="ignore")
    return levels


def is_geopackage(path: Path) -> bool:
    """Return whether the file begins as a GeoPackage (an SQLite database) does.

    Raises
    ------
    UnreadableFileError
        When it is neither that nor a GeoJSON, packed or not.
    """
    return _beginning(path).startswith(_GEOPACKAGE)


def _beginning(path: Path) -> bytes:
    """Return the first bytes of a file, or raise if they tell that it holds no contours."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}; {_EXPECTED}"
        raise UnreadableFileError(msg) from error
    if head.startswith(_GZIP) or holds_layers(head):
        return head
    known = (what for start, what in _NOT_READ.items() if head.startswith(start))
    found = next(known, f"it begins with {head[:15]!r}" if head.strip() else "it is empty")
    msg = f"{_name(path)} holds no contours ({found}); {_EXPECTED}"
    raise UnreadableFileError(msg)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raise `UnreadableFileError` for whatever a library's parser trips over in `path`."""
    try:
        yield
    except PtceGeoError:
        raise
    except Exception as error:
        said = " ".join(str(error).partition(";")[0].split())[:150] or type(error).__name__
        msg = f"{_name(path)} is damaged or holds no contours ({said}); {_EXPECTED}"
        raise UnreadableFileError(msg) from error


def _read_geojson(path: Path, scratch: Path) -> gpd.GeoDataFrame:
    """Read a GeoJSON; a packed one is unpacked first, which tells whether it is whole."""
    if not _beginning(path).startswith(_GZIP):
        return _read(path)
    plain = scratch / f"{path.name}.geojson"
    with gzip.open(path) as packed, plain.open("wb") as target:
        while True:
            with _reading(path):  # the source alone: a full disk is no fault of it
                chunk = packed.read(1 << 20)
            if not chunk:
                break
            target.write(chunk)
    frame = _read(plain)
    plain.unlink()
    return frame


def _read(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    import pyogrio  # GDAL is loaded only by those who install something

    with _reading(path):
        frame = pyogrio.read_dataframe(path, layer=layer)
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
            return frame.to_crs(WGS84)
    msg = f"{_name(path)}{f', layer {layer}' if layer else ''}: no geometry with a CRS; {_EXPECTED}"
    raise UnreadableFileError(msg)


def _name(path: Path) -> str:
    return path.name.removesuffix(".part")


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
