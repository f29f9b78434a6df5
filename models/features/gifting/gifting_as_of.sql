{# One row: the point in time from which the recipients are looked at. Nothing in the data has a
   date, so it is the setting, or else not known. #}
select
    {{ as_of('gifting', 'null') }} as as_of,
    true as is_present,
    false as is_cutoff,
    false as is_history
