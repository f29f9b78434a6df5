from segmentation.imputation import impute


def model(dbt, session):
    customers = dbt.ref("shop_features")
    scores = dbt.ref("shop_imputation_scores").df()
    return impute(customers, scores, dbt.config.meta_get("segmentation"))
