from segmentation.backtest import score_backtest


def model(dbt, session):
    customers = dbt.ref("clickstream_backtest_imputed")
    return score_backtest(customers, dbt.config.meta_get("segmentation"))
