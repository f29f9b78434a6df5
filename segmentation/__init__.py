"""Imputation, choice of k and fitting of customer segments, for the dbt Python models.

Every public function takes a DuckDB relation (one row per customer) and the settings block of its
population, and returns a frame or a relation. None of them imports dbt, reads a clock or a file,
or depends on the number of threads.
"""

import os

# Idle OpenMP threads that spin on a shared core make a 0.1 s fit take seconds; the runtime reads
# this once, when scikit-learn loads it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
