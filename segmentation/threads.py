"""One thread for the numerical libraries.

A sum split over threads depends, in its last bits, on how many there are; one thread makes every
fit the same on every machine size. dbt already runs the populations side by side. The limit is
set once, for the process: a limit that is set and lifted around each fit would race between them.
"""

import sklearn.cluster  # noqa: F401  loads the OpenMP and BLAS libraries that are limited here
from threadpoolctl import threadpool_limits

threadpool_limits(limits=1)
