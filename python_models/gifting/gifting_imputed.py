from segmentation.imputation import impute


def model(dbt, session):
    customers = dbt.ref("gifting_features")
    scores = dbt.ref("gifting_imputation_scores").df()
    return impute(customers, scores, dbt.config.meta_get("segmentation"))
