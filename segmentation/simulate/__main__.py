"""`python -m segmentation.simulate [folder]` rewrites the committed samples."""

import argparse
from pathlib import Path

from segmentation.simulate.samples import write_samples

PROJECT = Path(__file__).resolve().parents[2]

parser = argparse.ArgumentParser(prog="python -m segmentation.simulate", description=__doc__)
parser.add_argument("folder", type=Path, nargs="?", default=PROJECT, help="default: the project")
for path in write_samples(parser.parse_args().folder):
    print(path)
