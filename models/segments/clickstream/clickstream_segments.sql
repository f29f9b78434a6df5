{# One row per customer: the segment it falls in by the stored model. #}
{{ score_customers(customers=ref('clickstream_imputed'), model=ref('clickstream_model')) }}
