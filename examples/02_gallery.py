"""One map of each kind, from the lists of examples/data. Writes maps/gallery/index.html.

Every page opens without a network. The figures are those of an illustrative sample, not a census.
"""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import ptce_geo

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

HERE = Path(__file__).parent
GALLERY = HERE.parent / "maps" / "gallery"
SOURCE = "Échantillon illustratif compilé de pages publiques (examples/data), pas un recensement"

INDEX = Template("""<!DOCTYPE html>
<html lang="fr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartes de ptce_geo</title>
<style>
body { margin: 0 auto; max-width: 1240px; padding: 28px 20px; background: #f4f6f7; color: #22292f;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.25; }
p { margin: 0; color: #59626b; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
  gap: 20px; margin: 24px 0; padding: 0; list-style: none; }
a { display: block; height: 100%; overflow: hidden; border-radius: 8px; background: #fff;
  color: inherit; text-decoration: none; box-shadow: 0 1px 6px rgb(34 41 47 / 18%); }
a:hover, a:focus-visible { outline: 2px solid #1f5673; }
img { display: block; width: 100%; height: auto; aspect-ratio: 4 / 3;
  border-bottom: 1px solid #e3e7ea; }
h2 { margin: 12px 16px 2px; font-size: 17px; line-height: 1.35; }
a p { margin: 0 16px 14px; font-size: 14px; }
</style>
<h1>Toutes les cartes de ptce_geo</h1>
<p>Pôles et structures : $source. Chaque page s’ouvre sans réseau.</p>
<ul>
$cards
</ul>
</html>
""")
CARD = Template(
    '<li><a href="$name.html"><img alt="" src="$name.png"><h2>$title</h2><p>$words</p></a></li>'
)


def lists() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read, locate and attach the members and the poles."""
    poles = ptce_geo.read_poles(HERE / "data" / "poles.csv")
    members = ptce_geo.link_poles(ptce_geo.read_members(HERE / "data" / "members.csv"), poles)
    members = ptce_geo.attach_territories(ptce_geo.geocode(members, poles=poles))
    return members, ptce_geo.locate_seats(ptce_geo.geocode(poles), members)


def maps_of_lists() -> dict[str, tuple[str, str, folium.Map]]:
    """Return the maps of the members and poles: title, a line about it, map, by name of file."""
    members, poles = lists()
    footprints = ptce_geo.pole_footprint(members, poles=poles)
    departements = ptce_geo.read_territories("departement")
    reached = ptce_geo.reached_population(members, level="departement", thresholds_km=(10, 20))
    told = {"source": SOURCE}
    return {
        "poles": (
            "Les pôles",
            "Pôles, structures et liens, avec recherche et filtres.",
            ptce_geo.pole_map(
                members,
                poles=poles,
                summary=ptce_geo.pole_summary(members, poles=poles),
                footprints=footprints,
                **told,
            ),
        ),
        "timeline": (
            "Année par année",
            "Les mêmes, depuis les premiers lauréats : un curseur sur les années.",
            ptce_geo.timeline_map(members, poles, **told),
        ),
        "coverage": (
            "Qui est proche d’une structure",
            "Les habitants à moins de 5, 10 ou 20 km, et les zones blanches.",
            ptce_geo.coverage_map(
                members,
                reach=(5, 10, 20),
                coverage=ptce_geo.coverage_by_reach(members, thresholds_km=(5, 10, 20)),
                white_zones=ptce_geo.white_zones(members),
                reached=reached,
                territories=departements,
                **told,
            ),
        ),
        "comparison": (
            "Deux cartes qui bougent ensemble",
            "La part des habitants à 10 km d’une structure, et à 20 km.",
            ptce_geo.comparison_map(
                departements,
                100 * reached[10],
                100 * reached[20],
                labels=("à 10 km", "à 20 km"),
                label="Part des habitants à portée d’une structure",
                unit="%",
                decimals=0,
                scheme="equal_interval",
                **told,
            ),
        ),
        "circles": (
            "Un effectif par territoire",
            "Les structures de chaque département, en cercles proportionnels.",
            ptce_geo.proportional_circles_map(
                departements,
                ptce_geo.count_members(members, level="departement"),
                label="Structures par département",
                **told,
            ),
        ),
        "overlap": (
            "Ce que les pôles partagent",
            "Quels pôles ont des communes en commun, et combien.",
            ptce_geo.overlap_map(
                members,
                ptce_geo.pole_overlap_pairs(members, by="communes", poles=poles),
                by="communes",
                poles=poles,
                footprints=footprints,
                **told,
            ),
        ),
    }


def maps_of_france() -> dict[str, tuple[str, str, folium.Map]]:
    """Return maps of all communes and EPCI in the same way; the figures are INSEE's and IGN's."""
    communes = ptce_geo.read_territories("commune")
    epci = ptce_geo.read_territories("epci")
    density = epci["population"] / epci["area_km2"]
    shown = {"label": "Densité de population", "unit": "hab./km²", "decimals": 0}
    town_halls = communes.set_geometry(
        communes.geometry.from_xy(communes["longitude"], communes["latitude"], crs=communes.crs)
    )
    return {
        "choropleth": (
            "Une valeur par territoire",
            "Toutes les communes en une page : ici, leur densité.",
            ptce_geo.choropleth_map(
                communes, communes["population"] / communes["area_km2"], **shown
            ),
        ),
        "clusters": (
            "Où les valeurs se regroupent",
            "Les EPCI denses, ou peu denses, entourés de semblables (I de Moran local).",
            ptce_geo.local_autocorrelation_map(
                epci,
                ptce_geo.local_moran(density.map(math.log), ptce_geo.spatial_weights(epci), seed=0),
                values=density,
                title="Où la densité de population, en logarithme, se regroupe",
                **shown,
            ),
        ),
        "points": (
            "Des dizaines de milliers de points",
            "Ici les mairies, réunies en cercles tant que la place manque.",
            ptce_geo.points_map(town_halls, name="nom", columns="postcodes", title="Mairies"),
        ),
    }


def main() -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    cards = []
    for name, (title, words, map_) in {**maps_of_lists(), **maps_of_france()}.items():
        ptce_geo.save_map(map_, GALLERY / f"{name}.html")
        ptce_geo.save_image(map_, GALLERY / f"{name}.png", dpi=80)
        cards.append(CARD.substitute(name=name, title=escape(title), words=escape(words)))
    index = INDEX.substitute(source=escape(SOURCE[0].lower() + SOURCE[1:]), cards="\n".join(cards))
    (GALLERY / "index.html").write_text(index, encoding="utf-8")
    print(f"{len(cards)} maps, from {GALLERY / 'index.html'}")


if __name__ == "__main__":
    main()
