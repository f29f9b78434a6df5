from segmentation.imputation import impute


def model(dbt, session):
    customers = dbt.ref("clickstream_features")
    scores = dbt.ref("clickstream_imputation_scores").df()
    return impute(customers, scores, dbt.config.meta_get("segmentation"))
