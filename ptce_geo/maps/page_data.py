"""From the content of a map to the one object that its page carries."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ptce_geo.labels import label
from ptce_geo.maps.base_maps import BASE_MAPS
from ptce_geo.territories import Topology
from ptce_geo.words import LABELS

if TYPE_CHECKING:
    from ptce_geo.maps.content import Content


def page_data(content: Content) -> dict[str, Any]:
    """Return what the page's scripts read: the content, its words and the base maps.

    Fields of dataclasses get the names that scripts give them (``class_of`` is ``classOf``);
    arrays of rows (the ends of lines) are flat, row after row.
    """
    data: dict[str, Any] = _plain(content)
    data["text"] = {
        key.removeprefix("map_"): label(key, content.lang)
        for key in LABELS
        if key.startswith("map_")
    }
    data["baseMaps"] = [dict(base) for base in BASE_MAPS]
    return data


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything that a content holds
    if is_dataclass(value) and not isinstance(value, Topology):
        plain = {_camel(each.name): _plain(getattr(value, each.name)) for each in fields(value)}
        kind = getattr(value, "type", None)
        return plain if kind is None else {"type": kind, **plain}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return value.ravel()
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
