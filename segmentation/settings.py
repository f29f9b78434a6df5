"""The settings block of a population: `config.meta.segmentation` in its YAML."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from segmentation.errors import InputError

MAX_K = 10
ALGORITHMS_WITH_K = ("kmeans", "agglomerative", "gaussian_mixture")
ALGORITHMS = (*ALGORITHMS_WITH_K, "dbscan", "hdbscan")
MAPS = ("pca", "tsne")


@dataclass(frozen=True)
class Settings:
    """What a population states about its features; everything else follows from their types.

    population: the population's name, as in the keys of the marts.
    axes: the axes that name a segment, each with its feature; the first one is `value` and orders
        the segments. A leading minus says that less is better: `freshness: -recency_days`.
    outcome: a boolean feature that is predicted, never clustered or imputed; may be empty.
    exclude: features that are kept and profiled but not clustered.
    log: numeric features clustered as ln(1 + x), for amounts and counts with a long tail.
    does_not_apply: features whose NULL states a fact (no purchase, so no days since it). They are
        never imputed and sit at the centre of the feature when clustered.
    k: a number of clusters that overrides the written rule; empty lets the rule decide.
    algorithm: one of ALGORITHMS, which overrides the written rule; empty lets the rule decide. The
        groups of dbscan and hdbscan are crowded places; customers between them are in no group.
    components: k-means runs on as many principal components as hold this share of the variance,
        above 0 and below 1; empty runs it on the scaled features themselves.
    map: how customers are laid out on the map: pca, or tsne.
    """

    population: str
    axes: Mapping[str, str]
    outcome: str | None = None
    exclude: Sequence[str] = field(default_factory=tuple)
    log: Sequence[str] = field(default_factory=tuple)
    does_not_apply: Sequence[str] = field(default_factory=tuple)
    k: int | None = None
    algorithm: str | None = None
    components: float | None = None
    map: str = "pca"

    @property
    def value_feature(self) -> str:
        """The feature of the value axis, which orders the segments."""
        return self.axes["value"].lstrip("-")

    @property
    def axis_signs(self) -> list[int]:
        """One per axis: 1 where more is better, -1 where less is."""
        return [-1 if feature.startswith("-") else 1 for feature in self.axes.values()]


def parse_settings(block: Mapping | None) -> Settings:
    """Check a settings block and return it typed.

    Raises InputError for a missing block, an unknown key (naming the known ones and the nearest),
    a missing required key, or a value of the wrong kind.
    """
    if not isinstance(block, Mapping):
        raise InputError(
            "the settings block is missing: found "
            f"{block!r}; give the model `config.meta.segmentation` in its YAML."
        )
    known = [f.name for f in fields(Settings)]
    for key in block:
        if key not in known:
            raise InputError(
                f"'{key}' is not a setting: the known ones are {', '.join(known)}."
                f"{_nearest(str(key), known)}"
            )
    for key in ("population", "axes"):
        if not block.get(key):
            raise InputError(
                f"the setting '{key}' is missing: add it to `config.meta.segmentation`."
            )
    _check_kinds(block)
    lists = {key: tuple(block.get(key) or ()) for key in ("exclude", "log", "does_not_apply")}
    plain = {key: block[key] for key in block if key not in lists and block[key] is not None}
    return Settings(**plain, **lists)


def _check_kinds(block: Mapping) -> None:
    """Raise InputError where a value has the wrong kind."""
    axes = block["axes"]
    if not isinstance(axes, Mapping) or next(iter(axes)) != "value":
        raise InputError(
            f"the setting 'axes' must map axes to features and begin with 'value'; found {axes!r}."
        )
    for key in ("exclude", "log", "does_not_apply"):
        value = block.get(key) or ()
        if isinstance(value, str) or not all(isinstance(name, str) for name in value):
            raise InputError(
                f"the setting '{key}' must be a list of feature names; found {value!r}."
            )
    k = block.get("k")
    if k is not None and (not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MAX_K):
        raise InputError(f"the setting 'k' must be a whole number from 1 to {MAX_K}; found {k!r}.")
    for key, choices in (("algorithm", ALGORITHMS), ("map", MAPS)):
        if block.get(key) is not None and block[key] not in choices:
            raise InputError(
                f"the setting '{key}' must be one of {', '.join(choices)}; found {block[key]!r}."
            )
    algorithm = block.get("algorithm")
    for key, algorithms in (("k", ALGORITHMS_WITH_K), ("components", ("kmeans",))):
        if None not in (block.get(key), algorithm) and algorithm not in algorithms:
            raise InputError(
                f"the settings '{key}' and 'algorithm: {algorithm}' exclude each other: '{key}' is "
                f"for {', '.join(algorithms)}. Remove one of them."
            )
    if k == 1 and algorithm not in (None, "kmeans"):
        raise InputError(
            f"the setting 'k' is 1, and 'algorithm' {algorithm}: one segment needs no algorithm. "
            "Remove one of them."
        )
    share = block.get("components")
    is_share = isinstance(share, int | float) and not isinstance(share, bool) and 0 < share < 1
    if share is not None and not is_share:
        raise InputError(
            "the setting 'components' must be a share of the variance above 0 and below 1, such as "
            f"0.9; found {share!r}."
        )


def check_features(settings: Settings, columns: Sequence[str]) -> None:
    """Raise InputError where a setting names a feature that the population does not have."""
    named = {
        "axes": [name.lstrip("-") for name in settings.axes.values()],
        "outcome": [settings.outcome] if settings.outcome else [],
        "exclude": settings.exclude,
        "log": settings.log,
        "does_not_apply": settings.does_not_apply,
    }
    for key, names in named.items():
        for name in names:
            if name not in columns:
                raise InputError(
                    f"the setting '{key}' of {settings.population} names '{name}', which is not a "
                    f"column of its features.{_nearest(name, columns)} They are "
                    f"{', '.join(columns)}."
                )


def _nearest(name: str, known: Sequence[str]) -> str:
    """A question for the known name that is most like the given one, if one is."""
    nearest = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""
