{# One row per distinct raw row: cast where it can be, with the number of times it stands in the
   files and, where it cannot be used, the first reason. Only minutes that stand in more than one row
   are compared with each other: of millions, that saves most of the time. #}
-- depends_on: {{ ref('base_fitbit__unreadable_minutes') }}
with

source as (

    select * from {{ source('fitbit', 'minutes') }}

),

exports as (

    select * from {{ ref('base_fitbit__exports') }}

),

renamed as (

    select
        {{ key_text('source.id') }} as customer_id,
        {{ month_first_timestamp('source.activityminute') }} as started_at,
        {{ whole_number('source.steps') }} as step_count,
        {{ whole_number('source.intensity') }} as intensity,
        cast({{ exact_number('source.mets') }} / 10 as decimal(18, 6)) as mets,
        {{ exact_number('source.calories') }} as calories,
        coalesce(exports.export_number, 0) as export_number,
        struct_pack(*columns(source.* exclude (export))) as raw

    from source

    left join exports
        on source.export = exports.export

),

judged as (

    select
        *,

        case
            when customer_id is null then 'no customer'
            when started_at is null then 'time is missing or cannot be read'
            when coalesce(step_count, intensity, mets, calories) is null
                then 'the number of the minute is missing or cannot be read'
            when least(step_count, intensity, mets, calories) < 0
                then 'the number of the minute is negative'
            when intensity > 3 then 'intensity is none of 0 to 3'
        end as fault,
        hash(
            customer_id, started_at,
            step_count is null, intensity is null, mets is null, calories is null
        ) as about

    from renamed

),

repeated as (

    select about

    from judged

    group by about

    having count(*) > 1

),

distinct_rows as (

    select
        * exclude (export_number),
        max(export_number) as export_number,
        count(*) as copies

    from judged

    where about in (select repeated.about from repeated)

    group by all

),

compared as (

    select
        *,
        coalesce(fault, {{ lost_to_another_row(
            'about', 'step_count, intensity, mets, calories'
        ) }}) as rejection_reason

    from distinct_rows

    union all by name

    select
        *,
        1 as copies,
        fault as rejection_reason

    from judged

    where about not in (select repeated.about from repeated)

)

select
    * exclude (raw, fault, about),
    case when rejection_reason is not null then cast(to_json(raw) as varchar) end as raw_row

from compared
