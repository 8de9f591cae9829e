"""The embedded geocoder against the merge one would write, on the real town-hall addresses.

Run from the root of a checkout: ``python benchmarks/commune_geocoder.py``. Reads
tests/data/town_halls.parquet (34,827 addresses and the communes they are of); uses no network.
"""

from __future__ import annotations

import platform
import sys
import unicodedata
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from ptce_geo.geocoding import CommuneGeocoder  # noqa: E402 - the checkout's own package
from ptce_geo.territories import territory_table  # noqa: E402
from ptce_geo.territories.commune_index import commune_index  # noqa: E402
from ptce_geo.territories.names import fold  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 7


def main() -> None:
    town_halls = pd.read_parquet(ROOT / "tests" / "data" / "town_halls.parquet")
    truth, lines = town_halls["code"], town_halls[["address"]]
    columns = split(lines["address"])
    forms = {
        "whole lines": lines,
        "split columns": columns,
        "as lists type": as_lists_type(columns),
        "town alone": columns[["city"]],
    }
    print(f"{len(truth):,} addresses; Python {platform.python_version()}, pandas {pd.__version__}")

    began = perf_counter()
    territory_table("commune")
    commune_index(2026)
    print(f"index built in {perf_counter() - began:.2f} s, once a process\n")

    print(f"{'form':<14} {'method':<16} {'right %':>8} {'accepted, wrong %':>18} {'rows/s':>8}")
    for form, queries in forms.items():
        for method, locate in {"CommuneGeocoder": by_geocoder, "merge": by_merge}.items():
            codes, accepted, seconds = timed(locate, queries)
            right = (codes == truth).mean()
            wrong = (accepted & (codes != truth)).mean()
            speed = len(truth) / seconds
            print(f"{form:<14} {method:<16} {right:8.2%} {wrong:18.3%} {speed:8,.0f}")


def timed(
    locate: Callable[[pd.DataFrame], tuple[pd.Series, pd.Series]], queries: pd.DataFrame
) -> tuple[pd.Series, pd.Series, float]:
    """Return codes, which of them are accepted, and the median of the seconds it took."""
    seconds = []
    for _ in range(RUNS):
        fold.cache_clear()  # every run reads every name anew
        began = perf_counter()
        codes, accepted = locate(queries)
        seconds.append(perf_counter() - began)
    return codes, accepted, median(seconds)


def by_geocoder(queries: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    answers = CommuneGeocoder().locate(queries)
    return answers["code_commune"], answers["geocode_status"] == "accepted"


def by_merge(queries: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """What one would write: merge on the postcode and the name in capitals without accents."""
    if "address" in queries:
        queries = split(queries["address"])
    keys = pd.DataFrame({"name": plain(queries["city"])})
    if "postcode" in queries:
        keys["postcode"] = queries["postcode"].str.zfill(5)
    communes = territory_table("commune").rename_axis("code").reset_index()
    communes = communes.assign(
        name=plain(communes["nom"]), postcode=communes["postcodes"].str.split()
    )
    communes = communes.explode("postcode")[["code", *keys]].drop_duplicates()
    communes = communes.drop_duplicates(list(keys), keep=False)
    codes = keys.merge(communes, on=list(keys), how="left")["code"]
    return codes, codes.notna()


def plain(names: pd.Series) -> pd.Series:
    ascii_names = [
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in names
    ]
    return pd.Series(ascii_names, names.index).str.upper().str.replace(r"[^A-Z]+", " ", regex=True)


def split(lines: pd.Series) -> pd.DataFrame:
    """Return postcode and town of the last line of each address."""
    return lines.str.rpartition("\n")[2].str.extract(r"^(?P<postcode>\d+)\s+(?P<city>.+)$")


def as_lists_type(columns: pd.DataFrame) -> pd.DataFrame:
    """Return towns in capitals with St, Ste and CEDEX, postcodes without their leading zero."""
    city = (
        columns["city"].str.upper().str.replace("-", " ").str.replace(r"^(LE|LA) ", "", regex=True)
    )
    city = city.str.replace("SAINT ", "ST ").str.replace("SAINTE ", "STE ")
    fifth = columns.index % 5 == 0
    return pd.DataFrame(
        {
            "postcode": columns["postcode"].str.lstrip("0"),
            "city": city.mask(fifth, city + " CEDEX"),
        }
    )


if __name__ == "__main__":
    main()
