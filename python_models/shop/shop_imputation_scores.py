from segmentation.imputation import score_imputers


def model(dbt, session):
    dbt.ref("shop_verdict")  # says whether there is a fit to make
    customers = dbt.ref("shop_features")
    return score_imputers(customers, dbt.config.meta_get("segmentation"))
