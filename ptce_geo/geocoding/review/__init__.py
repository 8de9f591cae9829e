"""What a person corrects: a workbook or CSV to fill in, and its corrections taken over.

`review` writes the file and applies it, `sheet` is the file itself, `corrections` reads what was
filled in, `match` tells whether it is still about the same member, `answers` turns it into places.
"""

from ptce_geo.geocoding.review.corrections import corrections
from ptce_geo.geocoding.review.review import DEGRADED, apply_review, write_review

__all__ = ["DEGRADED", "apply_review", "corrections", "write_review"]
