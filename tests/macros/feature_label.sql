{# Returns the features that feature_label words otherwise than expected. #}
with

cases (dimension, feature, words, expected) as (

    values
    ('monetary', 'monetary', 'spend', 'spend'),
    ('is_member', 'is_member', null, 'member'),
    ('has_children', 'has_children', null, 'children'),
    ('contract_days', 'contract_days', null, 'contract'),
    ('basket_size', 'basket_size', null, 'basket size'),
    ('days_off', 'days_off', null, 'days off'),
    ('hobbies = it''s = chess', 'hobbies', 'hobby', 'hobby it''s = chess'),
    ('favourite_tea = black', 'favourite_tea', null, 'favourite tea black')

),

results as (

    select
        *,
        {{ feature_label('dimension', 'feature', 'words') }} as actual

    from cases

)

select * from results

where actual is distinct from expected
