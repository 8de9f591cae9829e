"""A study: from the lists of a region to located members, indicators and files, all or nothing.

The only room that calls several stages: `Study` says what is asked, `run_study` does it.
"""

from ptce_geo.study.area import study_area
from ptce_geo.study.results import StudyResult, read_study
from ptce_geo.study.run import run_study
from ptce_geo.study.settings import OUTPUT_KINDS, Study

__all__ = ["OUTPUT_KINDS", "Study", "StudyResult", "read_study", "run_study", "study_area"]
