{# Returns the lists that word_list reads otherwise than expected: texts, and lists of text. #}
with

texts (given, expected) as (

    values
    ('music', ['music']),
    ('Music,travel ,  MUSIC', ['music', 'travel']),
    ('a, a', ['a']),
    (chr(9) || 'music, travel' || chr(13) || chr(10), ['music', 'travel']),
    ('rock ''n'' roll, board games', ['board games', 'rock ''n'' roll']),
    ('[''travel'', ''music'']', ['music', 'travel']),
    ('["travel", "music"]', ['music', 'travel']),
    ('[travel, music]', ['music', 'travel']),
    ('[''travel''' || chr(10) || ' ''music'']', ['music', 'travel']),
    ('["collector''s cards", ''arts, crafts'']', ['arts, crafts', 'collector''s cards']),
    ('[''it\''s a game'', "say \"cheese\""]', ['it''s a game', 'say "cheese"']),
    ('[]', []),
    (' [ ] ', []),
    (' , ', []),
    ('  ', null),
    ('', null),
    (null, null)

),

lists (given, expected) as (

    values
    (['travel', ' Music ', 'music'], ['music', 'travel']),
    (['arts, crafts'], ['arts, crafts']),
    (['music', null, ''], ['music']),
    ([null], []),
    ([], []),
    (null, null)

),

results as (

    select
        given,
        expected,
        {{ word_list('given') }} as actual

    from texts

    union all

    select
        cast(given as varchar) as given,
        expected,
        {{ word_list('given') }} as actual

    from lists

)

select * from results

where actual is distinct from expected
