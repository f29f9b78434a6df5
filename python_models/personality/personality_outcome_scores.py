from segmentation.outcome import score_outcome


def model(dbt, session):
    customers = dbt.ref("personality_imputed")
    segments = dbt.ref("personality_segments")
    return score_outcome(customers, segments, dbt.config.meta_get("segmentation"))
