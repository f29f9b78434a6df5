from segmentation.imputation import score_imputers


def model(dbt, session):
    customers = dbt.ref("fitbit_features")
    return score_imputers(customers, dbt.config.meta_get("segmentation"))
