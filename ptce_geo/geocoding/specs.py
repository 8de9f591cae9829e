"""Geocoders named in a word, as a command line or a study has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ptce_geo.errors import InputError
from ptce_geo.geocoding.ban_index import BanIndexGeocoder
from ptce_geo.geocoding.communes import CommuneGeocoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ptce_geo.geocoding.geocode import Geocoder

SPEC_FORMS: Final = ("commune", "ban", "addok=URL", "index=PATH", "sirene", "sirene=PATH")
_COMMUNE: Final = SPEC_FORMS[0]
# What stands behind the "=" of a form, by the word before it: nothing, something, or either.
_VALUES: Final = {
    word: {form.partition("=")[2] for form in SPEC_FORMS if form.partition("=")[0] == word}
    for word in ("commune", "ban", "addok", "index", "sirene")
}


def geocoder_from(spec: str) -> Geocoder:
    """Return the geocoder of a spec.

    Parameters
    ----------
    spec : str
        - ``commune``: the embedded one, at the commune;
        - ``ban``: the national service, over the network;
        - ``addok=URL``: any addok;
        - ``index=PATH``: an index of addresses that `build_ban_index` wrote;
        - ``sirene``: the register of establishments by its API, over the network;
        - ``sirene=PATH``: the same from the positioned SIRENE file.

    Raises
    ------
    InputError
        When the spec has none of these forms, or the URL is none.
    UnreadableFileError, MissingColumnError
        When the file of the spec is missing, or not what it should be.

    Examples
    --------
    >>> geocoder_from("commune").name, geocoder_from("addok=http://127.0.0.1:7878").name
    ('commune', 'addok')
    >>> geocoder_from("google")
    Traceback (most recent call last):
    ...
    ptce_geo.errors.InputError: geocoder 'google': no such form; known: commune, ban, addok=URL, \
index=PATH, sirene, sirene=PATH
    """
    word, value = _parted(spec)
    if word == _COMMUNE:
        return CommuneGeocoder()
    if word == "index":
        geocoder = BanIndexGeocoder(Path(value).expanduser())
        _ = geocoder.version  # opens the file: what is wrong with it is said now
        return geocoder
    # The command starts faster where these are not loaded.
    if word == "sirene":
        from ptce_geo.geocoding.sirene import SireneGeocoder

        return SireneGeocoder(Path(value).expanduser()) if value else SireneGeocoder()
    from ptce_geo.geocoding.service import BanGeocoder

    return BanGeocoder(value, name=word) if value else BanGeocoder()


def geocoders_from(specs: str | Iterable[str]) -> tuple[Geocoder, ...]:
    """Return the geocoders of specs in their order; the embedded one is last if it is not named.

    Raises
    ------
    InputError
        When a spec is given twice, or there is none; otherwise as `geocoder_from`.

    Examples
    --------
    >>> [geocoder.name for geocoder in geocoders_from(["ban"])]
    ['ban', 'commune']
    """
    listed = check_specs(specs)
    return tuple(geocoder_from(spec) for spec in listed)


def check_specs(specs: str | Iterable[str]) -> tuple[str, ...]:
    """Return specs as a cascade has them, once their forms are known to be right.

    Raises
    ------
    InputError
        When a spec has no known form or a URL that is none, or is given twice, or there is none.
    """
    listed = (specs,) if isinstance(specs, str) else tuple(specs)
    if not listed:
        msg = f"no geocoder given; known: {', '.join(SPEC_FORMS)}"
        raise InputError(msg)
    for place, spec in enumerate(listed):
        word, value = _parted(spec)
        if spec in listed[:place]:
            msg = f"geocoder {spec!r} is given twice; each is asked once"
            raise InputError(msg)
        if word == "addok" and value:
            geocoder_from(spec)  # which checks the URL
    return listed if _COMMUNE in listed else (*listed, _COMMUNE)


def files_of(specs: str | Iterable[str]) -> tuple[Path, ...]:
    """Return the files that the geocoders of specs read.

    Examples
    --------
    >>> [str(path) for path in files_of(["index=ban.idx", "ban", "commune"])]
    ['ban.idx']
    """
    parted = [_parted(spec) for spec in check_specs(specs)]
    return tuple(
        Path(value).expanduser() for word, value in parted if value and word in {"index", "sirene"}
    )


def _parted(spec: str) -> tuple[str, str]:
    """Return the word of a spec and what stands behind its "="; raise where it has no form."""
    if not isinstance(spec, str):
        msg = f"geocoder {spec!r} is no text; known: {', '.join(SPEC_FORMS)}"
        raise InputError(msg)
    word, equals, value = (part.strip() for part in spec.partition("="))
    needed = _VALUES.get(word)
    if needed is None:
        wrong = "no such form"
    elif not value and (equals or "" not in needed):
        wrong = f"{'/'.join(sorted(needed - {''})) or 'nothing'} must stand behind the ="
    elif value and needed == {""}:
        wrong = "nothing stands behind this word"
    else:
        return word, value
    msg = f"geocoder {spec!r}: {wrong}; known: {', '.join(SPEC_FORMS)}"
    raise InputError(msg)
