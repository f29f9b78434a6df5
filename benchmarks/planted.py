"""Customers with planted groups of many shapes, and crowds without, for the benchmarks of the rule.

Every function is drawn from a seed and returns a `Planted`: a scaled matrix as the encoding of the
project makes it (standardised columns; the levels of a category share one scale), the feature of
each column, and the planted group of each row.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import make_circles, make_moons

ROWS = 1_000


@dataclass(frozen=True)
class Planted:
    """matrix: rows x dimensions; groups: one per row; units: the feature of each dimension."""

    matrix: np.ndarray
    groups: np.ndarray
    units: list[str]


def mixture(shape: str, k: int, seed: int) -> Planted:
    """k groups of one of the SHAPES, their number of dimensions and their distances drawn."""
    generator = np.random.default_rng([seed, k, list(SHAPES).index(shape)])
    return SHAPES[shape](k, generator)


def crowd(kind: str, seed: int) -> Planted:
    """One of the CROWDS, which have no groups."""
    generator = np.random.default_rng([seed, list(CROWDS).index(kind)])
    matrix, units = CROWDS[kind](int(generator.integers(2, 9)), generator)
    return Planted(matrix, np.zeros(len(matrix), dtype=int), units)


def curved(kind: str, seed: int) -> Planted:
    """Two 'rings', one around the other; a 'ring around few', a twelfth of the customers; or two
    'moons' that reach into each other.
    """
    if kind == "moons":
        points, groups = make_moons(ROWS, noise=0.06, random_state=seed)
    else:
        sizes = (ROWS // 2, ROWS // 2) if kind == "rings" else (ROWS - ROWS // 12, ROWS // 12)
        factor = 0.45 if kind == "rings" else 0.1
        points, groups = make_circles(sizes, factor=factor, noise=0.05, random_state=seed)
    return Planted(_standardised(points), groups, _numbered(2))


def _blobs(
    k: int,
    generator: np.random.Generator,
    sizes: Callable = lambda k, generator: np.full(k, 1 / k),
    spreads: Callable = lambda k, generator: np.ones(k),
    stretch: float = 0.0,
    draw: Callable = lambda generator, shape: generator.normal(size=shape),
) -> Planted:
    """Groups around centres whose distances are at least 4 to 7 standard deviations of a group."""
    dimensions = int(generator.integers(2, 9))
    centres = _centres(k, dimensions, generator.uniform(4, 7), generator)
    groups = generator.choice(k, size=ROWS, p=sizes(k, generator))
    offsets = draw(generator, (ROWS, dimensions))
    points = np.empty((ROWS, dimensions))
    for group, spread in enumerate(spreads(k, generator)):
        axes = np.linalg.qr(generator.normal(size=(dimensions, dimensions)))[0]
        lengths = np.exp(generator.uniform(-stretch, stretch, dimensions))
        is_member = groups == group
        points[is_member] = centres[group] + spread * offsets[is_member] @ (axes * lengths) @ axes.T
    return Planted(_standardised(points), groups, _numbered(dimensions))


def _centres(
    k: int, dimensions: int, distance: float, generator: np.random.Generator
) -> np.ndarray:
    """k centres, no two nearer than the distance, in a box that grows until they fit."""
    centres, box = [], distance
    while len(centres) < k:
        drawn = generator.uniform(-box, box, dimensions)
        if all(np.linalg.norm(drawn - each) >= distance for each in centres):
            centres.append(drawn)
        box *= 1.002
    return np.array(centres)


def _unequal_sizes(k: int, generator: np.random.Generator) -> np.ndarray:
    sizes = np.maximum(generator.dirichlet(np.full(k, 1.5)), 0.05)
    return sizes / sizes.sum()


def _unequal_spreads(k: int, generator: np.random.Generator) -> np.ndarray:
    return np.exp(generator.uniform(-0.7, 0.7, k))


def _heavy(generator: np.random.Generator, shape: tuple) -> np.ndarray:
    return generator.standard_t(3, size=shape) / np.sqrt(3)


def _skewed(generator: np.random.Generator, shape: tuple) -> np.ndarray:
    return generator.exponential(size=shape) - 1


def _with_noise_features(k: int, generator: np.random.Generator) -> Planted:
    planted = _blobs(k, generator)
    noise = generator.normal(size=(ROWS, int(generator.integers(1, 4))))
    matrix = np.hstack([planted.matrix, _standardised(noise)])
    return Planted(matrix, planted.groups, _numbered(matrix.shape[1]))


def _with_words(k: int, generator: np.random.Generator) -> Planted:
    """Numbers, a category whose levels lean to groups, and a list that says nothing."""
    planted = _blobs(k, generator)
    leanings = generator.dirichlet(np.ones(4), size=k)
    levels = np.array([generator.choice(4, p=leanings[group]) for group in planted.groups])
    items = generator.uniform(size=(ROWS, 5)) < generator.uniform(0.1, 0.6, 5)
    return Planted(
        np.hstack([planted.matrix, _shared_scale(np.eye(4)[levels]), _shared_scale(items)]),
        planted.groups,
        [*planted.units, *["category"] * 4, *["list"] * 5],
    )


SHAPES = {
    "round": _blobs,
    "unequal sizes": lambda k, draw: _blobs(k, draw, sizes=_unequal_sizes),
    "unequal spreads": lambda k, draw: _blobs(k, draw, spreads=_unequal_spreads),
    "elongated": lambda k, draw: _blobs(k, draw, stretch=0.8),
    "heavy tails": lambda k, draw: _blobs(k, draw, draw=_heavy),
    "skewed": lambda k, draw: _blobs(k, draw, draw=_skewed),
    "noise features": _with_noise_features,
    "words and lists": _with_words,
}


def _correlated(dimensions: int, generator: np.random.Generator) -> np.ndarray:
    return generator.normal(size=(ROWS, dimensions)) @ generator.normal(
        size=(dimensions, dimensions)
    )


def _counts(dimensions: int, generator: np.random.Generator) -> np.ndarray:
    """Counts of events of customers who differ in how active they are; many are 0."""
    activity = generator.gamma(1.0, 1.0, size=(ROWS, 1))
    return np.log1p(generator.poisson(activity * generator.uniform(0.5, 5, dimensions)))


def _words(dimensions: int, generator: np.random.Generator) -> tuple[np.ndarray, list[str]]:
    numbers = _standardised(generator.normal(size=(ROWS, dimensions)))
    levels = generator.choice(4, size=ROWS, p=generator.dirichlet(np.full(4, 5.0)))
    items = generator.uniform(size=(ROWS, 5)) < generator.uniform(0.1, 0.6, 5)
    matrix = np.hstack([numbers, _shared_scale(np.eye(4)[levels]), _shared_scale(items)])
    return matrix, [*_numbered(dimensions), *["category"] * 4, *["list"] * 5]


def _numeric(draw: Callable) -> Callable:
    return lambda dimensions, generator: (
        _standardised(draw(dimensions, generator)),
        _numbered(dimensions),
    )


CROWDS = {
    "normal": _numeric(lambda d, draw: draw.normal(size=(ROWS, d))),
    "correlated": _numeric(_correlated),
    "uniform": _numeric(lambda d, draw: draw.uniform(size=(ROWS, d))),
    "heavy tails": _numeric(lambda d, draw: draw.standard_t(3, size=(ROWS, d))),
    "lognormal": _numeric(lambda d, draw: draw.lognormal(size=(ROWS, d))),
    "counts": _numeric(_counts),
    "words and lists": _words,
}


def _standardised(points: np.ndarray) -> np.ndarray:
    return (points - points.mean(axis=0)) / points.std(axis=0)


def _shared_scale(levels: np.ndarray) -> np.ndarray:
    """Levels or items as the encoding scales them: together they have the variance of a number."""
    shares = levels.mean(axis=0)
    return (levels - shares) / np.sqrt((shares * (1 - shares)).sum())


def _numbered(dimensions: int) -> list[str]:
    return [f"number {i}" for i in range(1, dimensions + 1)]
