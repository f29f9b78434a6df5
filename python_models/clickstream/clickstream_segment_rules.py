from segmentation.rules import explain_segments


def model(dbt, session):
    customers, segments = dbt.ref("clickstream_imputed"), dbt.ref("clickstream_segments")
    fitted = dbt.ref("clickstream_model").df()
    return explain_segments(customers, segments, fitted, dbt.config.meta_get("segmentation"))
