"""Write simulated customers, with the segment that was planted in each.

Without a population, all the committed samples are written anew, byte for byte. With one, its raw
files go to OUT/<population>/ and the planted segments to OUT/<population>_truth.csv; then
`SEGMENTS_DATA=OUT dbt build -s +<population>_segments` builds them.
"""

import argparse
from pathlib import Path

from segmentation.errors import InputError
from segmentation.simulate.populations import POPULATIONS, SEED, write_population, write_samples

PROJECT = Path(__file__).resolve().parents[2]

parser = argparse.ArgumentParser(prog="python -m segmentation.simulate", description=__doc__)
parser.add_argument("population", nargs="?", help=f"one of {', '.join(POPULATIONS)}")
parser.add_argument("--customers", type=int, default=1000, help="default: 1000")
parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}")
parser.add_argument("--dirt", action="store_true", help="with what is wrong in the public data")
parser.add_argument("--no-structure", action="store_true", help="plant no segments")
parser.add_argument("--format", default="csv", help="csv (the default), or parquet for clickstream")
parser.add_argument("--out", type=Path, help="the folder; default: simulated, or the project")
given = parser.parse_args()
try:
    if given.population is None:
        paths = write_samples(given.out or PROJECT)
    else:
        out = given.out or Path("simulated")
        paths = write_population(
            given.population,
            out,
            out,
            given.customers,
            given.seed,
            given.dirt,
            not given.no_structure,
            given.format,
        )
except InputError as error:
    parser.error(str(error))
for path in paths:
    print(path)
