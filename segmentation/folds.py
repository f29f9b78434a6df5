"""What repeated folds tell: the error of a mean over folds that share training rows."""

import numpy as np


def standard_error(values: np.ndarray, test_to_train: float) -> float:
    """Return the standard error of the mean over folds that share training rows.

    test_to_train: test rows per training row. Source: Nadeau and Bengio 2003, "Inference for the
    Generalization Error", Machine Learning 52, 239-281 (corrected resampled t-test).
    """
    return float(np.sqrt(values.var(ddof=1) * (1 / len(values) + test_to_train)))
