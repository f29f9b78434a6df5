from segmentation.fits import refit_segments, stored_fits


def model(dbt, session):
    customers = dbt.ref("clickstream_imputed")
    scores = dbt.ref("clickstream_cluster_scores").df()
    verdict = dbt.ref("clickstream_verdict").df()
    fits = stored_fits(session, str(dbt.this))
    return refit_segments(customers, scores, verdict, fits, dbt.config.meta_get("segmentation"))
