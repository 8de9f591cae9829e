"""The measures: located and attached members in, Series and frames out, no file read or written.

One row of a member frame is one membership. What is counted are the accepted ones; how many were
counted, and how many were set aside for which reason, stands in the `attrs` of each result.

Where to look:

- counting: `counts`; what every measure checks first: `inputs`, `shares`, `distances`;
- how unequal: `inequality`; in few territories: `concentration`; in the same sectors:
  `specialisation`; beyond what plants explain: `agglomeration`; all in one: `concentration_table`;
- next to whom: `weights`, `autocorrelation`, `local_autocorrelation`, against chance
  `randomisation`, and of rates `rates`;
- points: `point_patterns` with `edge_corrections`, `distance_functions`, and what chance gives
  `envelopes`; where the clusters are: `scan` with `scan_windows`, and the poles to come `clusters`;
- who is within reach: `coverage` with `reached`, `white_zones`, all in one `coverage_table`; in
  minutes `accessibility`, shared among inhabitants `floating_catchment`;
- where the next pole belongs: `siting`, `median_siting`, searched by `places_search`, over what
  `siting_places` reads;
- poles: `poles`, of which and of whose members `memberships`; who makes them up `member_kinds`,
  `composition`; jobs and turnover `economic_weight`; on the ground `footprints`, `anchoring`; what
  they share `overlap`; the tables of a study: `tables`;
- what may be published: of a study `published`; of any table `disclosure`, over the cells of
  `disclosure_tables`, chosen by `disclosure_protection`, proven by `disclosure_audit`;
- what the place of a member is worth: `uncertainty`, by `drawn_points`;
- what changed between two studies: `differences`, `changes` (paired by `list_matching`),
  `changed_figures`.
"""

from ptce_geo.indicators.accessibility import (
    TravelTimeMatrix,
    isochrones,
    population_within_minutes,
    travel_time_matrix,
)
from ptce_geo.indicators.agglomeration import EllisonGlaeser, ellison_glaeser, litzenberger_index
from ptce_geo.indicators.anchoring import pole_anchoring
from ptce_geo.indicators.autocorrelation import (
    Autocorrelation,
    JoinCounts,
    geary,
    getis_ord,
    join_counts,
    lee,
    moran,
)
from ptce_geo.indicators.changed_figures import indicator_changes
from ptce_geo.indicators.changes import member_changes, pole_changes, territory_moves
from ptce_geo.indicators.clusters import latent_poles
from ptce_geo.indicators.composition import pole_composition
from ptce_geo.indicators.concentration import (
    at_levels,
    equivalent_number,
    herfindahl,
    hoover,
    krugman_concentration,
    top_share,
)
from ptce_geo.indicators.concentration_table import concentration_table
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.coverage_table import coverage_table
from ptce_geo.indicators.differences import (
    count_interval,
    difference_interval,
    paired_difference,
)
from ptce_geo.indicators.disclosure import Suppression, published_ratio, suppress
from ptce_geo.indicators.disclosure_audit import audit_suppression
from ptce_geo.indicators.disclosure_tables import table_cells
from ptce_geo.indicators.distance_functions import kd, m_function
from ptce_geo.indicators.economic_weight import economic_weight
from ptce_geo.indicators.floating_catchment import two_step_fca
from ptce_geo.indicators.footprints import pole_footprint
from ptce_geo.indicators.inequality import (
    TheilDecomposition,
    atkinson,
    gini,
    lorenz_curve,
    theil,
    theil_decomposition,
)
from ptce_geo.indicators.local_autocorrelation import (
    benjamini_hochberg,
    local_getis_ord,
    local_moran,
)
from ptce_geo.indicators.median_siting import PMedian, p_median
from ptce_geo.indicators.member_kinds import member_kind
from ptce_geo.indicators.overlap import pole_overlap, pole_overlap_pairs, pole_similarity
from ptce_geo.indicators.point_patterns import ClarkEvans, clark_evans, ripley_k, ripley_l
from ptce_geo.indicators.poles import locate_seats, pole_summary
from ptce_geo.indicators.rates import empirical_bayes, local_moran_rate, moran_rate
from ptce_geo.indicators.reached import reached_population
from ptce_geo.indicators.scan import SpatialScan, kulldorff_scan
from ptce_geo.indicators.siting import Siting, gain_curve, site_next_poles
from ptce_geo.indicators.siting_places import epci_main_communes
from ptce_geo.indicators.specialisation import (
    concentration_stars,
    krugman_specialisation,
    location_quotient,
    location_quotient_interval,
    locational_gini,
)
from ptce_geo.indicators.tables import indicator_tables
from ptce_geo.indicators.uncertainty import Interval, indicator_interval, share_of_precision
from ptce_geo.indicators.weights import spatial_weights
from ptce_geo.indicators.white_zones import white_zones

__all__ = [
    "Autocorrelation",
    "ClarkEvans",
    "EllisonGlaeser",
    "Interval",
    "JoinCounts",
    "PMedian",
    "Siting",
    "SpatialScan",
    "Suppression",
    "TheilDecomposition",
    "TravelTimeMatrix",
    "at_levels",
    "atkinson",
    "audit_suppression",
    "benjamini_hochberg",
    "clark_evans",
    "concentration_stars",
    "concentration_table",
    "count_interval",
    "count_members",
    "coverage_by_presence",
    "coverage_by_reach",
    "coverage_table",
    "difference_interval",
    "economic_weight",
    "ellison_glaeser",
    "empirical_bayes",
    "epci_main_communes",
    "equivalent_number",
    "gain_curve",
    "geary",
    "getis_ord",
    "gini",
    "herfindahl",
    "hoover",
    "indicator_changes",
    "indicator_interval",
    "indicator_tables",
    "isochrones",
    "join_counts",
    "kd",
    "krugman_concentration",
    "krugman_specialisation",
    "kulldorff_scan",
    "latent_poles",
    "lee",
    "litzenberger_index",
    "local_getis_ord",
    "local_moran",
    "local_moran_rate",
    "locate_seats",
    "location_quotient",
    "location_quotient_interval",
    "locational_gini",
    "lorenz_curve",
    "m_function",
    "member_changes",
    "member_kind",
    "moran",
    "moran_rate",
    "p_median",
    "paired_difference",
    "pole_anchoring",
    "pole_changes",
    "pole_composition",
    "pole_footprint",
    "pole_overlap",
    "pole_overlap_pairs",
    "pole_similarity",
    "pole_summary",
    "population_within_minutes",
    "published_ratio",
    "reached_population",
    "ripley_k",
    "ripley_l",
    "share_of_precision",
    "site_next_poles",
    "spatial_weights",
    "suppress",
    "table_cells",
    "territory_moves",
    "theil",
    "theil_decomposition",
    "top_share",
    "travel_time_matrix",
    "two_step_fca",
    "white_zones",
]
