"""The store: nothing is asked twice, and what comes out of it is what went in, bit for bit."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import geocoding_counted
import numpy as np
import pandas as pd
import pytest
from geocoding_counted import Counted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptce_geo import schema
from ptce_geo.errors import (
    GeocodingError,
    GeocodingServiceError,
    InputError,
    MissingColumnError,
    OutputError,
    UnreadableFileError,
)
from ptce_geo.geocoding import CommuneGeocoder
from ptce_geo.geocoding import store as store_module
from ptce_geo.geocoding.asking import PASSING_REASONS, ask
from ptce_geo.geocoding.store import AnswerStore, opened_store, query_texts

SCRIPT = Path(geocoding_counted.__file__)
FURTHER = {schema.FOUND_STREET: "str"}


@pytest.fixture
def store(tmp_path):
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def bits(frame):
    """All that a frame holds, floats as their bytes."""
    cells = {
        column: frame[column].to_numpy().tobytes()
        if frame[column].dtype == "float64"
        else frame[column].fillna("\0missing").tolist()
        for column in frame
    }
    return cells, frame.dtypes.astype("str").to_dict(), frame.index.tolist()


# --- what comes out is what went in ---------------------------------------------------------------

NUMBERS = st.floats(allow_nan=False) | st.none()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.none()
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            column: NUMBERS if kind == "float64" else TEXTS
            for column, kind in {**schema.GEOCODE_DTYPES, **FURTHER}.items()
        }
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_answers_come_back_bit_for_bit(rows, store):
    answers = pd.DataFrame(rows).astype({**schema.GEOCODE_DTYPES, **FURTHER})
    queries = pd.DataFrame({schema.ADDRESS: [f"{row}\0é😀" for row in range(len(rows))]})
    store.put(Counted(), queries, answers)
    assert bits(store.get(Counted(), queries)) == bits(answers)


CELLS = st.lists(st.sampled_from(["", "a", "b", '"', "é", None]), min_size=3, max_size=3)


@given(left=CELLS, right=CELLS)
def test_two_questions_are_one_when_their_cells_are_the_same(left, right):
    columns = (schema.ADDRESS, schema.POSTCODE, schema.CITY)
    texts = query_texts(CommuneGeocoder(), pd.DataFrame([left, right], columns=list(columns)))
    same = [one or "" for one in left] == [other or "" for other in right]
    assert (texts[0] == texts[1]) == same


def test_missing_columns_empty_columns_and_their_order_make_no_other_question():
    asked = pd.DataFrame({schema.CITY: ["Lyon"], schema.ADDRESS: ["1 rue X"]})
    turned = asked[[schema.ADDRESS, schema.CITY]].assign(postcode=np.nan, siret="1")
    assert query_texts(CommuneGeocoder(), asked) == query_texts(CommuneGeocoder(), turned)


def test_another_name_or_version_knows_nothing_of_it(store):
    queries = geocoding_counted.queries(3)
    store.put(Counted(), queries, Counted().locate(queries))
    for other in (Counted(name="other"), Counted(version="2")):
        assert store.get(other, queries).empty
    assert len(store.get(Counted(), queries)) == 3


def test_a_query_is_stored_once_and_nothing_else_of_the_list(store):
    queries = geocoding_counted.queries(20).assign(
        member_name="Régie de quartier", siret="49081200000012"
    )
    ask(Counted(), queries, store=store)
    ask(Counted(), queries, store=store)
    distinct = queries[schema.ADDRESS].nunique()
    assert distinct == 18
    assert store.describe().answers == distinct
    store.put(Counted(), queries, Counted().locate(queries))
    assert store.describe().answers == distinct
    store.close()
    content = store.path.read_bytes()
    assert b"quartier" not in content
    assert b"49081200000012" not in content


# --- asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 7, 10_000])
def test_from_the_store_as_from_the_geocoder(store, batch_size):
    queries = geocoding_counted.queries(40).set_axis(pd.Index(list("ab") * 20, name="own"))
    geocoder = Counted(batch_size=batch_size)
    plain = ask(Counted(), queries)
    asked = ask(geocoder, queries, store=store)
    assert sum(map(len, geocoder.asked)) == 36
    assert max(map(len, geocoder.asked)) <= batch_size
    again = ask(geocoder, queries, store=store)
    assert sum(map(len, geocoder.asked)) == 36
    assert bits(plain) == bits(asked) == bits(again)
    assert plain.index.name == asked.index.name == "own"
    pd.testing.assert_frame_equal(plain, again, check_exact=True)
    assert list(plain) == [*schema.GEOCODE_COLUMNS, schema.FOUND_STREET]


def test_no_rows_and_no_columns(store):
    nothing = ask(Counted(), geocoding_counted.queries(0), store=store)
    assert nothing.dtypes.astype("str").to_dict() == schema.GEOCODE_DTYPES
    assert len(nothing) == 0
    told = ask(CommuneGeocoder(), pd.DataFrame(index=[3, 4]), store=store)
    assert told[schema.GEOCODE_REASON].to_dict() == {3: "no_town", 4: "no_town"}


def test_only_what_the_geocoder_reads_is_asked():
    class Nosy(Counted):
        def locate(self, queries):
            assert list(queries) == [schema.ADDRESS, schema.CITY]
            return super().locate(queries)

    ask(Nosy(), geocoding_counted.queries(3).assign(siret="1", postcode="42000"))


def test_progress_is_told_in_rows():
    told = []
    queries = geocoding_counted.queries(20)
    ask(Counted(batch_size=10), queries, progress=lambda *one: told.append(one))
    assert told == [("counted", 0, 20), ("counted", 12, 20), ("counted", 20, 20)]


def test_offline_replays_what_the_store_knows(store):
    queries = geocoding_counted.queries(9)
    online = ask(Counted(), queries.head(6), store=store)
    geocoder = Counted()
    offline = ask(geocoder, queries, store=store, offline=True)
    assert geocoder.asked == []
    assert bits(offline.head(6)) == bits(online)
    left = offline.tail(3)
    assert left[schema.GEOCODE_STATUS].tolist() == ["rejected"] * 3
    assert left[schema.GEOCODE_REASON].tolist() == ["not_in_store"] * 3
    assert left[[schema.GEOCODE_PROVIDER, schema.LONGITUDE]].isna().all(axis=None)
    # It is no answer, and not kept as one.
    assert bits(ask(geocoder, queries, store=store).head(6)) == bits(online)
    assert ask(Counted(), queries, store=store)[schema.GEOCODE_REASON].eq("counted").all()
    # What needs no network is asked all the same; without a store too.
    local = Counted(needs_network=False)
    assert ask(local, queries, offline=True)[schema.GEOCODE_REASON].eq("counted").all()
    assert ask(Counted(), queries, offline=True)[schema.GEOCODE_REASON].eq("not_in_store").all()


class Failing(Counted):
    """The service fails at the third batch."""

    def locate(self, queries):
        if len(self.asked) == 2:
            msg = "the service is away"
            raise GeocodingServiceError(msg, status_code=503, retry_after=5)
        return super().locate(queries)


def test_a_failure_in_mid_run_keeps_what_was_answered(store):
    queries = geocoding_counted.queries(40)
    told = r"^the service is away; 14 of 36 answers are in the store .*; run again to go on$"
    with pytest.raises(GeocodingServiceError, match=told) as caught:
        ask(Failing(), queries, store=store)
    assert (caught.value.status_code, caught.value.retry_after) == (503, 5)
    later = Counted()
    assert bits(ask(later, queries, store=store)) == bits(ask(Counted(), queries))
    assert sum(map(len, later.asked)) == 36 - 14


def test_a_failure_without_a_store_says_what_one_is_for():
    with pytest.raises(GeocodingServiceError, match="with a store the next one would go on"):
        ask(Failing(), geocoding_counted.queries(40))


@pytest.mark.parametrize("details", ["", ": 429"])
@pytest.mark.parametrize("reason", PASSING_REASONS)
def test_what_may_pass_is_not_kept(store, reason, details):
    class Refused(Counted):
        def locate(self, queries):
            found = super().locate(queries)
            found.iloc[0, found.columns.get_loc(schema.GEOCODE_REASON)] = reason + details
            return found

    queries = geocoding_counted.queries(4)
    refused = ask(Refused(), queries, store=store)
    assert refused[schema.GEOCODE_REASON].iloc[0] == reason + details
    assert store.describe().answers == 3
    geocoder = Counted()
    assert ask(geocoder, queries, store=store)[schema.GEOCODE_REASON].eq("counted").all()
    assert geocoder.asked == [queries[schema.ADDRESS].head(1).tolist()]


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda found: found.iloc[:-1], "answered 2 rows to 3 asked, or in another order"),
        (lambda found: found.iloc[::-1], "or in another order"),
        (lambda found: found.assign(geocode_status="fine"), "answered geocode_status fine; known"),
        (lambda found: found.assign(geocode_precision="roof"), "geocode_precision roof; known"),
        (lambda found: found.assign(longitude="east"), "what is no number"),
    ],
)
def test_a_careless_geocoder_is_found_out_and_not_stored(store, spoil, match):
    class Careless(Counted):
        def locate(self, queries):
            return spoil(super().locate(queries))

    with pytest.raises(GeocodingError, match=match):
        ask(Careless(), geocoding_counted.queries(3), store=store)
    assert store.describe().answers == 0


def test_an_answer_without_its_columns_is_found_out():
    class Bare(Counted):
        def locate(self, queries):
            return super().locate(queries).drop(columns=schema.GEOCODE_SCORE)

    with pytest.raises(MissingColumnError, match="answer of geocoder 'counted': no column"):
        ask(Bare(), geocoding_counted.queries(3))


# --- killed, and shared ---------------------------------------------------------------------------


def started(folder, name, rows, *, batch, pause_s):
    """Return a process that asks as soon as it is told to; it takes long to get ready."""
    paths = [folder / "shared.sqlite", folder / f"log of {name}", folder / name]
    command = [sys.executable, SCRIPT, *paths, str(rows), str(batch), str(pause_s)]
    return subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stderr=subprocess.PIPE)


def go(process):
    process.stdin.write(b"go\n")
    process.stdin.flush()


def finished(process):
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()


def batches(log):
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line.split("|") for line in lines]


def test_killed_five_times_and_resumed(tmp_path):
    rows, batch = 300, 7
    dice = random.Random()
    names = [f"run {run}" for run in range(6)]
    processes = [started(tmp_path, name, rows, batch=batch, pause_s=0.01) for name in names]
    runs = []
    for name, process in list(zip(names, processes, strict=True))[:-1]:
        go(process)
        most = dice.randint(1, 6)
        while process.poll() is None and len(batches(tmp_path / f"log of {name}")) < most:
            time.sleep(0.001)
        time.sleep(dice.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        runs.append(batches(tmp_path / f"log of {name}"))
    go(processes[-1])
    finished(processes[-1])
    runs.append(batches(tmp_path / f"log of {names[-1]}"))

    # Only the batch in flight, the last of a run, may be asked again.
    in_flight = {text for run in runs[:-1] for text in run[-1]}
    asked = [text for run in runs for some in run for text in some]
    assert set(asked) == set(geocoding_counted.queries(rows)[schema.ADDRESS])
    repeated = {text for text in asked if asked.count(text) > 1}
    assert repeated <= in_flight
    undisturbed = tmp_path / "undisturbed"
    ask(Counted(), geocoding_counted.queries(rows)).to_parquet(undisturbed)
    assert (tmp_path / names[-1]).read_bytes() == undisturbed.read_bytes()


def test_two_processes_at_once_on_a_store_that_neither_found(tmp_path):
    both = [started(tmp_path, name, 60, batch=2, pause_s=0.002) for name in ("one", "two")]
    for process in both:
        go(process)
    for process in both:
        finished(process)
    results = [(tmp_path / name).read_bytes() for name in ("one", "two")]
    assert results[0] == results[1]
    with AnswerStore(tmp_path / "shared.sqlite") as store:
        assert store.describe().answers == 54


# --- what is kept, and what is not any more -------------------------------------------------------


def test_described_and_deleted(store):
    queries = geocoding_counted.queries(5)
    for geocoder in (Counted(), Counted(version="2"), Counted(name="other")):
        ask(geocoder, queries, store=store)
    told = store.describe()
    assert told.path == store.path
    assert told.size_bytes > 4096
    columns = ["provider", "version", "answers"]
    assert told.providers[columns].to_numpy().tolist() == [
        ["counted", "1", 5], ["counted", "2", 5], ["other", "1", 5],
    ]  # fmt: skip
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert (told.providers[["oldest", "newest"]] >= today[:8]).all(axis=None)
    assert store.delete(older_than=dt.timedelta(days=1)) == 0
    assert store.delete(provider="counted", older_than=dt.timedelta(0)) == 10
    assert store.describe().providers["provider"].tolist() == ["other"]
    assert store.delete(provider="nobody") == 0
    assert store.delete(provider="other") == 5
    assert store.describe().answers == 0
    with pytest.raises(InputError, match="which answers to delete"):
        store.delete()


def test_old_answers_are_told_by_their_time(store, monkeypatch):
    queries = geocoding_counted.queries(4)

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(2020, 1, 31, tzinfo=tz)

    with monkeypatch.context() as before:
        before.setattr(store_module.dt, "datetime", Clock)
        ask(Counted(), queries.head(3), store=store)
    ask(Counted(), queries, store=store)
    assert store.describe().providers["oldest"].tolist() == ["2020-01-31T00:00:00+00:00"]
    assert store.delete(older_than=dt.timedelta(days=365)) == 3
    assert store.describe().answers == 1


def test_what_is_deleted_is_not_to_be_found_in_the_file(store):
    ask(Counted(), pd.DataFrame({schema.ADDRESS: ["12 rue Secret"] * 3}), store=store)
    ask(Counted(name="other"), pd.DataFrame({schema.ADDRESS: ["3 rue Connue"]}), store=store)
    assert store.delete(provider="counted") == 1
    files = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert b"Secret" not in files
    assert b"Connue" in files


# --- files that are no store ----------------------------------------------------------------------


def other_version(path):
    AnswerStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()


def of_another_program(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answers (a)")
    connection.close()


def truncated(path):
    with AnswerStore(path) as store:
        ask(Counted(batch_size=400), geocoding_counted.queries(400), store=store)
    path.write_bytes(path.read_bytes()[:-5000])


def beginning_only(path):
    with AnswerStore(path) as store:
        ask(Counted(batch_size=400), geocoding_counted.queries(400), store=store)
    path.write_bytes(path.read_bytes()[:60])


def scrambled(path):
    AnswerStore(path).close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 9000)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda path: path.write_text("address;city\n"), "no store of answers .*; give another"),
        (lambda path: path.mkdir(), "is a directory; give another path"),
        (of_another_program, "an SQLite file of another program"),
        (other_version, "a store of version 7, this ptce_geo reads version 1; give another path"),
        (truncated, "is damaged .*; delete it and ask again"),
        (beginning_only, "is damaged .*; delete it and ask again"),
        (scrambled, "is damaged .*; delete it and ask again"),
    ],
)
def test_a_file_that_is_no_store_is_one_line_and_stays_as_it_is(tmp_path, make, match):
    path = tmp_path / "answers.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UnreadableFileError, match=match) as caught:
        AnswerStore(path)
    assert "\n" not in str(caught.value)
    assert before is None or path.read_bytes() == before


def test_damage_found_later_is_one_line_too(tmp_path):
    path = tmp_path / "answers.sqlite"
    queries = geocoding_counted.queries(400)
    with AnswerStore(path) as store:
        ask(Counted(batch_size=400), queries, store=store)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with AnswerStore(path) as store, pytest.raises(UnreadableFileError, match="is damaged") as said:
        store.get(Counted(), queries)
    assert "\n" not in str(said.value)


def test_an_empty_file_is_a_new_store(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.touch()
    with AnswerStore(path) as store:
        assert store.describe().answers == 0


def test_no_folder_to_make_it_in(tmp_path):
    with pytest.raises(OutputError, match="no such folder"):
        AnswerStore(tmp_path / "absent" / "answers.sqlite")


def test_a_store_that_can_only_be_read(tmp_path, monkeypatch):
    path = tmp_path / "answers.sqlite"
    queries = geocoding_counted.queries(6)
    with AnswerStore(path) as store:
        known = ask(Counted(), queries.head(4), store=store)
    # Whoever runs the tests as root may write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with AnswerStore(path) as store:
        assert store.read_only
        geocoder = Counted()
        assert bits(ask(geocoder, queries.head(4), store=store)) == bits(known)
        with pytest.raises(OutputError, match="can only be read, and 2 answers are to be put"):
            ask(geocoder, queries, store=store)
        assert geocoder.asked == []
        offline = ask(Counted(needs_network=False), queries, store=store, offline=True)
        assert offline[schema.GEOCODE_REASON].eq("counted").all()
        with pytest.raises(OutputError, match="cannot be used"):
            store.put(geocoder, queries, geocoder.locate(queries))
        with pytest.raises(OutputError, match="cannot be used"):
            store.delete(provider="counted")
        assert store.describe().answers == 4
    assert [file.name for file in tmp_path.iterdir()] == ["answers.sqlite"]


def test_a_store_by_its_path_is_closed_and_one_that_is_open_stays_open(tmp_path, store):
    with opened_store(None) as nothing:
        assert nothing is None
    with opened_store(store) as same:
        assert same is store
    assert store.describe().answers == 0
    with opened_store(str(tmp_path / "other.sqlite")) as other:
        assert other.describe().answers == 0
    with pytest.raises(UnreadableFileError, match="closed"):
        other.describe()
