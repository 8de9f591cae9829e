"""What the commands of ``ptce-geo map`` share: options, the file that is written."""

from __future__ import annotations

from datetime import date as Day  # noqa: N812 - `date` is an option
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ptce_geo import cli_shared as shared
from ptce_geo.checks import require_writable
from ptce_geo.errors import InputError

if TYPE_CHECKING:
    from ptce_geo.maps.element import FoliumMap

_PICTURES: Final = (".png", ".svg", ".pdf")

Out = Annotated[Path, typer.Option(help="File to write: .html, .png, .svg or .pdf.")]
Title = Annotated[str | None, typer.Option(help="Title of the map.")]
Source = Annotated[str | None, typer.Option(help="Where the data come from.")]
Date = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of the data, as in 2026-03-31.")
]


def settings_of(
    title: str | None, source: str | None, date: str | None, lang: str
) -> dict[str, Any]:
    """Return what every map is told."""
    if date is not None:
        try:
            Day.fromisoformat(date)
        except ValueError:
            msg = f"{date!r} is no day written as 2026-03-31."
            raise typer.BadParameter(msg, param_hint="--date") from None
    return {"title": title, "source": source, "date": date, "lang": shared.language(lang)}


def check_out(out: Path, *inputs: Path | None) -> None:
    """Refuse a file that cannot be written, before anything is read."""
    if out.suffix.lower() not in {".html", *_PICTURES}:
        msg = f"a map is not written as {out.name!r}; name it .html, .png, .svg or .pdf"
        raise InputError(msg)
    require_writable(out, inputs=inputs)


def save(map_: FoliumMap, out: Path) -> None:
    """Write the page or the picture, and print where it is."""
    from ptce_geo.maps import save_image, save_map

    if out.suffix.lower() in _PICTURES:
        save_image(map_, out)
    else:
        save_map(map_, out)
    shared.open_console().print(str(out), soft_wrap=True)
