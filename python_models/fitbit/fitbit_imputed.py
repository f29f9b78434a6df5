from segmentation.imputation import impute


def model(dbt, session):
    customers = dbt.ref("fitbit_features")
    scores = dbt.ref("fitbit_imputation_scores").df()
    return impute(customers, scores, dbt.config.meta_get("segmentation"))
