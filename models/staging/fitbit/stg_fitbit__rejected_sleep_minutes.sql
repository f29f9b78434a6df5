{# One row per distinct raw row that cannot be used, with the reason and the row as it came. #}
{{ rejected_rows_of('fitbit', 'sleep_minutes') }}
