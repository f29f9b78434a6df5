"""Shared fixtures."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def real_data() -> Path:
    """The folder of public data sets; the test is skipped where there is none."""
    folder = os.environ.get("SEGMENTS_REAL_DATA")
    if not folder:
        pytest.skip("SEGMENTS_REAL_DATA names no folder of public data sets")
    return (ROOT / folder).resolve()
