"""Place the members of a list by geocoders named in words: what a study and the command share."""

from __future__ import annotations

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ptce_geo import schema
from ptce_geo.errors import InputError, UnreadableFileError
from ptce_geo.geocoding.geocode import geocode
from ptce_geo.geocoding.policy import check_policy
from ptce_geo.geocoding.review.review import apply_review
from ptce_geo.geocoding.specs import check_specs, files_of, geocoders_from
from ptce_geo.geocoding.store import AnswerStore, version_of
from ptce_geo.labels import reason_words
from ptce_geo.members import link_poles, read_members, read_poles
from ptce_geo.territories import attach_territories, read_territories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from ptce_geo.geocoding import AcceptancePolicy, Geocoder
    from ptce_geo.geocoding.asking import Progress


# The embedded contours are about that coarse: a quay may lie outside them.
OFF_SHORE_M: Final = 500


@dataclass(frozen=True)
class Placing:
    """How the members of a list are placed.

    Attributes
    ----------
    geocoders : sequence of str
        Specs (`ptce_geo.geocoding.specs`) in the order in which they are asked; ``commune`` is
        last where it is not named.
    store : str or Path, optional
        Where every answer is kept.
    offline : bool
        Whether geocoders that need the network are answered from the store only.
    review : str or Path, optional
        What a person corrected, applied at the end.
    policy : AcceptancePolicy, optional
        When an answer is accepted.
    """

    geocoders: Sequence[str] = ("commune",)
    store: str | Path | None = None
    offline: bool = False
    review: str | Path | None = None
    policy: AcceptancePolicy | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are read, or written beside the result."""
        told = (self.store, self.review)
        return (*files_of(self.geocoders), *(Path(path) for path in told if path is not None))


class Placer:
    """Places members and seats; made by `opened_placer`.

    Attributes
    ----------
    geocoders : tuple of Geocoder
        In the order in which they are asked.
    policy : AcceptancePolicy
        When an answer is accepted.
    store : CountingStore or None
        Where answers are kept.
    by_siret : bool
        Whether one of the geocoders places by SIRET.
    """

    def __init__(
        self,
        placing: Placing,
        geocoders: tuple[Geocoder, ...],
        store: CountingStore | None,
        progress: Progress | None,
    ) -> None:
        self.geocoders = geocoders
        self.policy = check_policy(placing.policy)
        self.store = store
        self.by_siret = any(map(_by_siret, self.geocoders))
        self._placing = placing
        self._progress = progress
        if placing.offline:
            _require_answers(self.geocoders, store)

    def members(self, members: pd.DataFrame, *, poles: pd.DataFrame | None) -> gpd.GeoDataFrame:
        """Return members with points, corrected by the review if there is one."""
        located = self._geocode(members, self.geocoders, poles)
        if self._placing.review is None:
            return located
        return self.corrected(located, self._placing.review, poles=poles)

    def attached(self, members: pd.DataFrame, *, poles: pd.DataFrame | None) -> gpd.GeoDataFrame:
        """Return members with points, and the territories that they lie in."""
        with ThreadPoolExecutor(max_workers=1) as meanwhile:
            meanwhile.submit(read_territories)  # attaching needs the shapes, which are kept
            located = self.members(members, poles=poles)
        return attach_territories(located, max_distance_m=OFF_SHORE_M)

    def seats(self, poles: pd.DataFrame) -> gpd.GeoDataFrame:
        """Return poles with the points of their addresses: a pole has no SIRET."""
        chain = [geocoder for geocoder in self.geocoders if not _by_siret(geocoder)]
        return self._geocode(poles, chain, None)

    def corrected(
        self, located: gpd.GeoDataFrame, review: str | Path, *, poles: pd.DataFrame | None = None
    ) -> gpd.GeoDataFrame:
        """Return members placed as a person corrected them."""
        return apply_review(
            located,
            review,
            self.geocoders,
            poles=poles,
            policy=self.policy,
            store=self.store,
            offline=self._placing.offline,
        )

    def _geocode(
        self, members: pd.DataFrame, chain: Sequence[Geocoder], poles: pd.DataFrame | None
    ) -> gpd.GeoDataFrame:
        return geocode(
            members,
            chain,
            poles=poles,
            policy=self.policy,
            store=self.store,
            offline=self._placing.offline,
            progress=self._progress or False,
        )

    def record(self) -> dict[str, Any]:
        """Return who was asked, and by which rules."""
        specs = check_specs(self._placing.geocoders)
        return {
            "geocoders": [
                {"spec": spec, "name": geocoder.name, "version": version_of(geocoder)}
                for spec, geocoder in zip(specs, self.geocoders, strict=True)
            ],
            "policy": asdict(self.policy),
        }

    def unanswered(self) -> int:
        """Return how many questions an offline run could not answer."""
        if self.store is None or not self._placing.offline:
            return 0
        return self.store.unanswered(self.geocoders)


class CountingStore(AnswerStore):
    """A store that counts what it is asked.

    Attributes
    ----------
    asked, known, added : Counter
        Questions asked of it, answers that it had, and answers put in it, by geocoder.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.asked: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.added: Counter[str] = Counter()

    def get(
        self, geocoder: Geocoder, queries: pd.DataFrame, *, texts: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the answers that are known; see `AnswerStore.get`."""
        answers = super().get(geocoder, queries, texts=texts)
        self.asked[geocoder.name] += len(queries)
        self.known[geocoder.name] += len(answers)
        return answers

    def put(
        self,
        geocoder: Geocoder,
        queries: pd.DataFrame,
        answers: pd.DataFrame,
        *,
        texts: Sequence[str] | None = None,
    ) -> None:
        """Store answers; see `AnswerStore.put`."""
        super().put(geocoder, queries, answers, texts=texts)
        self.added[geocoder.name] += len(queries)

    def unanswered(self, geocoders: Sequence[Geocoder]) -> int:
        """Return how many questions to the network it had no answer to."""
        names = {geocoder.name for geocoder in geocoders if _by_network(geocoder)}
        return sum(self.asked[name] - self.known[name] for name in names)


@contextlib.contextmanager
def opened_placer(placing: Placing, *, progress: Progress | None = None) -> Iterator[Placer]:
    """Yield what places members, its store open.

    Parameters
    ----------
    placing : Placing
        What is asked.
    progress : callable, optional
        As `geocode` has it.

    Raises
    ------
    InputError
        When a spec is none, or the run is offline and nothing of it is known.
    UnreadableFileError, MissingColumnError
        When the review is missing, or a file of a geocoder is missing or not what it should be.

    Examples
    --------
    >>> import pandas as pd
    >>> with opened_placer(Placing()) as placer:
    ...     located = placer.members(pd.DataFrame({"city": ["Lyon"]}), poles=None)
    >>> located["code_commune"].tolist()
    ['69123']
    """
    # What is missing is said before anything is asked.
    for path, what in ((placing.review, "review"), (placing.offline and placing.store, "store")):
        if path and not Path(path).exists():
            msg = f"no such {what}: {path}"
            raise UnreadableFileError(msg)
    geocoders = geocoders_from(placing.geocoders)
    if placing.store is None:
        yield Placer(placing, geocoders, None, progress)
        return
    with CountingStore(placing.store) as store:
        yield Placer(placing, geocoders, store, progress)


def _by_siret(geocoder: Geocoder) -> bool:
    return bool(getattr(geocoder, "register", False))


def _by_network(geocoder: Geocoder) -> bool:
    return bool(getattr(geocoder, "needs_network", False))


def _require_answers(geocoders: Sequence[Geocoder], store: AnswerStore | None) -> None:
    """Raise where a run without a network would ask in vain, whatever the list."""
    asked = [geocoder for geocoder in geocoders if _by_network(geocoder)]
    if not asked:
        return
    names = [geocoder.name for geocoder in asked]
    if store is None:
        msg = f"offline, {' and '.join(names)} can be answered from a store only; give one"
        raise InputError(msg)
    held = store.describe().providers
    kept = set(zip(held["provider"], held["version"], strict=True))
    if kept.isdisjoint((geocoder.name, version_of(geocoder)) for geocoder in asked):
        msg = (
            f"offline, and the store {store.path} has no answer of {' or '.join(names)}; "
            f"run once with the network, or give the store of an earlier run"
        )
        raise InputError(msg)


def read_lists(
    members: str | Path,
    poles: str | Path | None,
    *,
    columns: Mapping[str, str] | None,
    by_siret: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return members and poles; where no list of poles is given, those that the members name.

    Parameters
    ----------
    members, poles : path
        Lists.
    columns : mapping of str to str, optional
        Column → heading in the list of members.
    by_siret : bool
        Whether a SIRET is enough to place members by.
    """
    table = read_members(members, columns=columns, by_siret=by_siret)
    if poles is None:
        named = table.dropna(subset=schema.POLE_ID).drop_duplicates(schema.POLE_ID)
        named = named[[schema.POLE_ID, schema.POLE_NAME]].reset_index(drop=True)
        return table, named.reindex(columns=list(schema.POLE_COLUMNS))
    listed = read_poles(poles)
    return link_poles(table, listed), listed


def placing_counts(members: pd.DataFrame) -> dict[str, Any]:
    """Return how many members have which status, and of these by precision, provider and reason.

    Examples
    --------
    >>> import pandas as pd
    >>> with opened_placer(Placing()) as placer:
    ...     located = placer.members(pd.DataFrame({"city": ["Lyon", "Nowhere"]}), poles=None)
    >>> placing_counts(located)["reason"]["accepted"]
    {'only_town_of_that_name': 1}
    """
    status = members[schema.GEOCODE_STATUS]
    parts = {
        "precision": members[schema.GEOCODE_PRECISION],
        "provider": members[schema.GEOCODE_PROVIDER],
        "reason": reason_words(members[schema.GEOCODE_REASON]),
    }
    return {
        "members": len(members),
        "status": {word: int((status == word).sum()) for word in schema.STATUSES},
        **{
            name: {word: _tally(column[status == word]) for word in schema.STATUSES}
            for name, column in parts.items()
        },
    }


def _tally(column: pd.Series) -> dict[str, int]:
    return {str(word): int(count) for word, count in column.value_counts().items()}
