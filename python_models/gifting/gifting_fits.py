from segmentation.fits import refit_segments, stored_fits


def model(dbt, session):
    customers = dbt.ref("gifting_imputed")
    scores = dbt.ref("gifting_cluster_scores").df()
    verdict = dbt.ref("gifting_verdict").df()
    fits = stored_fits(session, str(dbt.this))
    return refit_segments(customers, scores, verdict, fits, dbt.config.meta_get("segmentation"))
