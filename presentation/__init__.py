"""What people look at: the published file, the report and the dashboard, which read it alone."""

import os
from pathlib import Path


def published_file() -> Path:
    """The published file: $SEGMENTS_PUBLISHED, or the one that a build writes."""
    return Path(os.environ.get("SEGMENTS_PUBLISHED") or "published/customer_segments.duckdb")
