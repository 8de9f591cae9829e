"""Coverage, access and siting beside their peers (PySAL access and spopt), one after the other.

Run from the root of a checkout: ``python benchmarks/coverage.py``. Each part is a benchmark of
its own and can be run alone.
"""

from __future__ import annotations

from indicators import run_parts

if __name__ == "__main__":
    run_parts("coverage_france", "accessibility", "siting", "disclosure")
