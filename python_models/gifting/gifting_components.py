from segmentation.components import describe_components


def model(dbt, session):
    customers = dbt.ref("gifting_imputed")
    return describe_components(customers, dbt.config.meta_get("segmentation"))
