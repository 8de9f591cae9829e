"""What a page carries, packed: nested data, with large arrays and topologies, as one short text.

The text is base64 of zlib-deflated bytes: the size of a header (4 bytes, little-endian), the header
(JSON: the data with ``null`` where an array goes, and where and how the arrays are written), the
arrays one after the other. The same data give the same text. `assets/unpack.js` reads it.

Whole numbers are written with their sign last (0, -1, 1, -2 as 0, 1, 2, 3), first the lowest byte
of all of them, then the next: what is alike lies side by side, and deflates best.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ptce_geo.errors import InputError
from ptce_geo.territories.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Path = tuple[str | int, ...]
    Whole = npt.NDArray[np.int64]

_EXACT: Final = 2**53  # whole numbers up to it are exact in JavaScript
_MOST_DECIMALS: Final = 6
# Codes of five digits and capitals fit 32 bits as numbers to the base 36; in order, most are one
# more than the one before. Few codes are not worth it.
_CODE_LENGTH: Final = 5
_MANY: Final = 1000


def pack(data: Mapping[str, Any]) -> str:
    """Return `data` as a text that ``unpack`` of assets/unpack.js makes the same of.

    Parameters
    ----------
    data : mapping
        Of texts to None, truth values, numbers, texts, lists, tuples, mappings, one-dimensional
        NumPy arrays and topologies, nested at will.

    Returns
    -------
    str
        ASCII. A page gets arrays of numbers as ``Int32Array``, or as ``Float64Array`` where they
        are floats or too large; arrays of anything else, and tuples, as lists; a number that is
        NaN as ``null``, but as NaN in an array; a `Topology` as an object
        ``{codes, grid, x, y, starts, left, right, ranks}``.

    Raises
    ------
    InputError
        For what a page cannot be given, naming where it is: another type, an infinite number, a
        whole number beyond 2**53.

    Examples
    --------
    >>> import numpy as np
    >>> text = pack({"title": "Communes", "values": np.arange(1_000_000)})
    >>> text.isascii(), len(text) < 10_000
    (True, True)
    """
    arrays = _Arrays()
    tree = _plain(data, (), arrays)
    header = {"tree": tree, "arrays": arrays.lines, "topologies": arrays.topologies}
    header["same"] = arrays.same
    text = json.dumps(header, separators=(",", ":")).encode()
    content = b"".join([len(text).to_bytes(4, "little"), text, *arrays.segments])
    return base64.b64encode(zlib.compress(content)).decode()


@dataclass
class _Arrays:
    """The arrays met so far: what the header tells of each, and their bytes."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    segments: list[bytes] = field(default_factory=list)
    topologies: list[Path] = field(default_factory=list)
    # Where each topology was met first, and where again: layers of a map often share one.
    first: dict[int, Path] = field(default_factory=dict)
    same: list[tuple[Path, Path]] = field(default_factory=list)

    def add(self, path: Path, written: str, content: bytes, **more: int) -> None:
        self.lines.append({"path": path, "as": written, "bytes": len(content), **more})
        self.segments.append(content)


def _plain(value: object, path: Path, arrays: _Arrays) -> Any:  # noqa: ANN401 - what JSON takes
    """Return `value` as JSON takes it; its arrays go into `arrays`, and None where they were."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        return _number(value, path)
    if isinstance(value, Topology):
        if id(value) in arrays.first:
            arrays.same.append((path, arrays.first[id(value)]))
            return None
        arrays.first[id(value)] = path
        return _topology(value, path, arrays)
    if isinstance(value, np.ndarray):
        if value.ndim != 1:
            raise _refused(path, f"an array of {value.ndim} dimensions: give one of 1")
        if value.dtype.kind in "biuf":
            return _add_numbers(value, path, arrays)
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        if _are_codes(value):
            numbers = np.array([int(code, 36) for code in value])
            return _add_whole(numbers, path, arrays, codes=_CODE_LENGTH)
        return [_plain(inner, (*path, place), arrays) for place, inner in enumerate(value)]
    if isinstance(value, dict):
        if wrong := [key for key in value if not isinstance(key, str)]:
            raise _refused(path, f"the key {wrong[0]!r}: give keys that are texts")
        return {key: _plain(inner, (*path, key), arrays) for key, inner in value.items()}
    raise _refused(path, f"{type(value).__name__}: give lists, texts, numbers or NumPy arrays")


def _refused(path: Path, found: str) -> InputError:
    where = ".".join(map(str, path)) or "data"
    return InputError(f"pack: cannot put {where} into a page, found {found}")


def _number(value: float, path: Path) -> float | None:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        raise _refused(path, f"{value}: give a finite number, or NaN")
    if isinstance(value, int) and abs(value) > _EXACT:
        raise _refused(path, f"{value}: a page counts to 2**53")
    return value


def _are_codes(values: Sequence[object]) -> bool:
    return len(values) >= _MANY and all(
        isinstance(text, str)
        and len(text) == _CODE_LENGTH
        and text.isascii()
        and text.isalnum()
        and text == text.upper()
        for text in values
    )


def _topology(topology: Topology, path: Path, arrays: _Arrays) -> dict[str, Any]:
    """Write a topology in parts, which ``topologyOf`` of unpack.js puts together again.

    The steps from vertex to vertex, and apart from them the jumps from the end of an arc to the
    next: these are long, or none. What can be told is left out: ends of arcs are of rank 0.
    """
    last = np.zeros(len(topology.x), bool)
    last[topology.starts[1:] - 1] = True
    first = np.roll(last, 1)
    parts = {
        "sizes": np.diff(topology.starts),
        "left": topology.left,
        "beyond": np.where(topology.right < 0, 0, topology.right - topology.left),
        "ranks": topology.ranks[~(first | last)],
    }
    for axis in ("x", "y"):
        steps = np.diff(getattr(topology, axis).astype(np.int64), prepend=0)
        parts[f"{axis}Jumps"], parts[f"{axis}Steps"] = steps[first], steps[~first]
    arrays.topologies.append(path)
    for name, values in parts.items():
        _add_whole(values.astype(np.int64), (*path, name), arrays)
    plain = _plain({"codes": topology.codes, "grid": topology.grid}, path, arrays)
    return {**plain, **dict.fromkeys(parts)}


def _add_numbers(values: npt.NDArray[Any], path: Path, arrays: _Arrays) -> None:
    """Write an array of numbers as what it takes: whole numbers, decimals, or floats."""
    whole = values.dtype.kind != "f"
    if whole and _fit_32_bits(values):
        return _add_whole(values.astype(np.int64), path, arrays)
    if whole and max(-int(values.min()), int(values.max())) > _EXACT:
        raise _refused(path, "a whole number in an array that is beyond 2**53, where a page stops")
    values = values.astype(np.float64)
    if np.isinf(values).any():
        raise _refused(path, "an infinite number in an array: give finite ones, or NaN")
    if not _add_decimals(values, path, arrays):
        arrays.add(path, "floats", values.astype("<f8").tobytes())
    return None


def _add_decimals(values: npt.NDArray[np.float64], path: Path, arrays: _Arrays) -> bool:
    """Write floats as whole numbers of 0.1, 0.01 ... if that is exact; return whether it is."""
    known = ~np.isnan(values)
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = np.rint(values[known] * 10.0**decimals)
        missing = int(scaled.min(initial=0)) - 1  # less than all others: NaN
        if not _fit_32_bits(np.append(scaled, missing)):
            return False
        if np.array_equal(scaled / 10.0**decimals, values[known]):
            whole = np.full(len(values), missing, np.int64)
            whole[known] = scaled
            _add_whole(whole, path, arrays, decimals=decimals, missing=missing)
            return True
    return False


def _fit_32_bits(values: npt.NDArray[Any]) -> bool:
    return bool(values.min(initial=0) >= -(2**31) and values.max(initial=0) < 2**31)


def _add_whole(values: Whole, path: Path, arrays: _Arrays, **more: int) -> None:
    """Write whole numbers of 32 bits as they are, or as steps from one to the next."""
    choices = {"values": _in_bytes(values)}
    steps = np.diff(values, prepend=0)
    if _fit_32_bits(steps):
        choices["steps"] = _in_bytes(steps)
    if values.min(initial=0) >= 0 and values.max(initial=0) < 4:
        fours = np.append(values, np.zeros(-len(values) % 4, np.int64)).reshape(-1, 4)
        choices["fours"] = (fours << [0, 2, 4, 6]).sum(axis=1).astype(np.uint8).tobytes()
    written = min(choices, key=lambda name: len(zlib.compress(choices[name], 1)))
    arrays.add(path, written, choices[written], count=len(values), **more)


def _in_bytes(values: Whole) -> bytes:
    unsigned = np.where(values < 0, -2 * values - 1, 2 * values)
    size = max(1, (int(unsigned.max(initial=0)).bit_length() + 7) // 8)
    return b"".join((unsigned >> 8 * n & 255).astype(np.uint8).tobytes() for n in range(size))
