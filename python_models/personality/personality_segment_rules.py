from segmentation.rules import explain_segments


def model(dbt, session):
    customers, segments = dbt.ref("personality_imputed"), dbt.ref("personality_segments")
    fitted = dbt.ref("personality_model").df()
    return explain_segments(customers, segments, fitted, dbt.config.meta_get("segmentation"))
