"""Gift recipients of planted segments, in the words and lists of words of a gift shop."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.errors import InputError

WORDS = {
    "relationship": ("family", "friend", "co-worker", "partner"),
    "favourite_movie_genre": (
        *("Action", "Animation", "Comedy", "Documentary", "Drama"),
        *("Fantasy", "Romance", "Sci-Fi", "Thriller"),
    ),
    "last_gift_category": (
        *("books", "clothing", "experiences", "gadgets", "gift cards"),
        *("home decor", "jewelry", "toys"),
    ),
    "occasion": ("anniversary", "birthday", "christmas", "farewell", "graduation"),
    "budget_range": ("low", "medium", "high"),
    "store_preference": ("department store", "local shop", "online", "toy shop"),
}
HOBBIES = (
    *("cooking", "dancing", "gaming", "gardening", "music"),
    *("painting", "photography", "reading", "sports", "travel"),
)
OLDEST = 95
USUAL_WORDS = 0.96
USUAL_HOBBY, OTHER_HOBBY = 0.8, 0.05


@dataclass(frozen=True)
class GiftingSegment:
    """One planted segment.

    segment: its name.
    share: its share of the recipients.
    age: mean and standard deviation, in years.
    hobbies: those that each recipient has with the probability USUAL_HOBBY; others, OTHER_HOBBY.
    words: for each column of WORDS, those that share USUAL_WORDS of the recipients evenly; the rest
        have any word of the column.
    """

    segment: str
    share: float
    age: tuple[float, float]
    hobbies: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]


GIFTING_SEGMENTS = (
    GiftingSegment(
        "partners_with_high_budget",
        share=0.22,
        age=(43, 5),
        hobbies=("cooking", "travel"),
        words={
            "relationship": ("partner",),
            "favourite_movie_genre": ("Comedy", "Documentary", "Drama", "Romance"),
            "last_gift_category": ("clothing", "experiences", "home decor", "jewelry"),
            "occasion": ("anniversary",),
            "budget_range": ("high",),
            "store_preference": ("department store",),
        },
    ),
    GiftingSegment(
        "children_of_the_family",
        share=0.26,
        age=(9, 2.5),
        hobbies=("painting", "sports"),
        words={
            "relationship": ("family",),
            "favourite_movie_genre": ("Action", "Animation", "Comedy", "Fantasy"),
            "last_gift_category": ("books", "clothing", "gadgets", "toys"),
            "occasion": ("christmas",),
            "budget_range": ("medium",),
            "store_preference": ("toy shop",),
        },
    ),
    GiftingSegment(
        "young_friends_of_many_hobbies",
        share=0.28,
        age=(25, 3.5),
        hobbies=("dancing", "gaming", "music", "photography", "sports"),
        words={
            "relationship": ("friend",),
            "favourite_movie_genre": ("Action", "Comedy", "Sci-Fi", "Thriller"),
            "last_gift_category": ("books", "experiences", "gadgets", "gift cards"),
            "occasion": ("birthday",),
            "budget_range": ("medium",),
            "store_preference": ("online",),
        },
    ),
    GiftingSegment(
        "colleagues_with_low_budget",
        share=0.24,
        age=(52, 5.5),
        hobbies=("gardening", "reading"),
        words={
            "relationship": ("co-worker",),
            "favourite_movie_genre": ("Comedy", "Documentary", "Drama", "Thriller"),
            "last_gift_category": ("books", "clothing", "gift cards", "home decor"),
            "occasion": ("farewell",),
            "budget_range": ("low",),
            "store_preference": ("local shop",),
        },
    ),
)


def simulate_gifting(
    customers: int, seed: int = 7, dirt: bool = False, structure: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the recipients and the segment planted in each.

    customers: how many recipients, at least 20.
    dirt: also make what people type: 2 % of the cells missing, 5 % of the words in odd capitals and
        with blanks around them, one age of 999, one budget of a word that is none, a hobby stated
        twice, one row twice, and one recipient in two rows that differ.
    structure: False draws every column by itself, for one crowd of recipients: each word and hobby
        as often as with structure, ages around one mean. The truth is then one segment.

    Returns two frames in the order of user_id: the recipients with the nine columns of the raw
    data, all text, where hobbies are divided by commas and missing cells are None; and the truth
    with user_id and segment. The rows that dirt adds stand at the end.

    Raises InputError where there are fewer than 20 recipients.
    """
    if customers < 20:
        raise InputError(f"the number of recipients is {customers}: give a whole number from 20.")
    random = np.random.default_rng(seed)
    planted = random.choice(
        len(GIFTING_SEGMENTS),
        size=customers,
        p=[segment.share for segment in GIFTING_SEGMENTS],
    )
    if structure:
        columns = _columns(planted, random)
        names = np.array([segment.segment for segment in GIFTING_SEGMENTS])[planted]
    else:
        columns = _independent_columns(planted, random)
        names = np.full(customers, "everyone")
    identifiers = [f"user_{number}" for number in range(1, customers + 1)]
    frame = pd.DataFrame({"user_id": identifiers, **columns}, dtype=object)
    truth = pd.DataFrame({"user_id": identifiers, "segment": names})
    return (_spoil(frame, random) if dirt else frame), truth


def _columns(planted: np.ndarray, random: np.random.Generator) -> dict[str, list[str]]:
    """The clean columns of recipients of these segments."""
    mean, deviation = np.array([segment.age for segment in GIFTING_SEGMENTS])[planted].T
    words = {name: _draw_words(name, planted, random) for name in WORDS}
    return {
        "age": _draw_ages(mean, deviation, random),
        "relationship": words["relationship"],
        "hobbies": _draw_hobbies([planted] * len(HOBBIES), random),
        **{name: words[name] for name in WORDS if name != "relationship"},
    }


def _independent_columns(planted: np.ndarray, random: np.random.Generator) -> dict[str, list[str]]:
    """The same columns, each drawn as if every recipient had a segment of its own for it."""
    columns = _columns(planted, random)
    for name in WORDS:
        columns[name] = _draw_words(name, random.permutation(planted), random)
    columns["hobbies"] = _draw_hobbies([random.permutation(planted) for _ in HOBBIES], random)
    ages = np.array(columns["age"], dtype=float)
    columns["age"] = _draw_ages(np.full(len(ages), ages.mean()), ages.std(), random)
    return columns


def _draw_ages(
    mean: np.ndarray, deviation: np.ndarray | float, random: np.random.Generator
) -> list[str]:
    """Whole years around the means."""
    years = np.clip(np.rint(random.normal(mean, deviation)), 1, OLDEST).astype(int)
    return [str(year) for year in years]


def _draw_words(name: str, planted: np.ndarray, random: np.random.Generator) -> list[str]:
    """One word per recipient, one of the usual ones of its segment or, now and then, any."""
    is_usual = random.random(len(planted)) < USUAL_WORDS
    draws = random.random(len(planted))
    choices = [
        GIFTING_SEGMENTS[number].words[name] if usual else WORDS[name]
        for number, usual in zip(planted, is_usual, strict=True)
    ]
    return [words[int(draw * len(words))] for words, draw in zip(choices, draws, strict=True)]


def _draw_hobbies(planted: list[np.ndarray], random: np.random.Generator) -> list[str]:
    """Hobbies with commas between them, at least one; `planted` holds the segments per hobby."""
    has_hobby = np.zeros((len(planted[0]), len(HOBBIES)), dtype=bool)
    for place, hobby in enumerate(HOBBIES):
        is_usual = np.array([hobby in segment.hobbies for segment in GIFTING_SEGMENTS])
        rates = np.where(is_usual[planted[place]], USUAL_HOBBY, OTHER_HOBBY)
        has_hobby[:, place] = random.random(len(has_hobby)) < rates
    only = random.integers(0, len(HOBBIES), len(has_hobby))
    none = ~has_hobby.any(axis=1)
    has_hobby[none, only[none]] = True
    return [", ".join(np.array(HOBBIES)[row]) for row in has_hobby]


def _spoil(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The recipients with what people type."""
    frame = frame.copy()
    for name in [*WORDS, "hobbies"]:
        odd = random.random(len(frame)) < 0.05
        frame.loc[odd, name] = " " + frame.loc[odd, name].str.upper() + " "
    for name in frame.columns[1:]:
        frame.loc[random.random(len(frame)) < 0.02, name] = None
    rows = random.permutation(len(frame))
    frame.loc[rows[0], "age"] = "999"
    frame.loc[rows[1], "budget_range"] = "whatever it takes"
    frame.loc[rows[2], "hobbies"] = "Music, music , travel"
    another = frame.loc[[rows[4]]].assign(age="1", user_id=f"user_{len(frame) + 1}")
    return pd.concat([frame, frame.loc[[rows[3]]], another, another.assign(age="2")])
