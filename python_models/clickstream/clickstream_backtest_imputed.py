from segmentation.imputation import impute, score_imputers


def model(dbt, session):
    customers = dbt.ref("clickstream_backtest_features")
    settings = dbt.config.meta_get("segmentation")
    return impute(customers, score_imputers(customers, settings), settings)
