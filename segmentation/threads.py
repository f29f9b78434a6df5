"""One thread for the linear algebra too, which numpy may have loaded before this package could.

The limit is set once, for the process: one that is set and lifted around each fit would race
between the populations, which dbt fits side by side. (OpenMP's own limit belongs to a thread, so it
cannot be set here for all of dbt's threads: see the package's __init__.)
"""

import sklearn.cluster  # noqa: F401  loads the libraries that are limited here
from threadpoolctl import threadpool_limits

threadpool_limits(limits=1)
