from segmentation.fits import refit_segments, stored_fits


def model(dbt, session):
    customers = dbt.ref("fitbit_imputed")
    scores = dbt.ref("fitbit_cluster_scores").df()
    verdict = dbt.ref("fitbit_verdict").df()
    fits = stored_fits(session, str(dbt.this))
    return refit_segments(customers, scores, verdict, fits, dbt.config.meta_get("segmentation"))
