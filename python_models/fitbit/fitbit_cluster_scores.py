from segmentation.search import score_clusters


def model(dbt, session):
    customers = dbt.ref("fitbit_imputed")
    return score_clusters(customers, dbt.config.meta_get("segmentation"))
