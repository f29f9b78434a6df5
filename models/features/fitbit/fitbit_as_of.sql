{# One row: the point in time from which the users are looked at. A day has happened when it is
   over, so without a setting it is the end of the last day. #}
select {{ as_of('fitbit', "max(day) + interval 1 day") }} as as_of

from {{ ref('stg_fitbit__days') }}
