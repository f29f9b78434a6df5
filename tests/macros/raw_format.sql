{# Returns a row where raw_format does not give csv for a population whose variable is not set. #}
select '{{ raw_format("unheard_of", ["csv", "parquet"]) }}' as actual

where '{{ raw_format("unheard_of", ["csv", "parquet"]) }}' != 'csv'
