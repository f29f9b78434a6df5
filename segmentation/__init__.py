"""Imputation, choice of k and fitting of customer segments, for the dbt Python models.

Every public function takes a DuckDB relation (one row per customer) and the settings block of its
population, and returns a frame or a relation. None of them imports dbt, reads a clock or a file,
or depends on the number of threads.
"""

import os

# scikit-learn's OpenMP reads these once, when it loads. Idle threads that spin on a shared core
# make a 0.1 s fit take seconds; and a sum that is split over threads depends, in its last bits, on
# how many there are. dbt runs the populations side by side, so one thread each costs little.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["OMP_NUM_THREADS"] = "1"
