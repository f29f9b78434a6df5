from segmentation.imputation import score_imputers


def model(dbt, session):
    dbt.ref("clickstream_verdict")  # says whether there is a fit to make
    customers = dbt.ref("clickstream_features")
    return score_imputers(customers, dbt.config.meta_get("segmentation"))
