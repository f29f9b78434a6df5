{# Returns the pairs of texts whose short keys are equal where the texts are not, or the other way
   round. #}
with

texts (given) as (

    values ('a'), ('A'), ('a '), (''), ('0'), ('2019-10-01'), (null)

),

pairs as (

    select
        one.given,
        other.given as other,
        {{ short_key('one.given') }} as key,
        {{ short_key('other.given') }} as other_key

    from texts as one

    cross join texts as other

)

select * from pairs

where
    (given is not distinct from other) != (key is not distinct from other_key)
    or (given is null) != (key is null)
