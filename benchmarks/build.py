"""Wall time, CPU time and peak memory of one whole `dbt build`, tests included.

    SEGMENTS_DATA=<folder> CLICKSTREAM_FORMAT=parquet \
        .venv/bin/python benchmarks/build.py -s +segments

Arguments go to `dbt build`. The database is a temporary one. The peak is that of the largest
process, which is dbt itself: DuckDB and the Python models run inside it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Build once, print the three figures and return dbt's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SEGMENTS_DB": str(Path(folder) / "benchmark.duckdb")}
        command = [Path(sys.executable).parent / "dbt", "--quiet", "build", *sys.argv[1:]]
        command += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        command += ["--target-path", str(Path(folder) / "target")]
        start = time.monotonic()
        code = subprocess.run(command, env=environment).returncode
        wall = time.monotonic() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"wall {wall:.1f} s, CPU {usage.ru_utime + usage.ru_stime:.1f} s, ", end="")
    print(f"peak memory {usage.ru_maxrss / 2**20:.2f} GiB, exit code {code}")
    return code


if __name__ == "__main__":
    sys.exit(main())
