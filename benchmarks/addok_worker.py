"""addok in one process, one query at a time; run by the Python that has addok.

Reads one JSON list of queries a line, answers one JSON line: seconds, memory, and what was found.
"""

import json
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from time import perf_counter

KEYS = ("type", "name", "street", "housenumber", "postcode", "city", "citycode", "lat", "lon")


def main() -> None:
    with redirect_stdout(sys.stderr):
        from addok.config import config

        config.load()
        from addok.core import search

    for line in sys.stdin:
        queries = json.loads(line)
        began = perf_counter()
        found = [search(query, limit=3, autocomplete=False) for query in queries]
        seconds = perf_counter() - began
        answers = [[answer(one) for one in results] for results in found]
        memory = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        reply = {"seconds": seconds, "kB": int(memory[1]), "answers": answers}
        print(json.dumps(reply), flush=True)


def answer(result: object) -> dict[str, object]:
    values = {key: getattr(result, key, None) or "" for key in KEYS}
    return {**values, "score": result.score, "label": str(result)}


if __name__ == "__main__":
    main()
