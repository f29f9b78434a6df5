"""Shop events of planted customer segments, in the shape of the REES46 store data, made in SQL.

Every draw is an integer mix of a key (a customer, a session, a product) and a stream number, so the
rows are the same for any number of threads, and a million of them take about two seconds. Each
segment differs from every other in several features. Within a segment a count is constant or varies
smoothly, so that a good method finds the planted segments and nothing finer.
"""

import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from tempfile import gettempdir

import duckdb

from segmentation.errors import InputError

MAX_CUSTOMERS = 100_000_000
"""User ids have nine digits and are distinct up to here."""

CUSTOMERS_PER_BOT = 5000

MEMORY = "2GB"
"""What the events may take; what they need beyond it waits in files, as far as the disk goes."""


@dataclass(frozen=True)
class ClickstreamSegment:
    """One planted segment; a pair of numbers is the range in which a customer's value falls.

    segment: its name.
    share: its share of the customers.
    sessions: visits, spread evenly over the customer's span of days.
    views: products viewed, over all sessions; at least as many as sessions.
    carts, purchases: how many of the viewed products are put into the cart and bought; a product
        can be bought without a cart.
    categories: distinct categories viewed.
    first_day, last_day: the span of days, 0 for 1 October.
    weekend, night: probability that a session falls on a weekend, and in the first hours of a day.
    visit_seconds: from the first to the last view of a session that has several.
    cheapness: exponent of the draw that picks a product of a category, from its cheapest (large)
        to its dearest (small).
    """

    segment: str
    share: float
    sessions: tuple[int, int]
    views: tuple[int, int]
    carts: tuple[int, int]
    purchases: tuple[int, int]
    categories: tuple[int, int]
    first_day: tuple[int, int]
    last_day: tuple[int, int]
    weekend: float
    night: float
    visit_seconds: tuple[int, int]
    cheapness: float


CLICKSTREAM_SEGMENTS = (
    ClickstreamSegment(
        "window_shoppers",
        share=0.44,
        sessions=(1, 1),
        views=(4, 4),
        carts=(0, 0),
        purchases=(0, 0),
        categories=(4, 4),
        first_day=(0, 12),
        last_day=(0, 12),
        weekend=0.0,
        night=0.0,
        visit_seconds=(340, 600),
        cheapness=1.0,
    ),
    ClickstreamSegment(
        "engaged_browsers",
        share=0.20,
        sessions=(4, 6),
        views=(10, 13),
        carts=(1, 3),
        purchases=(0, 0),
        categories=(6, 8),
        first_day=(0, 4),
        last_day=(22, 27),
        weekend=0.3,
        night=0.5,
        visit_seconds=(180, 420),
        cheapness=1.5,
    ),
    ClickstreamSegment(
        "direct_buyers",
        share=0.24,
        sessions=(2, 2),
        views=(4, 4),
        carts=(0, 0),
        purchases=(2, 3),
        categories=(1, 1),
        first_day=(6, 10),
        last_day=(17, 23),
        weekend=1.0,
        night=0.0,
        visit_seconds=(150, 300),
        cheapness=1.5,
    ),
    ClickstreamSegment(
        "loyal_big_spenders",
        share=0.12,
        sessions=(4, 6),
        views=(7, 9),
        carts=(4, 6),
        purchases=(4, 6),
        categories=(3, 4),
        first_day=(0, 4),
        last_day=(28, 30),
        weekend=0.1,
        night=0.1,
        visit_seconds=(100, 200),
        cheapness=0.4,
    ),
)

CLICKSTREAM_CROWD = ClickstreamSegment(
    "everyone",
    share=1.0,
    sessions=(2, 5),
    views=(9, 14),
    carts=(3, 7),
    purchases=(1, 5),
    categories=(2, 8),
    first_day=(0, 14),
    last_day=(16, 30),
    weekend=0.3,
    night=0.2,
    visit_seconds=(100, 600),
    cheapness=1.0,
)
"""Customers without segments: every number has one peak.

The ranges keep off the bounds at which features pile up: buyers and those who never bought, visits
of one view, a single category. Those are groups of a kind, and a crowd that touches the bounds is
seen as two weak segments in one or two of twenty seeds.
"""

CATEGORIES = (
    ("electronics.smartphone", 92),
    ("electronics.tablet", 85),
    ("electronics.audio.headphone", 47),
    ("electronics.audio.speaker", 56),
    ("electronics.video.projector", 99),
    ("electronics.camera", 95),
    ("computers.notebook", 120),
    ("computers.monitor", 80),
    ("computers.keyboard", 38),
    ("computers.printer", 64),
    ("appliances.kitchen.oven", 90),
    ("appliances.kitchen.kettle", 33),
    ("appliances.kitchen.blender", 41),
    ("appliances.washer", 101),
    ("appliances.vacuum", 68),
    ("furniture.sofa", 109),
    ("furniture.table", 74),
    ("furniture.lamp", 40),
    ("apparel.shoes", 44),
    ("apparel.jacket", 54),
    ("sport.bicycle", 88),
    ("sport.tent", 62),
    ("kids.toys", 30),
    ("auto.tyres", 58),
    (None, 34),
    (None, 36),
    (None, 39),
    (None, 43),
    (None, 46),
    (None, 49),
    (None, 53),
    (None, 60),
    (None, 66),
    (None, 71),
    (None, 77),
    (None, 83),
)
"""Category code (None: the shop gave none) and the price of its cheapest product."""

PRODUCTS_PER_CATEGORY = 60
FIRST_SECOND = 1_569_888_000
"""1 October 2019 in UTC, in seconds of the Unix epoch."""

# fmt: off
BRANDS = (
    "albaro", "brinell", "cordia", "dunmore", "elvati", "fjordal", "gromark", "heliad", "iskander",
    "jovanto", "kestrel", "lumora", "mirabo", "nordwyk", "ostrava", "palmetto", "quillon",
    "rivanor", "solvera", "tamarin", "umbrel", "vantika", "welmar", "zephyro",
)
# fmt: on

# The mixer is the 32-bit hash "lowbias32" (Wellons, Prospecting for hash functions, 2018). A draw
# has a key and a stream number, both whole. A value between two bounds is the mean of two draws:
# counts then thin out towards the bounds.
_MACROS = """
create or replace temp macro simulated_mix_1(x) as (xor(x, x >> 16) * 2146121005) & 4294967295;
create or replace temp macro simulated_mix_2(x) as (xor(x, x >> 15) * 2221713035) & 4294967295;
create or replace temp macro simulated_mix_3(x) as xor(x, x >> 16);
create or replace temp macro simulated_draw(key, stream) as cast(
    simulated_mix_3(simulated_mix_2(simulated_mix_1(
        (cast(key as ubigint) + cast(stream as ubigint) * 2654435769) & 4294967295
    )))
    as bigint
);
create or replace temp macro simulated_uniform(key, stream) as
    (simulated_draw(key, stream) + 0.5) / 4294967296;
create or replace temp macro simulated_between(bounds, key, stream) as cast(floor(
    bounds[1]
    + (bounds[2] + 1 - bounds[1])
    * (simulated_uniform(key, stream) + simulated_uniform(key, stream + 1000)) / 2
) as integer);
"""

_CATALOGUE = """
catalogue as (

    select
        category * {products_per_category} + rank as product,
        1000000 + product * 37 as product_id,
        2053013550000000000 + category * 7654321 as category_id,
        category_code,
        case
            when simulated_draw(product, 1) % 100 >= 15 then
                brands[
                    1 + (simulated_draw(category, 2) + simulated_draw(product, 3) % 5) % len(brands)
                ]
        end as brand,
        cast(
            lowest_price * 1.03 ** rank * (0.95 + 0.1 * simulated_uniform(product, 4))
            as decimal(12, 2)
        ) as price

    from categories

    cross join (select unnest(range({products_per_category})) as rank)

    cross join (select {brands} as brands)

)
"""

_CUSTOMERS = """
keys as (

    select
        500000000 + (number * 48271) % 199999991 as user_id,
        simulated_draw(number, {seed}) as customer_key

    from range({customers}) as numbers (number)

),

customers as (

    select
        user_id,
        customer_key,
        segment,
        weekend,
        night,
        cheapness,
        simulated_between(sessions, customer_key, 2) as session_count,
        greatest(session_count, simulated_between(views, customer_key, 3)) as view_count,
        least(view_count, simulated_between(carts, customer_key, 4)) as cart_count,
        least(view_count, simulated_between(purchases, customer_key, 5)) as purchase_count,
        simulated_between(categories, customer_key, 6) as category_count,
        simulated_between(first_day, customer_key, 7) as starts_on,
        greatest(starts_on, simulated_between(last_day, customer_key, 8)) as ends_on,
        simulated_between(visit_seconds, customer_key, 9) as visit_length,
        cast(floor({categories} * simulated_uniform(customer_key, 10) ** 1.5) as integer)
            as favourite_category,
        [5, 7, 11, 13][1 + simulated_draw(customer_key, 11) % 4] as category_step

    from keys

    inner join segments
        on
            simulated_uniform(customer_key, 1) >= segments.share_from
            and simulated_uniform(customer_key, 1) < segments.share_to

)
"""

# A viewed product is an item. Items are dealt to sessions in order, and carts and purchases are
# spread evenly over the items, so that a buyer's last item is bought. A session whose day is not of
# the wanted kind moves to the nearest one in October that is.
_EVENTS = """
numbered_sessions as (

    select
        *,
        unnest(range(session_count)) as session

    from customers

),

sessions as (

    select
        *,
        (customer_key + (session + 1) * 3266489917) & 4294967295 as session_key,
        (session * view_count + session_count - 1) // session_count as first_item,
        ((session + 1) * view_count + session_count - 1) // session_count as next_item,
        starts_on + (ends_on - starts_on) * session // greatest(1, session_count - 1) as planned_on,
        1 + (planned_on + 1) % 7 as weekday,
        simulated_uniform(session_key, 1) < weekend as is_weekend,
        planned_on + case
            when is_weekend and weekday = 1 then -1
            when is_weekend and weekday < 6 then 6 - weekday
            when not is_weekend and weekday = 6 then -1
            when not is_weekend and weekday = 7 then 1
            else 0
        end as moved_to,
        if(moved_to > 30, moved_to - 7, moved_to) as happens_on,
        simulated_between(
            if(simulated_uniform(session_key, 2) < night, [600, 10800], [32400, 73800]),
            session_key, 3
        ) as starts_at,
        cast(cast(md5(user_id || '-' || session) as uuid) as varchar) as user_session

    from numbered_sessions

),

numbered_items as (

    select
        *,
        unnest(range(first_item, next_item)) as item

    from sessions

),

items as (

    select
        user_id,
        user_session,
        item,
        (customer_key + (item + 1) * 2246822519) & 4294967295 as item_key,
        (item + 1) * cart_count // view_count > item * cart_count // view_count as is_carted,
        (item + 1) * purchase_count // view_count > item * purchase_count // view_count
            as is_purchased,
        {start} + 86400 * happens_on + starts_at
            + (item - first_item) * visit_length // greatest(1, next_item - first_item - 1)
            + simulated_draw(item_key, 1) % 20 as viewed_second,
        (favourite_category + item % category_count * category_step) % {categories} as category,
        cast(
            floor({products_per_category} * simulated_uniform(item_key, 2) ** cheapness) as integer
        ) as rank,
        category * {products_per_category} + rank as product

    from numbered_items

),

events as (

    select
        epoch_ms(1000 * (viewed_second + seconds_later)) as occurred_at,
        event_type,
        product_id,
        category_id,
        category_code,
        brand,
        price,
        user_id,
        user_session,
        simulated_draw(item_key, 3) as luck,
        0 as copy_number

    from items

    cross join
        (values ('view', 0), ('cart', 20), ('purchase', 45)) as steps (event_type, seconds_later)

    inner join catalogue using (product)

    where
        event_type = 'view'
        or (event_type = 'cart' and is_carted)
        or (event_type = 'purchase' and is_purchased)

)
"""

# A bot views products of all categories in one visit, one every second or two, and nothing else.
_BOTS = """
bots as (

    select
        700000000 + (number * 48271) % 199999991 as user_id,
        simulated_draw(number, {seed} + 1000) as bot_key,
        cast(floor(250 * 8 ** (simulated_uniform(bot_key, 2) ** 3)) as integer) as view_count,
        1 + simulated_draw(bot_key, 1) % 2 as pace,
        {start} + cast(floor(30 * 86400 * simulated_uniform(bot_key, 3)) as bigint) as starts_at

    from range({bots}) as numbers (number)

)
"""

_BOT_EVENTS = """
bot_views as (

    select
        *,
        unnest(range(view_count)) as item,
        (bot_key + (item + 1) * 2246822519) & 4294967295 as item_key,
        simulated_draw(item_key, 1) % ({categories} * {products_per_category}) as product

    from bots

),

bot_events as (

    select
        epoch_ms(1000 * (starts_at + pace * item)) as occurred_at,
        'view' as event_type,
        product_id,
        category_id,
        category_code,
        brand,
        price,
        user_id,
        cast(cast(md5('bot ' || user_id) as uuid) as varchar) as user_session,
        simulated_draw(item_key, 3) as luck,
        0 as copy_number

    from bot_views

    inner join catalogue using (product)

)
"""

_CLEAN = """
raw_events as (

    select
        *,
        strftime(occurred_at, '%Y-%m-%d %H:%M:%S UTC') as event_time

    from events

)
"""

# Each spoiled row is a further copy of a view with one field changed, so that the events that are
# left after cleaning are those of the clean data (but for the prices of 0) and of the bots.
_DIRTY = """
copied_views as (

    select
        * replace (row_number() over (order by luck, user_id, occurred_at) as copy_number)

    from (
        select * from events

        where
            event_type = 'view'
            and luck % 1000 > 0

        order by
            luck,
            user_id,
            occurred_at

        limit 13
    )

),

raw_events as (

    select
        * replace (if(event_type = 'view' and luck % 1000 = 0, 0, price) as price),
        strftime(occurred_at, '%Y-%m-%d %H:%M:%S UTC') as event_time

    from (
        select * from events

        union all by name

        select * from bot_events
    )

    union all by name

    select
        * replace (
            if(copy_number in (6, 7), -price, price) as price,
            if(copy_number in (8, 9), null, user_id) as user_id,
            if(copy_number = 10, 'wishlist', event_type) as event_type
        ),
        if(
            copy_number in (11, 12),
            'not recorded',
            strftime(occurred_at, '%Y-%m-%d %H:%M:%S UTC')
        ) as event_time

    from copied_views

)
"""

_ORDERED = """
select
    event_time,
    event_type,
    product_id,
    category_id,
    category_code,
    brand,
    price,
    user_id,
    user_session

from raw_events

order by occurred_at, user_id, luck, copy_number
"""


def simulate_clickstream(
    customers: int,
    seed: int = 7,
    dirt: bool = False,
    structure: bool = True,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> tuple[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation]:
    """Return the shop events of October 2019 and the segment planted in each customer.

    customers: how many; each has about 8 events on average.
    seed: a whole number from 0 to 2**32 - 1.
    dirt: also make what is wrong in such data: 1 view in 1,000 with a price of 0.00; 13 additional
        copies of views: 6 exact, 2 with a negative price, 2 without a user, 2 with a time that
        cannot be read and 1 with an unknown event type; and, in addition to the customers, one bot
        for every CUSTOMERS_PER_BOT, at least 2, which views 250 to 2,000 products in one visit and
        has the segment bot in the truth.
    structure: False makes one crowd without segments, CLICKSTREAM_CROWD.
    connection: where the events are computed, by default one of their own with MEMORY; it gets
        temporary macros named simulated_....

    Returns two lazy relations. The events are in the order of their time with the columns
    event_time (text, as 2019-10-01 00:00:00 UTC), event_type (view, cart, purchase), product_id,
    category_id, category_code (NULL for a third), brand (NULL for one in seven), price, user_id and
    user_session. The truth has user_id and segment, one row per customer.

    Raises InputError where the number of customers is out of range.
    """
    if not 1 <= customers <= MAX_CUSTOMERS:
        raise InputError(
            f"the number of customers is {customers}: give one from 1 to {MAX_CUSTOMERS}."
        )
    connection = connection or duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": f"{gettempdir()}/simulated_{os.getpid()}"}
    )
    connection.execute("set enable_progress_bar = false")
    connection.execute(_MACROS)
    segments = CLICKSTREAM_SEGMENTS if structure else (CLICKSTREAM_CROWD,)
    sizes = {"categories": len(CATEGORIES), "products_per_category": PRODUCTS_PER_CATEGORY}
    planted = [_segments(segments), _CUSTOMERS.format(customers=customers, seed=seed, **sizes)]
    truth = "select user_id, segment from customers"
    if dirt:
        bots = max(2, customers // CUSTOMERS_PER_BOT)
        planted.append(_BOTS.format(bots=bots, seed=seed, start=FIRST_SECOND))
        truth += " union all select user_id, 'bot' from bots"
    shop = [_categories(), _CATALOGUE.format(brands=list(BRANDS), **sizes)]
    steps = [
        *planted,
        *shop,
        _EVENTS.format(start=FIRST_SECOND, **sizes),
        *([_BOT_EVENTS.format(**sizes), _DIRTY] if dirt else [_CLEAN]),
    ]
    return (
        connection.sql(f"with {','.join(steps)} {_ORDERED}"),
        connection.sql(f"with {','.join(planted)} {truth}"),
    )


def _segments(segments: Sequence[ClickstreamSegment]) -> str:
    """Segments as a common table expression, shares as intervals of 0 to 1."""
    rows, share_to = [], 0.0
    for segment in segments:
        share_from, share_to = share_to, round(share_to + segment.share, 6)
        rows.append((*astuple(segment), share_from, share_to))
    names = [field.name for field in fields(ClickstreamSegment)]
    return _values("segments", [*names, "share_from", "share_to"], rows)


def _categories() -> str:
    """CATEGORIES as a common table expression with the number of each category."""
    rows = [(number, *category) for number, category in enumerate(CATEGORIES)]
    return _values("categories", ["category", "category_code", "lowest_price"], rows)


def _values(name: str, columns: list[str], rows: list[tuple]) -> str:
    """A common table expression of constant rows; a tuple becomes a list."""
    literals = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    return f"{name} ({', '.join(columns)}) as (values {literals})"


def _literal(value: str | float | tuple | None) -> str:
    if value is None:
        return "null"
    return str(list(value)) if isinstance(value, tuple) else repr(value)
