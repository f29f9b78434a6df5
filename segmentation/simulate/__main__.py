"""Write simulated customers, with the segment that was planted in each.

Without a population, all the committed samples are written anew, byte for byte, and --out is the
only option. With one, its raw files go to OUT/<population>/ and the planted segments to
OUT/<population>_truth.csv; `SEGMENTS_DATA=OUT dbt build -s +<population>_segments` builds them.
"""

import argparse
from pathlib import Path

from segmentation.errors import InputError
from segmentation.simulate.populations import POPULATIONS, SEED, write_population, write_samples

PROJECT = Path(__file__).resolve().parents[2]
CUSTOMERS = 1000

# An option that is not given is absent, so that none is ignored when samples are written; those
# that are given are arguments of write_population.
parser = argparse.ArgumentParser(
    prog="python -m segmentation.simulate",
    description=__doc__,
    argument_default=argparse.SUPPRESS,
)
parser.add_argument(
    "name", metavar="population", nargs="?", help=f"one of {', '.join(POPULATIONS)}"
)
parser.add_argument("--customers", type=int, help=f"default: {CUSTOMERS}")
parser.add_argument("--seed", type=int, help=f"default: {SEED}")
parser.add_argument("--dirt", action="store_true", help="with what is wrong in the public data")
parser.add_argument(
    "--no-structure", dest="structure", action="store_false", help="plant no segments"
)
parser.add_argument(
    "--format", dest="file_format", help="csv (the default); for clickstream also parquet or sqlite"
)
parser.add_argument("--out", type=Path, help="the folder; default: simulated, or the project")
given = vars(parser.parse_args())
out = given.pop("out", None)
try:
    if "name" in given:
        out = out or Path("simulated")
        paths = write_population(**{"customers": CUSTOMERS, **given}, folder=out, truth_folder=out)
    elif given:
        parser.error(
            "the committed samples have sizes, seeds and dirt of their own: name a population, or "
            "give no option but --out."
        )
    else:
        paths = write_samples(out or PROJECT)
except InputError as error:
    parser.error(str(error))
for path in paths:
    print(path)
