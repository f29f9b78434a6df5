from segmentation.model import fit_segments


def model(dbt, session):
    customers = dbt.ref("clickstream_backtest_imputed")
    scores = dbt.ref("clickstream_backtest_cluster_scores").df()
    return fit_segments(customers, scores, dbt.config.meta_get("segmentation"))
