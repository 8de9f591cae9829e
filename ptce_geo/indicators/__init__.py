"""The measures: located and attached members in, Series and frames out, no file read or written.

One row of a member frame is one membership. What is counted are the accepted ones; how many were
counted, and how many were set aside for which reason, stands in the `attrs` of each result.
"""

from ptce_geo.indicators.concentration import gini, herfindahl, location_quotient
from ptce_geo.indicators.counts import count_members
from ptce_geo.indicators.coverage import coverage_by_presence, coverage_by_reach
from ptce_geo.indicators.poles import locate_seats, pole_summary
from ptce_geo.indicators.tables import indicator_tables

__all__ = [
    "count_members",
    "coverage_by_presence",
    "coverage_by_reach",
    "gini",
    "herfindahl",
    "indicator_tables",
    "locate_seats",
    "location_quotient",
    "pole_summary",
]
