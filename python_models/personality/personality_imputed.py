from segmentation.imputation import impute


def model(dbt, session):
    customers = dbt.ref("personality_features")
    scores = dbt.ref("personality_imputation_scores").df()
    return impute(customers, scores, dbt.config.meta_get("segmentation"))
