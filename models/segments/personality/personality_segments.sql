{# One row per customer: the segment it falls in by the stored model. #}
{{ score_customers(customers=ref('personality_imputed'), model=ref('personality_model')) }}
