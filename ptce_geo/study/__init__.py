"""A study: from the lists of a region to located members, indicators and files, all or nothing.

The only room that calls several stages: `Study` says what is asked, `run_study` does it.
"""

from ptce_geo.study.results import StudyResult
from ptce_geo.study.run import OUTPUTS, run_study, study_area
from ptce_geo.study.settings import OUTPUT_KINDS, Study

__all__ = ["OUTPUTS", "OUTPUT_KINDS", "Study", "StudyResult", "run_study", "study_area"]
