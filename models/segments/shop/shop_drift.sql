{# One row per measure and name: how far the customers of today are from those of the last fit. #}
{{ drift_since_fit(population='shop', features=ref('shop_features')) }}
