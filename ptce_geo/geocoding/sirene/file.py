"""The register SIRENE with positions, as INSEE publishes it: a CSV or Parquet file.

Two public files serve, and what anybody joins of the two by SIRET: "géolocalisation des
établissements du répertoire SIRENE pour les études statistiques" (positions and their quality) and
"StockEtablissement" (addresses, activity, open or closed, and Lambert coordinates). They have some
40 million rows: only those of the SIRETs asked for are kept, batch by batch.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import zipfile
import zlib
from bisect import bisect_left
from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from pyproj import Geod, Transformer

from ptce_geo.checks import listing
from ptce_geo.crs import LEGAL_CRS, metric_crs
from ptce_geo.errors import CrsError, MissingColumnError, UnreadableFileError
from ptce_geo.geocoding.sirene.facts import (
    Establishment,
    degrees,
    joined_address,
    number,
    precision_by_address,
    public_text,
)
from ptce_geo.schema import WGS84

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

# Ours: the headings of INSEE, in lower case, the first that the file has.
_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "siret": ("siret",),
    "x": ("x", "coordonneelambertabscisseetablissement"),
    "y": ("y", "coordonneelambertordonneeetablissement"),
    "epsg": ("epsg",),
    "quality": ("qualite_xy",),
    "longitude": ("x_longitude", "longitude"),
    "latitude": ("y_latitude", "latitude"),
    "code": ("plg_code_commune",),
    "declared_code": ("codecommuneetablissement",),
    "country": ("libellepaysetrangeretablissement",),
    "state": ("etatadministratifetablissement",),
    "activity": ("activiteprincipaleetablissement",),
    "staff_band": ("trancheeffectifsetablissement",),
    "usual_name": ("denominationusuelleetablissement",),
    "sign": ("enseigne1etablissement", "enseigneetablissement", "enseigne"),
    "unit_name": ("denominationunitelegale",),
    "legal_form": ("categoriejuridiqueunitelegale",),
    "ess": ("economiesocialesolidaireunitelegale",),
    "complement": ("complementadresseetablissement",),
    "number": ("numerovoieetablissement",),
    "index": ("indicerepetitionetablissement",),
    "street_type": ("typevoieetablissement",),
    "street": ("libellevoieetablissement",),
    "box": ("distributionspecialeetablissement",),
    "postcode": ("codepostaletablissement",),
    "city": ("libellecommuneetablissement",),
    "cedex": ("codecedexetablissement",),
    "cedex_city": ("libellecedexetablissement",),
}
_ADDRESS: Final = (
    *("complement", "number", "index", "street_type", "street", "box", "postcode", "city"),
    *("cedex", "cedex_city"),
)
_NAMES: Final = ("unit_name", "usual_name", "sign")
# INSEE, documentation of the geolocation file: 11 street sure, number found; 12 street sure, any
# point of it; 21 street probable, number found; 22 street probable, any point of it; 33 street
# unknown, any point of the commune. A probable street may be another one, and it is no address.
_QUALITY: Final = {
    "11": ("housenumber", 1.0, ""),
    "12": ("street", 0.9, ""),
    "21": ("street", 0.7, "siret_street_probable"),
    "22": ("street", 0.6, "siret_street_probable"),
    "33": ("municipality", 0.9, ""),
}
_NOWHERE: Final = "33"
# Where the quality is not told.
_UNTOLD: Final = 0.8
# Degrees in the file have five decimals and more: what differs by this much is an error.
_MOST_APART_M: Final = 50.0

_BLOCK: Final = 1 << 22
_ROWS: Final = 1 << 16
_HEAD: Final = 1 << 16
_DELIMITERS: Final = ";,\t|"
_ESS: Final = {"O": "true", "N": "false"}
_BROKEN: Final = (pa.ArrowException, OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError)


class SireneFile:
    """The rows of a positioned SIRENE file, looked up by SIRET.

    Parameters
    ----------
    path : Path
        CSV (``;`` or ``,``, in UTF-8), also as .gz or .zip, or Parquet.

    Raises
    ------
    UnreadableFileError
        When the file is missing or none of these.
    MissingColumnError
        When it has no SIRET, no positions or no codes of communes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            msg = f"{path}: no such file; give the positioned SIRENE file, CSV or Parquet"
            raise UnreadableFileError(msg)
        with self._readable():
            self._is_parquet = _head(path, 4) == b"PAR1"
            if not self._is_parquet and path.suffix.lower() in {".parquet", ".pq"}:
                msg = f"{path.name}: not a Parquet file, whatever its name says; download it again"
                raise UnreadableFileError(msg)
            self._headings, self._delimiter = self._read_headings()
        self._columns = _recognised(self._headings)
        self._require_columns()

    @property
    def version(self) -> str:
        """What tells this file from another one, found without reading all of it."""
        told = self.path.stat()
        begin = hashlib.blake2b(_head(self.path, _HEAD), digest_size=8).hexdigest()
        return f"{self.path.name} {told.st_size} {told.st_mtime_ns} {begin}"

    def find(self, sirets: Iterable[str]) -> dict[str, Establishment]:
        """Return the establishments of those SIRETs that the file has, by SIRET.

        Raises
        ------
        UnreadableFileError
            When the file is damaged, or not in UTF-8.
        """
        wanted = sorted(set(sirets))
        rows: dict[str, dict[str, str]] = {}
        if not wanted:
            return {}
        with self._readable(), contextlib.closing(self._batches(wanted)) as batches:
            for batch in batches:
                for row in _matching(batch, self._columns, pa.array(wanted, pa.string())):
                    rows.setdefault(row["siret"], row)
                if len(rows) == len(wanted):
                    break
        return _established(list(rows.values()))

    def _require_columns(self) -> None:
        have = self._columns.keys()
        missing = []
        if "siret" not in have:
            missing.append("siret")
        if not ({"x", "y"} <= have or {"longitude", "latitude"} <= have):
            missing.append("x and y, or x_longitude and y_latitude")
        if not ({"code", "declared_code"} & have):
            missing.append("plg_code_commune or codeCommuneEtablissement")
        if missing:
            msg = (
                f"{self.path.name}: no column {'; '.join(missing)}; "
                f"found {listing(self._headings, most=12) or 'no column at all'}; "
                f"give the positioned SIRENE file"
            )
            raise MissingColumnError(msg)

    def _read_headings(self) -> tuple[list[str], str]:
        if self._is_parquet:
            with pq.ParquetFile(self.path) as file:
                return list(file.schema_arrow.names), ""
        with self._opened() as stream:
            first = stream.read(_HEAD).split(b"\n", 1)[0].rstrip(b"\r")
        try:
            line = first.decode("utf-8-sig")
        except UnicodeDecodeError:
            msg = f"{self.path.name}: not in UTF-8; save it in UTF-8, as INSEE publishes it"
            raise UnreadableFileError(msg) from None
        if "\x00" in line or not line.strip():
            what = "the file is empty" if not line.strip() else "binary data"
            msg = f"{self.path.name}: {what}; give the positioned SIRENE file, CSV or Parquet"
            raise UnreadableFileError(msg)
        delimiter = max(_DELIMITERS, key=line.count)
        return next(csv.reader(io.StringIO(line), delimiter=delimiter)), delimiter

    def _batches(self, wanted: Sequence[str]) -> Generator[pa.RecordBatch]:
        """Yield the columns that serve, batch by batch."""
        names = list(self._columns.values())
        if self._is_parquet:
            with pq.ParquetFile(self.path, pre_buffer=False) as file:
                groups = _groups_that_may_hold(file, self._columns["siret"], wanted)
                yield from file.iter_batches(_ROWS, row_groups=groups, columns=names)
            return
        options = pyarrow.csv.ConvertOptions(
            include_columns=names, column_types=dict.fromkeys(names, pa.string())
        )
        with self._opened() as stream:
            # Arrow's own reader of streams reads ahead in threads that outlive an early end.
            for block in _whole_lines(stream):
                table = pyarrow.csv.read_csv(
                    pa.BufferReader(block),
                    read_options=pyarrow.csv.ReadOptions(column_names=self._headings),
                    parse_options=pyarrow.csv.ParseOptions(delimiter=self._delimiter),
                    convert_options=options,
                )
                yield from table.to_batches()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        """Yield the bytes of a CSV file, unpacked as they are read."""
        head = _head(self.path, 4)
        if head.startswith(b"PK"):
            with zipfile.ZipFile(self.path) as archive, archive.open(self._member(archive)) as csv_:
                yield csv_
        else:
            compression = "gzip" if head.startswith(b"\x1f\x8b") else None
            with pa.input_stream(self.path, compression=compression) as stream:
                yield stream

    def _member(self, archive: zipfile.ZipFile) -> str:
        tables = [name for name in archive.namelist() if name.lower().endswith((".csv", ".txt"))]
        if len(tables) != 1:
            found = listing(archive.namelist()) or "nothing"
            msg = f"{self.path.name}: expected one CSV in the archive, found {found}; unpack it"
            raise UnreadableFileError(msg)
        return tables[0]

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Say in one line what is wrong with the file."""
        try:
            yield
        except (UnreadableFileError, MissingColumnError):
            raise
        except _BROKEN as error:
            told = " ".join(str(error).split())[:200]
            if "UTF8" in told or "utf-8" in told:
                msg = f"{self.path.name}: not in UTF-8; save it in UTF-8, as INSEE publishes it"
            elif isinstance(error, PermissionError):
                msg = f"{self.path.name}: may not be read; change its permissions"
            else:
                msg = f"{self.path.name}: cannot be read to its end ({told}); download it again"
            raise UnreadableFileError(msg) from error


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _whole_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a CSV file behind its headings, in blocks of whole lines."""
    left: bytes = b""
    headings = True
    while block := stream.read(_BLOCK):
        left += block
        if headings:
            _, end, left = left.partition(b"\n")
            headings = not end
        lines, end, left = left.rpartition(b"\n")
        if lines:
            yield lines + end
    if left.strip() and not headings:
        yield left


def _recognised(headings: Sequence[str]) -> dict[str, str]:
    """Return the file's headings by our names."""
    # INSEE has written them in lower case and in capitals.
    by_lower: dict[str, str] = {}
    for heading in headings:
        by_lower.setdefault(heading.strip().lower(), heading)
    return {
        ours: by_lower[first]
        for ours, theirs in _HEADINGS.items()
        if (first := next((heading for heading in theirs if heading in by_lower), None))
    }


def _groups_that_may_hold(file: pq.ParquetFile, heading: str, wanted: Sequence[str]) -> list[int]:
    """Return the row groups between whose least and greatest SIRET some of `wanted` lie."""
    groups = []
    for group in range(file.metadata.num_row_groups):
        of_group = file.metadata.row_group(group)
        columns = [of_group.column(at) for at in range(of_group.num_columns)]
        told = next((c.statistics for c in columns if c.path_in_schema == heading), None)
        if told is None or not told.has_min_max:
            groups.append(group)
            continue
        least, greatest = (str(bound).zfill(14) for bound in (told.min, told.max))
        at = bisect_left(wanted, least)
        if at < len(wanted) and wanted[at] <= greatest:
            groups.append(group)
    return groups


def _matching(
    batch: pa.RecordBatch, columns: Mapping[str, str], wanted: pa.Array
) -> list[dict[str, str]]:
    """Return the rows of the SIRETs wanted, their cells as text."""
    sirets = _as_text(batch.column(columns["siret"]))
    # Numbers have lost their leading zeros.
    sirets = pc.utf8_lpad(pc.utf8_trim_whitespace(sirets), 14, "0")
    met = pc.fill_null(pc.is_in(sirets, value_set=wanted), fill_value=False)
    if not pc.any(met).as_py():
        return []
    kept = batch.filter(met)
    cells = {ours: kept.column(theirs).to_pylist() for ours, theirs in columns.items()}
    cells["siret"] = sirets.filter(met).to_pylist()
    return [
        {ours: public_text(cell) for ours, cell in zip(cells, row, strict=True)}
        for row in zip(*cells.values(), strict=True)
    ]


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        column = pc.cast(column, pa.int64())
    return pc.cast(column, pa.string())


def _established(rows: list[dict[str, str]]) -> dict[str, Establishment]:
    projected = _unprojected(rows)
    found = {}
    for row, by_projection in zip(rows, projected, strict=True):
        found[row["siret"]] = _establishment(row, by_projection)
    return found


def _establishment(
    row: Mapping[str, str], by_projection: tuple[float, float] | None
) -> Establishment:
    address = joined_address(**{name: row.get(name, "") for name in _ADDRESS})
    longitude, latitude = degrees(row.get("longitude"), row.get("latitude"))
    apart = 0.0
    if longitude is None or latitude is None:
        longitude, latitude = by_projection or (None, None)
    elif by_projection:
        apart = _apart_m((longitude, latitude), by_projection)
    quality = row.get("quality", "").removesuffix(".0") if longitude is not None else _NOWHERE
    precision, score, doubt = _QUALITY.get(quality, (precision_by_address(address), _UNTOLD, ""))
    if apart and precision != "municipality":
        doubt = f"siret_positions_disagree: {apart:.0f} m"
    state = row.get("state", "").upper()
    return Establishment(
        siret=row["siret"],
        name=next(filter(None, (row.get(column) for column in _NAMES)), ""),
        address=address,
        code=_commune(row).upper(),
        country=row.get("country", ""),
        longitude=longitude,
        latitude=latitude,
        precision=precision,
        score=score,
        doubt=doubt,
        state=state if state in {"A", "F"} else "",
        legal_form=row.get("legal_form", ""),
        activity=row.get("activity", ""),
        staff_band=row.get("staff_band", ""),
        ess=_ESS.get(row.get("ess", "").upper(), ""),
    )


def _commune(row: Mapping[str, str]) -> str:
    code = row.get("code") or row.get("declared_code") or ""
    return code.zfill(5) if code else ""


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two positions of one establishment are apart, 0 where they agree."""
    apart = Geod(ellps="GRS80").inv(*one, *other)[2]
    return apart if apart > _MOST_APART_M else 0.0


def _unprojected(rows: list[dict[str, str]]) -> list[tuple[float, float] | None]:
    """Return the longitude and latitude of each x and y, each in its own projection."""
    found: list[tuple[float, float] | None] = [None] * len(rows)
    codes = np.array([_epsg(row) for row in rows], dtype=int)
    xy = [(number(row.get("x")), number(row.get("y"))) for row in rows]
    told = np.array([x is not None and y is not None for x, y in xy], dtype=bool)
    for epsg in LEGAL_CRS:
        at = np.flatnonzero((codes == epsg) & told)
        if not at.size:
            continue
        transformer = Transformer.from_crs(epsg, WGS84, always_xy=True)
        lonlat = transformer.transform(*np.array([xy[row] for row in at], dtype=float).T)
        for row, longitude, latitude in zip(at, *lonlat, strict=True):
            position = degrees(longitude, latitude)
            found[row] = None if position[0] is None else position
    return found


def _epsg(row: Mapping[str, str]) -> int:
    """Return the projection of a row: told, else the one of its département; 0 for none."""
    if row.get("epsg"):
        told = number(row["epsg"].upper().removeprefix("EPSG:"))
        return int(told) if told else 0
    try:
        return metric_crs(_commune(row)) if _commune(row) else 0
    except CrsError:
        return 0
