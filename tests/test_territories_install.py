"""Installing boundaries: from a real server, good or bad, and from files; the old ones stay."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import requests
import shapely
from contour_server import (
    BOX,
    ETALAB,
    RESOLUTION,
    YEAR,
    ContourServer,
    feature,
    packed,
    path_of,
)
from urllib3.exceptions import MaxRetryError, ProtocolError, SSLError

import ptce_geo
from ptce_geo import session
from ptce_geo.errors import (
    BoundariesDownloadError,
    BoundariesNotFoundError,
    InputError,
    OutputError,
    UnknownTerritoryError,
    UnreadableFileError,
)
from ptce_geo.territories import (
    install_boundaries,
    installed_boundaries,
    read_territories,
    territory_table,
)
from ptce_geo.territories.catalogue import user_folder
from ptce_geo.territories.history import years_of_codes
from ptce_geo.territories.install import planned_downloads

COMMUNES = path_of("commune")
REGIONS = path_of("region")


@pytest.fixture
def server(served_files):
    site = ContourServer(served_files)
    yield site
    site.close()


@pytest.fixture(scope="session")
def installed(served_files, tmp_path_factory):
    """A user's data directory after an installation."""
    home = tmp_path_factory.mktemp("installed")
    site = ContourServer(served_files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        patch.setenv("NO_PROXY", "127.0.0.1")
        install(site)
    site.close()
    return home


@pytest.fixture(autouse=True)
def hasty(monkeypatch, data_home):
    """A network that is quick to ask again."""
    monkeypatch.setattr(session, "BACKOFF_S", 0.001)


def impatient(monkeypatch):
    """Give up soon on a server that sends nothing: for those that are told to."""
    monkeypatch.setattr(session, "TIMEOUT_S", (10, 1.5))


@pytest.fixture
def old(installed, data_home):
    """The state of a data directory with an installation: what must not change."""
    shutil.copytree(installed, data_home)
    return state()


def install(server, **options):
    options = {"year": YEAR, "resolution": RESOLUTION, "base_url": server.url} | options
    return install_boundaries(**options)


def planned(server, **options):
    return planned_downloads(base_url=server.url, **options)


def manifest():
    return json.loads((user_folder() / "manifest.json").read_text("utf-8"))


def communes_of(year):
    """The codes that the history of the communes has for a year, overseas collectivities apart."""
    codes = years_of_codes()[year]
    codes = codes.index[codes]
    return codes[~codes.str.startswith(("975", "977", "978", "98"))]


def state():
    """Every file installed, by name: a download that is not finished is none."""
    folder = user_folder()
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".downloads" not in path.parts
    }


def leaves_the_old(error, old):
    assert state() == old
    assert len(read_territories("region", year=YEAR, resolution=RESOLUTION)) == 18
    assert "\n" not in str(error.value)


# What is installed


def test_what_is_served_is_what_is_read(server, served_france):
    done = install(server)
    assert done.rows == {"commune": 34_875, "epci": 1_255, "departement": 101, "region": 18}
    assert done.remarks == ()
    for level, (_, parents) in ETALAB.items():
        frame = read_territories(level, year=YEAR, resolution=RESOLUTION)
        served = served_france[level].reindex(frame.index)
        assert set(frame.index) == set(served_france[level].index)
        assert frame["nom"].to_list() == served["nom"].to_list()
        for parent in parents:
            pd.testing.assert_series_equal(frame[f"code_{parent}"], served[f"code_{parent}"])
        assert shapely.equals_exact(
            shapely.normalize(frame.geometry.to_numpy()),
            shapely.normalize(served.geometry.to_numpy()),
            tolerance=1e-9,
        ).all()
        pd.testing.assert_frame_equal(
            pd.DataFrame(frame.drop(columns="geometry")),
            territory_table(level, year=YEAR, resolution=RESOLUTION),
        )


def test_what_is_computed(server, served_france):
    install(server)
    communes = read_territories(year=YEAR)
    for departement, epsg in {"42": 2154, "971": 5490, "974": 2975, "976": 4471}.items():
        some = communes[communes["code_departement"] == departement]
        np.testing.assert_allclose(some["area_km2"], some.to_crs(epsg).area / 1e6, rtol=1e-9)
    points = shapely.points(communes["longitude"], communes["latitude"])
    assert shapely.intersects(communes.geometry.to_numpy(), points).all()
    assert set(communes["reference_point"]) == {"point_on_surface"}
    # Municipal populations: 68.1 million; an EPCI has those of its communes.
    assert communes["population"].sum() == pytest.approx(68.2e6, rel=0.01)
    for level in ("epci", "departement", "region"):
        table = territory_table(level, year=YEAR)
        summed = communes.groupby(f"code_{level}")[["population", "area_km2"]].sum()
        np.testing.assert_allclose(table[summed.columns], summed.reindex(table.index))
    # The embedded EPCI tell their départements too, by the same rule.
    told = territory_table("epci")["code_departements"]
    pd.testing.assert_series_equal(
        territory_table("epci", year=YEAR)["code_departements"], told, check_index_type=False
    )


def test_a_departement_is_read_alone(server):
    install(server)
    expected = territory_table(departements="974").index
    for read in (read_territories, territory_table):
        assert set(read(year=YEAR, departements="974").index) == set(expected)
        assert len(read("epci", year=YEAR, departements="974")) == 5


def test_the_embedded_boundaries_are_not_shadowed(installed, monkeypatch):
    before = read_territories("region")
    monkeypatch.setenv("XDG_DATA_HOME", str(installed))
    assert read_territories("region").equals(before)
    listed = installed_boundaries()
    assert listed["year"].to_list() == [2026, YEAR]
    assert listed["resolution"].to_list() == ["embedded", RESOLUTION]
    assert listed["communes"].to_list() == [34_875, 34_875]


def test_the_manifest_tells_hashes_and_sources(installed, monkeypatch, served_files):
    monkeypatch.setenv("XDG_DATA_HOME", str(installed))
    entry = manifest()["vintages"][str(YEAR)]["resolutions"][RESOLUTION]
    assert entry["departements"] is None
    for line in entry["levels"].values():
        content = (user_folder() / line["path"]).read_bytes()
        assert (line["sha256"], line["bytes"]) == (
            hashlib.sha256(content).hexdigest(),
            len(content),
        )
    assert [source["sha256"] for source in entry["sources"]] == [
        hashlib.sha256(served_files[path_of(level)]).hexdigest() for level in ETALAB
    ]
    # Nothing else lies about.
    assert {path.split("/")[0] for path in state()} == {
        "manifest.json",
        entry["levels"]["commune"]["path"].split("/")[0],
    }


def test_an_installation_replaces_the_one_before(server, old):
    folder = install(server).folder
    names = {path.name for path in user_folder().iterdir()} - {".downloads"}
    assert names == {folder.name, "manifest.json"}
    assert len(read_territories("region", year=YEAR)) == 18


def test_resolutions_and_years_stand_side_by_side(server, old, served_files):
    for level in ETALAB:
        server.files[path_of(level).replace(RESOLUTION, "100m")] = served_files[path_of(level)]
        server.files[path_of(level).replace("2025", "2026")] = served_files[path_of(level)]
    install(server, resolution="100m")
    install(server, year=2026)
    listed = installed_boundaries()[["year", "resolution"]].to_numpy().tolist()
    assert listed == [[2026, "embedded"], [2025, "100m"], [2025, "1000m"], [2026, "1000m"]]
    assert len(read_territories("region", year=2026, resolution="1000m")) == 18


def test_what_will_be_downloaded_is_told_before(server, served_files):
    plan = planned_downloads(year=YEAR, resolution=RESOLUTION, base_url=server.url)
    assert plan == {
        server.url + path_of(level): len(served_files[path_of(level)]) for level in ETALAB
    }


def test_progress_reaches_the_size_of_each_file(server, served_files):
    told = []
    install(server, progress=lambda *step: told.append(step))
    last = {what: (so_far, total) for what, so_far, total in told}
    for level in ETALAB:
        size = len(served_files[path_of(level)])
        assert last[path_of(level).rpartition("/")[2]] == (size, size)
    assert told[-1][0] == "check"


# What a source has beside the communes


def test_municipal_arrondissements_and_collectivities_are_kept_apart(server, served_communes):
    municipal = read_territories("arrondissement_municipal")
    parts = [
        feature(code, row.nom, row.geometry, departement=code[:2], commune=row.code_commune)
        for code, row in municipal.iterrows()
    ]
    beyond = [
        feature(code, "Loin", BOX, departement=code[:3], region=code[:3])
        for code in ("97501", "97701", "97801", "98735")
    ]
    server.files[COMMUNES] = packed([*served_communes, *parts, *beyond])
    done = install(server)
    assert [tuple(remark) for remark in done.remarks] == [("collectivities", {"communes": 4})]
    assert done.rows["commune"] == 34_875
    table = territory_table("arrondissement_municipal", year=YEAR)
    assert table["code_commune"].to_dict() == municipal["code_commune"].to_dict()
    assert table["code_departement"].to_dict() == municipal["code_departement"].to_dict()
    np.testing.assert_allclose(table["area_km2"], municipal["area_km2"], rtol=1e-6)


def test_invalid_outlines_are_mended_and_counted(server, served_communes, served_france):
    # A bow tie of two triangles, each a quarter of the box of 0.2° × 0.2° around it.
    x, y = served_france["commune"].loc["42218", ["longitude", "latitude"]]
    corners = [(x, y), (x + 0.2, y + 0.2), (x + 0.2, y), (x, y + 0.2)]
    code = '"code": "42218"'
    index = next(i for i, text in enumerate(served_communes) if code in text)
    row = served_france["commune"].loc["42218"]
    bow = feature(
        "42218",
        row.nom,
        shapely.Polygon(corners),
        departement="42",
        region="84",
        epci=row.code_epci,
    )
    server.files[COMMUNES] = packed([*served_communes[:index], bow, *served_communes[index + 1 :]])
    done = install(server)
    assert [tuple(remark) for remark in done.remarks] == [
        ("repaired", {"level": "commune", "count": 1})
    ]
    mended = read_territories(year=YEAR, departements="42").geometry["42218"]
    assert mended.is_valid
    assert mended.area == pytest.approx(0.2 * 0.2 / 2)


def test_a_commune_that_rounding_left_nothing_of_takes_its_embedded_outline(
    server, served_communes
):
    row = territory_table().loc["01001"]
    line = feature("01001", row.nom, FLAT, departement="01", region="84", epci=row.code_epci)
    server.files[COMMUNES] = packed([line, *served_communes[1:]])
    done = install(server)
    assert [tuple(remark) for remark in done.remarks] == [
        ("collapsed", {"level": "commune", "count": 1})
    ]
    mine = read_territories(year=YEAR, departements="01").geometry["01001"]
    assert mine.equals(read_territories(departements="01").geometry["01001"])


def test_a_few_communes_more_or_less_are_told(server, served_communes):
    rows = [text for text in served_communes if '"code": "42001"' not in text]
    lacking = next(text for text in served_communes if '"code": "42001"' in text)
    server.files[COMMUNES] = packed([*rows, lacking.replace('"42001"', '"42999"')])
    done = install(server)
    assert [tuple(remark) for remark in done.remarks] == [
        ("missing", {"count": 1, "year": str(YEAR), "codes": "42001"}),
        ("unknown", {"count": 1, "year": str(YEAR), "codes": "42999"}),
    ]


# A network that misbehaves, and gets there


@pytest.mark.parametrize("fault", ["503", "500", "504"])
def test_a_fault_that_passes_is_waited_for(server, fault):
    server.faults[COMMUNES] = [fault, fault]
    assert install(server).rows["commune"] == 34_875
    assert server.ranges(COMMUNES) == [None, None, None]


def test_a_connection_that_is_cut_is_taken_up_where_it_broke(server, served_files):
    server.faults[COMMUNES] = ["cut", "cut"]
    install(server)
    size = len(served_files[COMMUNES])
    half = size // 2
    then = half + (size - half) // 2
    assert server.ranges(COMMUNES) == [None, f"bytes={half}-", f"bytes={then}-"]


def test_a_server_that_sends_on_to_another(server, served_files):
    server.faults[COMMUNES] = ["cut"]
    front = ContourServer({})
    front.moved_to = server.url
    plan = planned_downloads(year=YEAR, resolution=RESOLUTION, base_url=front.url)
    assert list(plan.values()) == [len(served_files[path_of(level)]) for level in ETALAB]
    install(front)
    front.close()
    assert server.ranges(COMMUNES) == [None, f"bytes={len(served_files[COMMUNES]) // 2}-"]


def test_the_server_is_told_who_asks(server):
    planned_downloads(year=YEAR, resolution=RESOLUTION, base_url=server.url)
    assert server.agents == {f"ptce_geo/{ptce_geo.__version__}"}


def test_the_waits_grow_and_never_are_the_same_twice(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF_S", 1.0)
    with session.new_session() as one:
        patience = one.get_adapter("https://example.org").max_retries
    waits = []
    for _ in range(session.RETRIES):
        patience = patience.increment("GET", "/", error=ProtocolError())
        waits.append(patience.get_backoff_time())
    # At once, then after 2 and 4 s and up to a second more.
    assert waits[0] == 0
    beyond = [wait - least for wait, least in zip(waits[1:], (2, 4), strict=True)]
    assert all(0 < more < 1 for more in beyond)
    assert beyond[0] != beyond[1]


def test_a_certificate_that_is_not_trusted_is_told():
    reason = MaxRetryError(None, "/", SSLError("self-signed certificate"))
    assert "certificate" in session.told(requests.exceptions.SSLError(reason))


@pytest.mark.parametrize("fault", ["cut_without_etag", "stalls"])
def test_other_breaks(server, fault, served_files, monkeypatch):
    impatient(monkeypatch)
    server.faults[COMMUNES] = [fault]
    install(server)
    first, again = server.ranges(COMMUNES)
    assert first is None
    if fault == "cut_without_etag":  # no one can tell whether the rest would fit
        assert again is None
    else:  # but for the block that was under way
        assert 0 <= len(served_files[COMMUNES]) // 2 - int(again[6:-1]) < 1 << 16


@pytest.mark.parametrize("fault", ["ignores_range", "other_part"])
def test_a_server_that_does_not_continue_is_asked_for_the_whole(server, fault, served_france):
    server.faults[COMMUNES] = ["cut", fault]
    install(server)
    frame = read_territories(year=YEAR)
    assert set(frame.index) == set(served_france["commune"].index)


def test_a_file_that_changed_meanwhile_is_fetched_anew(server, served_communes):
    server.faults[COMMUNES] = ["cut", *["404"]]
    with pytest.raises(BoundariesDownloadError):
        install(server)
    server.files[COMMUNES] = packed(
        [text.replace('"nom": "A', '"nom": "Z') for text in served_communes]
    )
    install(server)
    assert server.ranges(COMMUNES)[-1] is not None
    assert territory_table(year=YEAR).loc["01004", "nom"].startswith("Zmb")


def test_the_next_attempt_goes_on_from_the_last(server, old, served_files):
    server.faults[COMMUNES] = ["cut", *["404"]]
    server.faults[REGIONS] = ["404"]
    for path in (COMMUNES, REGIONS):
        with pytest.raises(BoundariesDownloadError) as error:
            install(server)
        assert path in str(error.value)
        leaves_the_old(error, old)
    before = len(server.asked)
    install(server)
    size = len(served_files[COMMUNES])
    # The communes were whole at the second attempt, and are not fetched a second time.
    assert server.asked[before] == ("GET", COMMUNES, f"bytes={size}-")
    assert len(territory_table("region", year=YEAR)) == 18


# A network that misbehaves, and does not get there: the old boundaries stay


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "404",
            "the server answers 404 Not Found; it has not this year at this resolution, "
            "perhaps another, as in --year 2024",
        ),
        ("403", "the server answers 403 Forbidden"),
        ("503", "the server answers 503 Service Unavailable and asks to come back after 0 s"),
        ("429", "the server answers 429 Too Many Requests and asks to come back after 3600 s"),
        ("cut", "the connection broke off after .* bytes; what arrived is kept, run the command"),
        # Without ETag or date no one can tell whether the rest would fit.
        ("cut_without_etag", "the connection broke off after .* bytes; run the command again$"),
        ("stalls", "no answer in time after .* bytes; what arrived is kept, run the command again"),
        ("longer", "the connection broke off after"),
    ],
)
def test_a_server_that_fails_for_good(server, old, fault, said, monkeypatch):
    if fault == "stalls":
        impatient(monkeypatch)
    server.faults[COMMUNES] = [fault] * 40
    with pytest.raises(BoundariesDownloadError, match=said) as error:
        install(server)
    assert COMMUNES in str(error.value)
    leaves_the_old(error, old)
    if fault == "429":
        assert len(server.asked) == 1


def test_no_server_at_all(server, old):
    server.close()
    with pytest.raises(BoundariesDownloadError, match="the server cannot be reached") as error:
        install(server)
    leaves_the_old(error, old)


def swapped(text, was, becomes):
    assert was in text
    return text.replace(was, becomes)


FLAT = shapely.Polygon([(4.1, 45.1), (4.2, 45.1), (4.1, 45.1)])
LINE = shapely.LineString([(4, 45), (5, 46)])
SPOILT = {
    "garbage": (lambda c: bytes(range(256)) * 50, "holds no contours"),
    "html": (lambda c: b"<!doctype html><title>Oups</title>", "holds no contours"),
    "html, packed": (lambda c: gzip.compress(b"<html>Oups</html>"), "holds no contours"),
    "nothing": (lambda c: b"", "holds no contours"),
    "no feature": (lambda c: packed([]), "no column of code"),
    "no name": (
        lambda c: [re.sub(r'"nom": "[^"]*"', '"nom": null', text) for text in c],
        "commune: no row has a value of nom",
    ),
    "no EPCI": (
        lambda c: [re.sub(r'"epci": "[^"]*"', '"epci": null', text) for text in c],
        "commune: no row has a value of code_epci",
    ),
    "truncated gzip": (lambda c: packed(c)[:-50_000], "is damaged"),
    "flipped bits": (lambda c: _flipped(packed(c)), "is damaged"),
    "truncated, packed": (
        lambda c: gzip.compress(gzip.decompress(packed(c))[:-1000], 1),
        "holds no contours",
    ),
    "missing communes": (lambda c: c[:100] + c[200:], "100 missing"),
    "a département missing": (
        lambda c: [text for text in c if '"departement": "976"' not in text],
        "no commune of the départements 976",
    ),
    "other columns": (
        lambda c: [swapped(text, '"departement"', '"dpt"') for text in c],
        "no column of code_departement",
    ),
    "doubled code": (lambda c: [*c, c[7]], "stand more than once"),
    "malformed code": (
        lambda c: [swapped(c[0], '"code": "01001"', '"code": "1001"'), *c[1:]],
        "1001 cannot be codes",
    ),
    "no code": (lambda c: [swapped(c[0], '"code": "01001", ', ""), *c[1:]], "1 rows have no code"),
    "no département": (
        lambda c: [swapped(c[0], '"departement": "01", ', ""), *c[1:]],
        "01001 have no département",
    ),
    "unknown région": (
        lambda c: [swapped(c[0], '"region": "84"', '"region": "85"'), *c[1:]],
        "region: 85 of 1 communes are not in the source",
    ),
    "no geometry": (
        lambda c: [feature("01001", "A", "null", departement="01", region="84"), *c[1:]],
        "01001 have no area",
    ),
    "a line": (
        lambda c: [feature("01001", "A", LINE, departement="01", region="84"), *c[1:]],
        "01001 have no area",
    ),
    "many flat": (
        lambda c: [
            *c,
            *(feature(f"99{n}", "A", FLAT, departement="01", region="84") for n in range(100, 200)),
        ],
        "have no area",
    ),
    "far away": (
        lambda c: [feature("01001", "A", BOX, departement="01", region="84"), *c[1:]],
        "01001",
    ),
}  # fmt: skip


def _flipped(content):
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(b ^ 0xFF for b in content[middle : middle + 9])
        + content[middle + 9 :]
    )


@pytest.mark.parametrize("spoilt", SPOILT)
def test_content_that_cannot_be_used(server, old, served_communes, spoilt):
    make, said = SPOILT[spoilt]
    content = make(served_communes)
    server.files[COMMUNES] = content if isinstance(content, bytes) else packed(content)
    with pytest.raises(InputError, match=said) as error:
        install(server)
    leaves_the_old(error, old)


def test_a_length_that_is_too_short_is_noticed(server, old):
    server.faults[COMMUNES] = ["shorter"]
    with pytest.raises(
        UnreadableFileError, match=r"communes-1000m\.geojson\.gz is damaged"
    ) as error:
        install(server)
    leaves_the_old(error, old)
    # What came is of no use: the next attempt begins anew.
    install(server)
    assert server.ranges(COMMUNES) == [None, None]


def test_communes_of_another_year_are_recognised(server, old):
    with pytest.raises(UnreadableFileError, match="not the communes of 2024") as error:
        for level in ETALAB:
            server.files[path_of(level).replace("2025", "2024")] = server.files[path_of(level)]
        install(server, year=2024)
    # 68 codes of 2024 went, 8 came (COG 2025).
    assert "68 missing" in str(error.value)
    assert "8 unknown" in str(error.value)
    assert str(error.value).endswith("they are those of 2025, 2026")
    leaves_the_old(error, old)


def test_communes_of_a_neighbouring_year_are_recognised(
    server, old, served_communes, served_france
):
    # 11 codes of 2022 went, 1 came: fewer than a source may be behind.
    outlines = served_france["commune"].geometry
    communes = communes_of(2023)
    assert len(communes.symmetric_difference(communes_of(2022))) < 35
    parents = territory_table()[["code_departement", "code_region", "code_epci"]]
    there = dict(zip(outlines.index, served_communes, strict=True))
    some = parents.drop_duplicates("code_departement").set_index("code_departement", drop=False)
    features = []
    for code in communes:
        row = some.loc[code[:3] if code.startswith("97") else code[:2]]
        given = {"departement": row.code_departement, "region": row.code_region}
        features.append(there.get(code) or feature(code, "A", BOX, **given, epci=row.code_epci))
    for level in ETALAB:
        for year in (2022, 2023):
            server.files[path_of(level).replace("2025", str(year))] = server.files[path_of(level)]
    for year in (2022, 2023):
        server.files[COMMUNES.replace("2025", str(year))] = packed(features)
    with pytest.raises(UnreadableFileError, match=r"they are those of 2023$") as error:
        install(server, year=2022)
    leaves_the_old(error, old)


def test_what_is_asked_for_is_checked_first(server, tmp_path):
    with pytest.raises(
        InputError, match="Etalab has no resolution '7m'; known: 5m, 50m, 100m, 1000m"
    ):
        install(server, resolution="7m")
    with pytest.raises(UnreadableFileError, match=r"absent\.gpkg cannot be read: No such file"):
        install_boundaries(source=tmp_path / "absent.gpkg")
    (tmp_path / "communes.geojson").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="does not tell its resolution; give one of 5m"):
        install_boundaries(source=tmp_path / "communes.geojson")
    assert server.asked == []


@pytest.mark.parametrize("year", [2025.0, "2025"])
def test_a_year_that_is_no_whole_number(server, year):
    for ask in (install, planned):
        with pytest.raises(UnknownTerritoryError, match="year must be a whole number such as 2026"):
            ask(server, year=year)
    assert server.asked == []
    assert not user_folder().exists()


def test_a_whole_number_of_any_kind_is_a_year(server):
    install(server, year=np.int64(YEAR))
    assert list(manifest()["vintages"]) == [str(YEAR)]


def test_epci_that_the_source_lacks_are_left_out(server, served_communes):
    rows = [re.sub(r', "epci": "[^"]*"', "", text) for text in served_communes]
    server.files[COMMUNES] = packed(rows)
    done = install(server)
    assert [tuple(remark) for remark in done.remarks] == [("without_epci", {})]
    assert list(done.rows) == ["commune", "departement", "region"]
    assert "code_epci" not in territory_table(year=YEAR)


def test_a_folder_that_cannot_be_written(server, data_home):
    data_home.write_text("in the way", "utf-8")
    with pytest.raises(OutputError, match=f"cannot write to {user_folder()}"):
        install(server)


def test_a_damaged_manifest_is_told_before_anything_is_fetched(server, old):
    (user_folder() / "manifest.json").write_text('{"vintages"', "utf-8")
    with pytest.raises(BoundariesNotFoundError, match=r"manifest\.json cannot be read"):
        install(server)
    assert server.asked == []


def test_an_installation_that_cannot_be_named_leaves_nothing_behind(server):
    # A folder stands where the manifest belongs: the last step of all fails.
    (user_folder() / "manifest.json").mkdir(parents=True)
    with pytest.raises(OutputError, match=f"cannot write to {user_folder()}"):
        install(server)
    assert {path.name for path in user_folder().iterdir()} == {".downloads", "manifest.json"}


# A process that is killed


def command(server, *arguments, **options):
    environment = {**os.environ, "PTCE_GEO_CONTOURS_URL": server.url}
    words = [sys.executable, "-m", "ptce_geo.cli", "boundaries", *arguments]
    return subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


INSTALL = ["install", "--year", str(YEAR), "--resolution", RESOLUTION]


def test_killed_while_downloading(server, old, served_files):
    server.faults[COMMUNES] = ["stalls"]
    process = command(server, *INSTALL)
    assert server.stalled.wait(300)
    part = user_folder() / ".downloads" / f"{YEAR}-{RESOLUTION}" / "communes-1000m.geojson.gz.part"
    deadline = time.monotonic() + 300
    while not part.exists() or not part.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    arrived = part.stat().st_size
    left = {path: content for path, content in state().items() if not path.startswith(".new-")}
    assert left == old
    assert len(read_territories("region", year=YEAR)) == 18
    install(server)
    assert server.ranges(COMMUNES)[1:] == [f"bytes={arrived}-"]
    assert not any(path.startswith(".new-") for path in state())


@pytest.mark.parametrize(
    "reached",
    [".new-*/*.geojson", ".new-*/levels", ".new-*/levels/region.parquet", "2025-1000m-*/region*"],
)
def test_killed_at_any_time(server, old, reached):
    before = set(user_folder().glob(reached))
    process = command(server, *INSTALL)
    deadline = time.monotonic() + 300
    while process.poll() is None and set(user_folder().glob(reached)) <= before:
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    # The old ones or the new ones, whole: either way every file is the one of the manifest.
    for line in manifest()["vintages"][str(YEAR)]["resolutions"][RESOLUTION]["levels"].values():
        content = (user_folder() / line["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == line["sha256"]
    folder = install(server).folder
    assert {path.name for path in user_folder().iterdir()} - {".downloads"} == {
        folder.name,
        "manifest.json",
    }


def test_two_at_a_time(server, old):
    server.faults[COMMUNES] = ["stalls"]
    process = command(server, *INSTALL)
    assert server.stalled.wait(300)
    with pytest.raises(OutputError, match=r"are being installed to .* already; wait") as error:
        install(server, resolution="100m")
    leaves_the_old(error, state() | old)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert install(server).rows["region"] == 18


# The command


def ran(server, *arguments):
    process = command(server, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def test_the_command_installs_and_lists(server, served_files):
    code, out, err = ran(server, *INSTALL)
    assert (code, err) == (0, "")
    megabytes = f"{sum(map(len, served_files.values())) / 1e6:.1f}".replace(".", ",")
    lines = out.splitlines()
    assert lines[0] == f"À télécharger : 4 fichiers, {megabytes} Mo"
    assert lines[1] == f"Depuis {server.url}/2025/geojson"
    assert lines[2] == f"Vers {user_folder()}"
    assert lines[3] == "Installé : 2025, 1000m"
    assert "IGN – ADMIN EXPRESS COG" in out
    code, out, err = ran(server, "list")
    assert (code, err) == (0, "")
    rows = [line.split(" ") for line in out.splitlines()]
    rows = [[cell for cell in row if cell] for row in rows]
    assert rows[0] == ["année", "résolution", "communes", "taille", "dossier"]
    assert rows[1][:2] == ["2026", "embarquée"]
    assert rows[2][:3] == ["2025", "1000m", "34\u202f875"]
    assert rows[2][-1].startswith(str(user_folder() / "2025-1000m-"))


def test_the_command_in_english(server, shelf, tmp_path):
    source = shutil.copy(shelf / "communes-1000m.geojson.gz", tmp_path)
    code, out, err = ran(server, "install", "--year", "2025", "--source", source, "--lang", "en")
    assert (code, err) == (0, "")
    assert "  not in the source (EPCI): put together from the communes, names of 2026" in out
    code, out, _ = ran(server, "list", "--lang", "en")
    assert out.splitlines()[1].split()[:3] == ["2026", "embedded", "34,875"]
    assert server.asked == []


def test_the_command_tells_what_is_wrong_with_what_is_installed(server, old):
    told = manifest()
    told["vintages"][str(YEAR)]["resolutions"][RESOLUTION]["departements"] = ["01", "2A"]
    (user_folder() / "manifest.json").write_text(json.dumps(told), "utf-8")
    out = ran(server, "list")[1]
    assert out.splitlines()[2].endswith("  (départements : 01, 2A)")
    for folder in user_folder().glob("2025-*"):
        shutil.rmtree(folder)
    out = ran(server, "list", "--lang", "en")[1]
    assert out.splitlines()[2].endswith("  (files gone: 4; install them again)")


def test_the_command_recognises_the_year_of_a_file(server, shelf):
    source = str(shelf / "communes-1000m.geojson.gz")
    code, out, err = ran(server, "install", "--source", source, "--lang", "en")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Installed: 2026, 1000m"
    assert "  vintage recognised by its communes: 2026" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--year", "1999"], "the server answers 404 Not Found; it has not this year"),
        (["--year", "0"], "/0/geojson/communes-50m.geojson.gz: the server answers 404"),
        (["--resolution", "7m"], "Etalab has no resolution '7m'"),
        (["--resolution", "admin-express"], "give the GeoPackage of ADMIN EXPRESS COG (--source"),
        (["--source", "absent.gpkg"], "absent.gpkg cannot be read: No such file"),
    ],
)
def test_a_command_that_fails_is_one_line(server, old, arguments, said):
    code, _, err = ran(server, "install", *arguments)
    assert code == 1
    assert err.startswith("ptce-geo: ")
    assert err.count("\n") == 1
    assert said in err
    assert state() == old


@pytest.mark.parametrize(
    "arguments", [["list", "--lang", "de"], ["install", "--lang", "de"], ["fly"], []]
)
def test_a_wrong_command_line_is_2(server, arguments):
    code, _, err = ran(server, *arguments)
    assert code == 2
    assert "Traceback" not in err
