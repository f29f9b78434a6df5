from segmentation.rules import explain_segments


def model(dbt, session):
    customers, segments = dbt.ref("fitbit_imputed"), dbt.ref("fitbit_segments")
    fitted = dbt.ref("fitbit_model").df()
    return explain_segments(customers, segments, fitted, dbt.config.meta_get("segmentation"))
