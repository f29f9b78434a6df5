from segmentation.outcome import score_outcome


def model(dbt, session):
    customers = dbt.ref("shop_imputed")
    segments = dbt.ref("shop_segments")
    return score_outcome(customers, segments, dbt.config.meta_get("segmentation"))
