from segmentation.rules import explain_segments


def model(dbt, session):
    customers, segments = dbt.ref("gifting_imputed"), dbt.ref("gifting_segments")
    fitted = dbt.ref("gifting_model").df()
    return explain_segments(customers, segments, fitted, dbt.config.meta_get("segmentation"))
