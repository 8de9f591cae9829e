"""What the planner receives beside the map: the workbook and the summary."""

from ptce_geo.reports.concentration import write_concentration
from ptce_geo.reports.study_workbook import write_indicators
from ptce_geo.reports.summary import SummaryRow, summary_rows
from ptce_geo.reports.workbook import Sheet, write_workbook

__all__ = [
    "Sheet",
    "SummaryRow",
    "summary_rows",
    "write_concentration",
    "write_indicators",
    "write_workbook",
]
