"""The settings block."""

import pytest

from segmentation.errors import InputError
from segmentation.settings import check_features, parse_settings

BLOCK = {"population": "shop", "axes": {"value": "monetary", "freshness": "-recency_days"}}


def test_a_block_is_typed():
    settings = parse_settings({**BLOCK, "log": ["monetary"], "k": 4})

    assert settings.log == ("monetary",)
    assert settings.k == 4
    assert settings.value_feature == "monetary"
    assert settings.axis_signs[0] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"exlude": ["a"]},
            "'exlude' is not a setting: .*population, axes.*Did you mean 'exclude'",
        ),
        ({"population": ""}, "the setting 'population' is missing"),
        ({"axes": {}}, "the setting 'axes' is missing"),
        ({"axes": {"activity": "visits"}}, "must map axes to features and begin with 'value'"),
        ({"axes": "monetary"}, "must map axes to features"),
        ({"log": "monetary"}, "'log' must be a list of feature names; found 'monetary'"),
        ({"exclude": [1]}, "'exclude' must be a list of feature names"),
        ({"k": 0}, "'k' must be a whole number from 1 to 10; found 0"),
        ({"k": True}, "'k' must be a whole number"),
        ({"k": "4"}, "'k' must be a whole number"),
        ({"algorithm": "optics"}, "'algorithm' must be one of kmeans, .*hdbscan; found 'optics'"),
        ({"map": "umap"}, "'map' must be one of pca, tsne; found 'umap'"),
        ({"components": 12}, "'components' must be a share .* such as 0.9; found 12"),
        ({"k": 3, "algorithm": "dbscan"}, "'k' and 'algorithm: dbscan' exclude each other"),
        ({"k": 1, "algorithm": "agglomerative"}, "one segment needs no algorithm"),
        (
            {"components": 0.9, "algorithm": "gaussian_mixture"},
            "'components' is for kmeans. Remove one",
        ),
        (
            {"components": 0.9, "algorithm": "dbscan"},
            "'components' and 'algorithm: dbscan' exclude",
        ),
    ],
)
def test_a_wrong_block_is_told_in_a_sentence(change: dict, message: str):
    with pytest.raises(InputError, match=message):
        parse_settings({**BLOCK, **change})


def test_a_missing_block_is_told_in_a_sentence():
    with pytest.raises(InputError, match=r"the settings block is missing: found None"):
        parse_settings(None)


def test_a_feature_that_is_no_column_is_told_with_the_columns():
    settings = parse_settings({**BLOCK, "log": ["spend"]})

    with pytest.raises(InputError, match=r"'log' of shop names 'spend'.*monetary, recency_days"):
        check_features(settings, ["monetary", "recency_days"])


def test_an_axis_is_checked_without_its_sign():
    check_features(parse_settings(BLOCK), ["monetary", "recency_days"])
