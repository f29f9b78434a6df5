from segmentation.outcome import score_outcome


def model(dbt, session):
    customers = dbt.ref("gifting_imputed")
    segments = dbt.ref("gifting_segments")
    return score_outcome(customers, segments, dbt.config.meta_get("segmentation"))
