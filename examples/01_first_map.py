"""From two lists to a map: the main job in ten lines. Writes maps/first_map.html."""

from pathlib import Path

import ptce_geo

here = Path(__file__).parent
poles = ptce_geo.read_poles(here / "data" / "poles.csv")
members = ptce_geo.link_poles(ptce_geo.read_members(here / "data" / "members.csv"), poles)
members = ptce_geo.attach_territories(ptce_geo.geocode(members, poles=poles))
poles = ptce_geo.locate_seats(ptce_geo.geocode(poles), members)

print(members["geocode_status"].value_counts().to_string())
print(ptce_geo.coverage_by_reach(members)["share_population"].to_string())

page = ptce_geo.pole_map(
    members, poles=poles, source="Échantillon illustratif (examples/data), pas un recensement"
)
ptce_geo.save_map(page, here.parent / "maps" / "first_map.html")
