"""Geocoders side by side on one address base: how right, how sure, how fast.

Run from the root of a checkout: ``python benchmarks/geocoding.py --cases FILE --base FILE``, where
the cases are query, housenumber, street, postcode, citycode (CSV), and the base has the official
BAN columns. addok, where it is installed (tests/addok_server.py), is started over the same base.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))
from addok_peer import Addok, as_lines, missing, started_addok  # noqa: E402
from address_cases import HALVES, as_queries, judge, plain, read_base, read_cases  # noqa: E402
from damage import DAMAGES, damaged, places_of  # noqa: E402

from ptce_geo import schema  # noqa: E402 - the checkout's own package
from ptce_geo.geocoding import CommuneGeocoder, geocode  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUILD = (
    "import sys; from ptce_geo.geocoding.ban_index import build_ban_index;"
    "build_ban_index([sys.argv[1]], sys.argv[2]);"
)
COLD = (
    "import sys, time, pandas as pd; from ptce_geo.geocoding.ban_index import BanIndexGeocoder;"
    "queries = pd.read_parquet(sys.argv[2]); began = time.perf_counter();"
    "BanIndexGeocoder(sys.argv[1]).locate(queries[:1]); print(time.perf_counter() - began);"
    "BanIndexGeocoder(sys.argv[1]).locate(queries);"
)
# The kernel's count for the program: getrusage also counts what forked it.
PEAK = (
    "import re; from pathlib import Path;"
    "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
)


@dataclass
class Engine:
    """A geocoder to measure.

    Attributes
    ----------
    name : str
    open : callable
        Gives the geocoder, opened anew: nothing is known of a run before.
    run : callable, optional
        Asks everything once and gives the seconds; by default `locate` of a fresh geocoder.
    facts : dict
        What is printed of opening and memory.
    """

    name: str
    open: Callable[[], Any]
    run: Callable[[pd.DataFrame], float] | None = None
    facts: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def time(self, queries: pd.DataFrame) -> None:
        if self.run is not None:
            self.seconds.append(self.run(queries))
            return
        forget_texts()
        geocoder = self.open()
        geocoder.locate(queries[:1])
        began = perf_counter()
        geocoder.locate(queries)
        self.seconds.append(perf_counter() - began)


def main() -> None:
    options = read_options()
    base = read_base(options.base)
    cases = read_cases(options.cases, base, half=options.half)[: options.limit]
    queries = as_queries(cases["written"], columns=options.columns)
    print(
        f"{len(cases):,} cases ({options.half}, {'columns' if options.columns else 'one line'}), "
        f"{len(base):,} addresses; Python {platform.python_version()}, pandas {pd.__version__}"
    )
    with engines_of(options, queries) as engines:
        for _ in range(options.runs):  # in turn: what slows the machine slows them all
            for engine in engines:
                engine.time(queries)
        table_of_engines(engines, queries, cases, options)
        if options.damages:
            table_of_damages(engines, cases, base, options)
    if options.unknown_streets:
        table_of_unknown_streets(cases, base, options)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--addok", metavar="URL", help="an addok to measure over HTTP too")
    parser.add_argument("--index", type=Path, help="an index of the base, instead of building one")
    parser.add_argument(
        "--engines", default="index,addok,commune", help="what to measure (default: %(default)s)"
    )
    parser.add_argument("--runs", type=int, default=5, help="timed runs (default: %(default)s)")
    parser.add_argument("--half", choices=HALVES, default="all", help="tune on one, check on other")
    parser.add_argument("--columns", action="store_true", help="address, postcode, city apart")
    parser.add_argument(
        "--damages",
        default="all",
        type=damages,
        help=f"all, none or some of: {', '.join(DAMAGES)} (by any part of the name, comma between)",
    )
    parser.add_argument(
        "--unknown-streets",
        action="store_true",
        help="also ask an index that lacks the streets of half of the cases",
    )
    parser.add_argument("--seed", type=int, default=2026, help="of the damages")
    parser.add_argument("--limit", type=int, help="only so many cases")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N wrong ones each")
    return parser.parse_args()


def damages(text: str) -> list[str]:
    if text in ("all", "none"):
        return list(DAMAGES) if text == "all" else []
    wanted = [part.strip() for part in text.split(",")]
    found = [kind for kind in DAMAGES if any(part in kind for part in wanted)]
    if not found:
        message = f"no damage named so: {text}; known: {', '.join(DAMAGES)}"
        raise argparse.ArgumentTypeError(message)
    return found


@contextlib.contextmanager
def engines_of(options: argparse.Namespace, queries: pd.DataFrame) -> Iterator[list[Engine]]:
    """Give those that can be measured here, and say which cannot and why."""
    wanted = options.engines.split(",")
    with contextlib.ExitStack() as stack:
        engines = []
        if "index" in wanted:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            engines += index_engine(options, queries, folder)
        if "addok" in wanted:
            if advice := missing():
                print(f"addok is left out: {advice}")
            else:
                engines.append(addok_engine(stack.enter_context(started_addok(options.base))))
        if options.addok:
            from ptce_geo.geocoding.service.geocoder import BanGeocoder

            engines.append(Engine("addok over HTTP", lambda: BanGeocoder(options.addok)))
        if "commune" in wanted:
            engines.append(Engine("CommuneGeocoder", CommuneGeocoder))
        yield engines


def index_engine(options: argparse.Namespace, queries: pd.DataFrame, folder: Path) -> list[Engine]:
    try:
        from ptce_geo.geocoding.ban_index import BanIndexGeocoder
    except ImportError as error:
        print(f"BanIndexGeocoder is left out: {error}")
        return []
    facts = {}
    path = options.index
    if path is None:
        path = folder / "ban.idx"
        began = perf_counter()
        peak = python(BUILD + PEAK, options.base, path)[-1]
        facts["build"] = f"{perf_counter() - began:.1f} s, peak {int(peak) / 1000:,.0f} MB"
    facts["size"] = f"{path.stat().st_size / 1e6:,.1f} MB"
    queries.to_parquet(folder / "queries.parquet")
    first, peak = python(COLD + PEAK, path, folder / "queries.parquet")
    facts["first answer of a process"] = f"{float(first):.2f} s"
    facts["peak with all queries"] = f"{int(peak) / 1000:,.0f} MB"
    return [Engine("BanIndexGeocoder", lambda: BanIndexGeocoder(path), facts=facts)]


def python(code: str, *arguments: Path) -> list[str]:
    """Return the words that a program of its own prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return done.stdout.split()


def addok_engine(addok: Addok) -> Engine:
    def run(queries: pd.DataFrame) -> float:
        seconds = addok.search(as_lines(queries))
        facts["peak of Redis"] = f"{addok.redis_bytes / 1e6:,.0f} MB"
        facts["peak of the process"] = f"{addok.worker_kb / 1000:,.0f} MB"
        return seconds

    facts = {
        "build": f"{addok.load_seconds:.1f} s",
        "first answer of a process": f"{addok.first_seconds:.2f} s",
    }
    return Engine("addok, in-process", lambda: addok, run=run, facts=facts)


def forget_texts() -> None:
    """Empty what remembers texts, so that every run reads each anew.

    What remembers data (the register, an index) has few entries and stays.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("ptce_geo"):
            for one in list(vars(module).values()):
                if hasattr(one, "cache_clear") and one.cache_info().currsize > 50:
                    one.cache_clear()


def measured(
    engine: Engine, queries: pd.DataFrame, cases: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is right, and the answers themselves after the policy."""
    geocoder = engine.open()
    answers = geocoder.locate(queries)
    placed = geocode(queries, geocoders=[geocoder])
    return judge(answers, cases, placed), pd.concat(
        [placed.drop(columns="geometry"), answers.filter(schema.FOUND_COLUMNS)], axis=1
    )


def figures(right: pd.DataFrame) -> str:
    accepted, wrong = right["accepted"].sum(), right["wrong_point"].sum()
    verbatim = right["verbatim"].sum()
    recall = (right["accepted"] & right["whole"]).mean()
    rate = wrong / accepted if accepted else 0.0
    return (
        f"{right['whole'].mean():8.2%}{right['street'].mean():8.2%}{right['commune'].mean():8.2%}"
        f"{accepted / len(right):9.2%}{wrong:6d}{verbatim:9d}{rate:9.2%}{1 - rate:10.2%}"
        f"{recall:8.2%}"
    )


HEADINGS = (
    f"{'whole':>8}{'street':>8}{'commune':>8}{'accepted':>9}{'wrong':>6}{'verbatim':>9}"
    f"{'of acc.':>9}{'precision':>10}{'recall':>8}"
)


def table_of_engines(
    engines: list[Engine], queries: pd.DataFrame, cases: pd.DataFrame, options: argparse.Namespace
) -> None:
    print(f"\n{'':<18} {HEADINGS} {'queries/s':>10} {'x addok':>8}")
    addok = next((one for one in engines if one.name.startswith("addok, in")), None)
    for engine in engines:
        right, placed = measured(engine, queries, cases)
        speed = len(queries) / median(engine.seconds) if engine.seconds else float("nan")
        compared = addok is not None and engine.seconds
        ratio = f"{median(addok.seconds) / median(engine.seconds):8.1f}" if compared else ""
        print(f"{engine.name:<18} {figures(right)} {speed:10,.0f} {ratio}")
        show(right, placed, queries, cases, options.show)
    print()
    for engine in engines:
        if engine.facts:
            facts = "; ".join(f"{name} {value}" for name, value in engine.facts.items())
            print(f"{engine.name}: {facts}")


def table_of_damages(
    engines: list[Engine], cases: pd.DataFrame, base: pd.DataFrame, options: argparse.Namespace
) -> None:
    places = places_of(base)
    print(f"\n{'damage':<32} {'engine':<18} {'cases':>6} {HEADINGS}")
    for kind in options.damages:
        written = [
            damaged(one, kind, town=town, postcode=postcode, places=places, seed=options.seed)
            for one, town, postcode in cases[["written", "nom_commune", "postcode"]].itertuples(
                index=False
            )
        ]
        some = [one is not None for one in written]
        chosen = cases[some].reset_index(drop=True)
        queries = as_queries([one for one in written if one is not None], columns=options.columns)
        for engine in engines:
            right, placed = measured(engine, queries, chosen)
            print(f"{kind:<32} {engine.name:<18} {len(chosen):6,} {figures(right)}", flush=True)
            show(right, placed, queries, chosen, options.show)


def table_of_unknown_streets(
    cases: pd.DataFrame, base: pd.DataFrame, options: argparse.Namespace
) -> None:
    """Ask for streets that the base does not have: whatever street is accepted is a wrong one."""
    from ptce_geo.geocoding import BanIndexGeocoder, build_ban_index

    def street_of(code: pd.Series, street: pd.Series) -> pd.Series:
        return code + " " + street.map(plain)

    of_case = street_of(cases["citycode"], cases["street"])
    gone = of_case.drop_duplicates().sample(frac=0.5, random_state=options.seed)
    left = base[~street_of(base["code_insee"], base["nom_voie"]).isin(gone)]
    asked = cases[of_case.isin(gone)].reset_index(drop=True)
    full = [
        replace(one, postcode=one.postcode or postcode, city=one.city or town)
        for one, postcode, town in asked[["written", "postcode", "nom_commune"]].itertuples(
            index=False
        )
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.csv"
        left.to_csv(path, sep=";", index=False)
        build_ban_index([path], Path(folder) / "ban.idx")
        geocoder = BanIndexGeocoder(Path(folder) / "ban.idx")
        print(f"\n{'streets not in the base':<26}", end="")
        print(f"{'cases':>7}{'street':>8}{'commune':>9}{'wrong':>7}")
        for form, written in {"as it is": asked["written"], "postcode and town": full}.items():
            placed = geocode(as_queries(written, columns=options.columns), geocoders=[geocoder])
            accepted = placed[schema.GEOCODE_STATUS] == schema.ACCEPTED
            at_street = accepted & (placed[schema.GEOCODE_PRECISION] != "municipality")
            right = accepted & (placed[schema.CODE_COMMUNE] == asked["citycode"]) & ~at_street
            wrong = (accepted & ~right & ~at_street).sum()
            print(f"{form:<26}{len(asked):7,}{at_street.sum():8,}{right.sum():9,}{wrong:7,}")


def show(
    right: pd.DataFrame,
    placed: pd.DataFrame,
    queries: pd.DataFrame,
    cases: pd.DataFrame,
    count: int,
) -> None:
    """Print wrong answers, accepted ones first."""
    wrong = right[~right["whole"] | right["wrong_point"]].sort_values(
        "wrong_point", ascending=False, kind="stable"
    )
    for row in wrong.index[:count]:
        asked = re.sub(r"\s*\n\s*", " / ", " | ".join(queries.loc[row].fillna("")))
        case, answer = cases.loc[row], placed.loc[row]
        print(f"    {'WRONG ' if right.loc[row, 'wrong_point'] else ''}{asked}")
        print(
            f"        expected {case['housenumber']} {case['street']}, {case['postcode']} "
            f"{case['nom_commune']} ({case['citycode']})"
        )
        found = [
            str(answer[column])
            for column in (
                schema.GEOCODE_LABEL,
                schema.CODE_COMMUNE,
                schema.GEOCODE_PRECISION,
                schema.GEOCODE_STATUS,
                schema.GEOCODE_REASON,
            )
        ]
        score, margin = answer[schema.GEOCODE_SCORE], answer[schema.GEOCODE_MARGIN]
        print(f"        found    {', '.join(found)}; score {score:.3f}, margin {margin:.3f}")


if __name__ == "__main__":
    main()
