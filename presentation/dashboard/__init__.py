"""The dashboard: Streamlit pages on the published file; `python -m presentation.dashboard`."""

import os
from pathlib import Path


def published() -> Path:
    """The published file: $SEGMENTS_PUBLISHED, or the one that a build writes."""
    return Path(os.environ.get("SEGMENTS_PUBLISHED") or "published/customer_segments.duckdb")
