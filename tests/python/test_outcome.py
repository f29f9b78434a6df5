"""What the segments are worth: how well they tell an outcome that is held out."""

import segmentation.threads  # isort: skip  # noqa: F401

import numpy as np
import pytest

from segmentation.outcome import outcome_auc


def test_outcome_auc_reads_the_rate_of_other_customers():
    segments = np.repeat([0, 1], 500)
    generator = np.random.default_rng(4)
    telling = generator.random(1000) < np.where(segments == 1, 0.8, 0.2)
    assert outcome_auc(segments, telling) == pytest.approx(0.8, abs=0.03)
    unrelated = generator.random(1000) < 0.3
    many = generator.integers(0, 200, 1000)
    assert outcome_auc(many, unrelated) == pytest.approx(0.5, abs=0.08)


def test_outcome_auc_needs_both_classes_and_two_segments():
    segments = np.repeat([0, 1], 10)
    assert np.isnan(outcome_auc(segments, None))
    assert np.isnan(outcome_auc(segments, np.ones(20, dtype=bool)))
    assert np.isnan(outcome_auc(segments, np.arange(20) == 3))
    assert np.isnan(outcome_auc(np.zeros(20, dtype=int), np.arange(20) < 7))
