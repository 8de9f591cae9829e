"""What servers write, and their addresses: how long they ask to wait, what they say of an error."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ptce_geo.errors import InputError

UNREACHABLE: Final = "the server cannot be reached"
_LONGEST_MESSAGE: Final = 200
# Where the services, addok and their proxies put their own words.
_MESSAGE_KEYS: Final = ("detail", "erreur", "message", "error", "description", "title")
# Addresses of people do not travel in the clear over the public network.
_ONLY_HTTPS: Final = re.compile(r"(?:^|\.)(?:gouv\.fr|geopf\.fr)$")


def checked_base_url(base_url: str, *, name: str) -> str:
    """Return the address of a server without its last slash.

    Raises
    ------
    InputError
        When it is none, is not encrypted where it must be, or holds a password.

    Examples
    --------
    >>> checked_base_url("https://data.geopf.fr/geocodage/", name="BAN")
    'https://data.geopf.fr/geocodage'
    """
    text = str(base_url).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or re.search(r"[\s\x00-\x1f?#]", text):
        msg = f"{name}: {base_url!r} is no address of a server; give one such as https://host/path"
        raise InputError(msg)
    if parts.username is not None or parts.password is not None:
        msg = f"{name}: the address of {host} holds a name or password; put them in ~/.netrc"
        raise InputError(msg)
    if parts.scheme == "http" and _ONLY_HTTPS.search(host):
        msg = f"{name}: {text} would send addresses unencrypted; write https://"
        raise InputError(msg)
    return text


def retry_after_s(header: str) -> float | None:
    """Return the seconds that a header Retry-After asks to wait, None for none that can be read.

    Examples
    --------
    >>> retry_after_s("5"), retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT"), retry_after_s("soon")
    (5.0, 0.0, None)
    """
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def server_message(body: bytes) -> str:
    """Return what a server says of its error, in one short line; "" for nothing.

    Examples
    --------
    >>> server_message(b'{"code": 400, "message": "Failed", "detail": ["q: too short"]}')
    'q: too short'
    >>> server_message(b"<html>")
    ''
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    said = next((content[key] for key in _MESSAGE_KEYS if content.get(key)), "")
    text = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
