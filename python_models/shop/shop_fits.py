from segmentation.fits import refit_segments, stored_fits


def model(dbt, session):
    customers = dbt.ref("shop_imputed")
    scores = dbt.ref("shop_cluster_scores").df()
    verdict = dbt.ref("shop_verdict").df()
    fits = stored_fits(session, str(dbt.this))
    return refit_segments(customers, scores, verdict, fits, dbt.config.meta_get("segmentation"))
