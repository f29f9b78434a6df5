from segmentation.rules import explain_segments


def model(dbt, session):
    customers, segments = dbt.ref("shop_imputed"), dbt.ref("shop_segments")
    fitted = dbt.ref("shop_model").df()
    return explain_segments(customers, segments, fitted, dbt.config.meta_get("segmentation"))
