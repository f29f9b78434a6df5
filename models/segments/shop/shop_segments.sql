{# One row per customer: the segment it falls in by the stored model. #}
{{ score_customers(customers=ref('shop_imputed'), model=ref('shop_model')) }}
