from .geocoding import CommuneGeocoder, Geocoder, geocode
from .indicators import (
    count_members,
    coverage_by_presence,
    coverage_by_reach,
    gini,
    herfindahl,
    indicator_tables,
    locate_seats,
    location_quotient,
    pole_summary,
)
from .maps import pole_map, save_map
from .members import link_poles, member_problems, read_members, read_poles
from .study import Study, StudyResult, run_study
from .territories import (
    attach_territories,
    commune_names,
    read_territories,
    simplify_territories,
    territory_table,
)

__version__: str

__all__ = [
    "CommuneGeocoder",
    "Geocoder",
    "Study",
    "StudyResult",
    "attach_territories",
    "commune_names",
    "count_members",
    "coverage_by_presence",
    "coverage_by_reach",
    "geocode",
    "gini",
    "herfindahl",
    "indicator_tables",
    "link_poles",
    "locate_seats",
    "location_quotient",
    "member_problems",
    "pole_map",
    "pole_summary",
    "read_members",
    "read_poles",
    "read_territories",
    "run_study",
    "save_map",
    "simplify_territories",
    "territory_table",
]
