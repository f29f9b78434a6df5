from segmentation.imputation import score_imputers


def model(dbt, session):
    dbt.ref("fitbit_verdict")  # says whether there is a fit to make
    customers = dbt.ref("fitbit_features")
    return score_imputers(customers, dbt.config.meta_get("segmentation"))
