"""Exports of fitness trackers worn by users of planted segments, in the shape of Fitabase's files.

A day's steps are spread over its hours, and an hour's over its minutes, so that the files of all
grains tell one story.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segmentation.errors import InputError

EXPORTS = ("2016-03-28_2016-04-11", "2016-04-12_2016-04-26")
FIRST_DAY = np.datetime64("2016-03-28")
DAYS = 30
DAYS_OF_FIRST_EXPORT = 15
HOURS_OF_PARTIAL_DAY = 11
MINUTE_DAYS = (16, 17)
SHARE_WITH_MINUTES = 0.15
SHARE_WITH_SLEEP = 0.75
SHARE_WITH_SLEEP_MINUTES = 0.12
SHARE_WITH_WEIGHT = 0.4

Files = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class FitbitSegment:
    """One planted segment; a pair of numbers is the mean and the standard deviation of its users.

    segment: its name.
    share: its share of the users.
    steps: of a mean day.
    variation: of the steps from day to day, as a share of their mean.
    very_active, lightly_active: minutes of a mean day.
    sleep: minutes of a mean night; efficiency: the share of the time in bed.
    weekend: steps of a weekend day per step of a weekday.
    night: share of the steps before 6:00.
    peak: the hour of the day round which the steps gather; width: how far they spread, in hours.
    bedtime: hours after noon.
    """

    segment: str
    share: float
    steps: tuple[float, float]
    variation: tuple[float, float]
    very_active: tuple[float, float]
    lightly_active: tuple[float, float]
    sleep: tuple[float, float]
    efficiency: tuple[float, float]
    weekend: tuple[float, float]
    night: tuple[float, float]
    peak: tuple[float, float]
    width: tuple[float, float]
    bedtime: tuple[float, float]


FITBIT_SEGMENTS = (
    FitbitSegment(
        "habit_building",
        share=0.30,
        steps=(3200, 350),
        variation=(0.38, 0.03),
        very_active=(2, 0.5),
        lightly_active=(115, 12),
        sleep=(440, 14),
        efficiency=(0.93, 0.008),
        weekend=(1.0, 0.08),
        night=(0.012, 0.003),
        peak=(15, 0.7),
        width=(3.6, 0.3),
        bedtime=(11.5, 0.5),
    ),
    FitbitSegment(
        "cross_sell",
        share=0.24,
        steps=(14500, 900),
        variation=(0.36, 0.03),
        very_active=(75, 8),
        lightly_active=(210, 14),
        sleep=(445, 14),
        efficiency=(0.95, 0.008),
        weekend=(1.25, 0.08),
        night=(0.012, 0.003),
        peak=(18, 0.7),
        width=(2.2, 0.2),
        bedtime=(10.5, 0.5),
    ),
    FitbitSegment(
        "consistency",
        share=0.24,
        steps=(8800, 600),
        variation=(0.11, 0.015),
        very_active=(14, 2),
        lightly_active=(300, 14),
        sleep=(450, 14),
        efficiency=(0.95, 0.008),
        weekend=(1.0, 0.05),
        night=(0.012, 0.003),
        peak=(13, 0.7),
        width=(4.4, 0.3),
        bedtime=(10.5, 0.5),
    ),
    FitbitSegment(
        "sleep_focused",
        share=0.22,
        steps=(7600, 600),
        variation=(0.40, 0.03),
        very_active=(13, 2),
        lightly_active=(200, 14),
        sleep=(305, 14),
        efficiency=(0.82, 0.012),
        weekend=(0.8, 0.06),
        night=(0.09, 0.012),
        peak=(16, 0.7),
        width=(4.0, 0.3),
        bedtime=(14.0, 0.5),
    ),
)

ALIKE = FitbitSegment(
    "everyone",
    share=1.0,
    steps=(7700, 2300),
    variation=(0.42, 0.08),
    very_active=(22, 7),
    lightly_active=(215, 45),
    sleep=(410, 40),
    efficiency=(0.92, 0.02),
    weekend=(1.0, 0.15),
    night=(0.03, 0.008),
    peak=(15, 1.5),
    width=(3.6, 0.5),
    bedtime=(11.5, 1.0),
)
"""The only kind of user where no segments are planted."""


def simulate_fitbit(
    customers: int, seed: int = 7, dirt: bool = False, structure: bool = True
) -> tuple[Files, pd.DataFrame]:
    """Return the files of two exports and the segment planted in each user.

    customers: how many, at least 20.
    dirt: also make what is wrong in the public data: the day on which the exports meet stands in
        the first one too, cut off at eleven hours, with its hours; three rows of sleep stand twice;
        one day cannot be read, one has more minutes than a day, and one body mass index is 0.
    structure: whether there are segments; without, all users are of one kind.

    Returns a frame for each file by its path below fitbit/ (those by the hour or minute as .zip, as
    they are downloaded), with the columns of the public files and times as text; and the truth with
    Id and segment, in the order of Id. Every sixth user or so has minutes, for two days; three of
    four have sleep, one of eight by the minute; two of five have logged a weight. On about one day
    in sixteen the device was not worn.

    Everything is in memory at once, 720 hours for each user: with 2,000 users, writing the files
    included, it takes 0.65 GB and 40 seconds of one core, and both grow with their number. Some ten
    thousand are a practical limit.

    Raises InputError where there are fewer than 20 customers.
    """
    if customers < 20:
        raise InputError(f"the number of customers is {customers}: give a whole number from 20.")
    random = np.random.default_rng(seed)
    segments = FITBIT_SEGMENTS if structure else (ALIKE,)
    users = _users(customers, segments, random)
    hours = _hours(users, random)
    nights = _nights(users, random)
    days = _days(users, hours, nights, random)
    weights = _weights(users, random)
    files: Files = {}
    for number, export in enumerate(EXPORTS):
        is_part = days["export"] == number
        files[f"{export}/dailyActivity_merged.csv"] = _daily_file(days[is_part])
        is_part = hours["export"] == number
        files |= _hourly_files(export, hours[is_part], users)
        is_part = weights["export"] == number
        files[f"{export}/weightLogInfo_merged.csv"] = _weight_file(weights[is_part])
        is_part = (nights["export"] == number) & nights["has_minutes"]
        files[f"{export}/minuteSleep_merged.zip"] = _sleep_minutes_file(nights[is_part], random)
    second = nights[nights["export"] == 1]
    files[f"{EXPORTS[1]}/sleepDay_merged.csv"] = _sleep_file(second)
    files |= _minute_files(EXPORTS[1], hours, users, random)
    if dirt:
        _spoil(files, days, hours, users)
    return files, users[["Id", "segment"]]


def _users(
    customers: int, segments: tuple[FitbitSegment, ...], random: np.random.Generator
) -> pd.DataFrame:
    """One row per user in the order of Id: the planted segment and what is drawn from it."""
    identifiers = np.sort(random.choice(8_000_000, size=customers, replace=False))
    planted = random.choice(len(segments), size=customers, p=[each.share for each in segments])
    frame = pd.DataFrame({"Id": 1_500_000_000 + 911 * identifiers})
    frame["segment"] = np.array([each.segment for each in segments])[planted]
    traits = [name for name in FitbitSegment.__annotations__ if name not in ("segment", "share")]
    for trait in traits:
        means, deviations = np.array([getattr(each, trait) for each in segments]).T
        drawn = random.normal(means[planted], deviations[planted])
        frame[trait] = np.clip(drawn, 0.3 * means[planted], 3 * means[planted])
    frame["efficiency"] = frame["efficiency"].clip(upper=0.99)
    frame["has_minutes"] = _some(customers, SHARE_WITH_MINUTES, random)
    frame["has_sleep"] = _some(customers, SHARE_WITH_SLEEP, random)
    frame["has_sleep_minutes"] = _some(customers, SHARE_WITH_SLEEP_MINUTES, random)
    frame["has_weight"] = _some(customers, SHARE_WITH_WEIGHT, random)
    frame["height"] = random.normal(1.72, 0.09, customers).round(2)
    frame["weight"] = (random.normal(25.5, 3.2, customers).clip(17) * frame["height"] ** 2).round(1)
    return frame


def _some(size: int, share: float, random: np.random.Generator) -> np.ndarray:
    """Which of so many have something that a share of them has; at least one has it."""
    chosen = np.zeros(size, dtype=bool)
    chosen[random.permutation(size)[: max(1, round(share * size))]] = True
    return chosen


def _hours(users: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One row per user and hour: the steps, and whether the device was worn that day."""
    day = np.arange(DAYS)
    is_weekend = np.isin((FIRST_DAY + day).astype("datetime64[D]").astype(int) % 7, (2, 3))
    variation = users["variation"].to_numpy()[:, None]
    luck = np.exp(variation * random.standard_normal((len(users), DAYS)) - variation**2 / 2)
    weekend = np.where(is_weekend, users["weekend"].to_numpy()[:, None], 1)
    totals = users["steps"].to_numpy()[:, None] * luck * weekend
    wear = random.choice(3, size=totals.shape, p=(0.94, 0.04, 0.02))
    hour = np.arange(24)
    distance = (hour - users["peak"].to_numpy()[:, None]) / users["width"].to_numpy()[:, None]
    profile = np.where(hour < 6, 0, np.exp(-(distance**2) / 2) + 0.03)
    night = users["night"].to_numpy()[:, None]
    profile *= (1 - night) / profile.sum(axis=1, keepdims=True)
    profile += np.where(hour < 6, night / 6, 0)
    shares = random.gamma(8 * 24 * profile[:, None, :] + 0.02, size=(len(users), DAYS, 24))
    shares /= shares.sum(axis=2, keepdims=True)
    steps = np.rint(totals[:, :, None] * shares).astype(int)
    steps[wear == 1] = 0
    steps[wear == 2] = np.where(hour == 21, steps[wear == 2].clip(max=90), 0)
    user, days, hours = (index.ravel() for index in np.indices(steps.shape))
    return pd.DataFrame(
        {
            "user": user,
            "Id": users["Id"].to_numpy()[user],
            "day": days,
            "hour": hours,
            "luck": luck[user, days],
            "wear": wear[user, days],
            "steps": steps.ravel(),
            "export": (days >= DAYS_OF_FIRST_EXPORT).astype(int),
        }
    )


def _nights(users: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One row per user with sleep and night that is known: its minutes and when it began."""
    has_sleep = (users["has_sleep"] | users["has_sleep_minutes"]).to_numpy()
    is_known = random.random((len(users), DAYS)) < 0.8
    by_minute = random.random((len(users), DAYS)) < 0.3
    asleep = np.rint(random.normal(users["sleep"].to_numpy()[:, None], 35, is_known.shape))
    asleep = asleep.clip(60, 900).astype(int)
    efficiency = random.normal(users["efficiency"].to_numpy()[:, None], 0.012, is_known.shape)
    in_bed = np.rint(asleep / efficiency.clip(0.3, 0.995)).astype(int)
    began = random.normal(60 * users["bedtime"].to_numpy()[:, None], 25, is_known.shape)
    began = np.rint(began).astype(int)
    has_minutes = by_minute & users["has_sleep_minutes"].to_numpy()[:, None]
    day = np.broadcast_to(np.arange(DAYS), is_known.shape)
    is_told = has_sleep[:, None] & is_known & ((day >= DAYS_OF_FIRST_EXPORT) | has_minutes)
    user, days = np.nonzero(is_told)
    return pd.DataFrame(
        {
            "user": user,
            "Id": users["Id"].to_numpy()[user],
            "day": days,
            "asleep": asleep[is_told],
            "in_bed": in_bed[is_told],
            "began": began[is_told],
            "has_minutes": has_minutes[is_told],
            "export": (days >= DAYS_OF_FIRST_EXPORT).astype(int),
        }
    )


def _days(
    users: pd.DataFrame, hours: pd.DataFrame, nights: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """One row per user and day; logged sleep is no sedentary time."""
    by_day = hours.groupby(["user", "day"], sort=True)
    frame = by_day[["Id", "luck", "wear", "export"]].first()
    frame["steps"] = by_day["steps"].sum()
    frame = frame.reset_index()
    own = users.iloc[frame["user"]].reset_index(drop=True)
    in_bed = nights.set_index(["user", "day"])["in_bed"]
    in_bed = in_bed.reindex(pd.MultiIndex.from_frame(frame[["user", "day"]])).to_numpy()
    is_worn = (frame["wear"] == 0).to_numpy()
    noise = random.normal(1, 0.08, (2, len(frame)))
    very = np.rint(own["very_active"] * frame["luck"] * noise[0]).clip(0, 300) * is_worn
    light = np.rint(own["lightly_active"] * (0.7 + 0.3 * frame["luck"]) * noise[1])
    light = light.clip(0, 500) * is_worn
    frame["very"], frame["light"] = very.astype(int), light.astype(int)
    frame["fair"] = (frame["very"] * 0.6 + 4).round().astype(int) * is_worn
    asleep = np.where(is_worn, np.nan_to_num(in_bed), 0).astype(int)
    tracked = np.where(frame["wear"] == 2, 60, 1440 - asleep)
    frame["sedentary"] = (tracked - frame["very"] - frame["fair"] - frame["light"]).clip(lower=0)
    frame["calories"] = _calories(frame["steps"], own["weight"], 1440)
    return frame


def _calories(steps: pd.Series, weight: pd.Series, minutes: int) -> np.ndarray:
    """Kilocalories: at rest one for each kilogram and hour, and some for each step."""
    return np.rint(np.asarray(weight) * (minutes / 60 + np.asarray(steps) * 0.0006)).astype(int)


def _weights(users: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One row per weight that was logged, one to four for each user who does."""
    heavy = users[users["has_weight"]]
    frame = heavy.loc[heavy.index.repeat(random.integers(1, 5, len(heavy)))]
    frame = frame[["Id", "weight", "height"]].reset_index(drop=True)
    day = random.integers(0, DAYS, len(frame))
    is_manual = random.random(len(frame)) < 0.6
    second = np.where(is_manual, 86_399, random.integers(21_600, 36_000, len(frame)))
    frame["second"] = 86_400 * day + second
    frame["is_manual"] = is_manual
    frame["weight"] = (frame["weight"] + random.normal(0, 0.5, len(frame))).round(1)
    frame["export"] = (day >= DAYS_OF_FIRST_EXPORT).astype(int)
    frame = frame.drop_duplicates(["Id", "second"])
    return frame.sort_values(["Id", "second"], ignore_index=True)


def _daily_file(days: pd.DataFrame) -> pd.DataFrame:
    distance = (days["steps"] * 0.00072).round(2)
    return pd.DataFrame(
        {
            "Id": days["Id"],
            "ActivityDate": _dates(days["day"]),
            "TotalSteps": days["steps"],
            "TotalDistance": distance,
            "TrackerDistance": distance,
            "LoggedActivitiesDistance": 0,
            "VeryActiveDistance": (distance * 0.25).round(2),
            "ModeratelyActiveDistance": (distance * 0.15).round(2),
            "LightActiveDistance": (distance * 0.6).round(2),
            "SedentaryActiveDistance": 0,
            "VeryActiveMinutes": days["very"],
            "FairlyActiveMinutes": days["fair"],
            "LightlyActiveMinutes": days["light"],
            "SedentaryMinutes": days["sedentary"],
            "Calories": days["calories"],
        }
    )


def _hourly_files(export: str, hours: pd.DataFrame, users: pd.DataFrame) -> Files:
    keys = pd.DataFrame(
        {"Id": hours["Id"], "ActivityHour": _times(3600 * (24 * hours["day"] + hours["hour"]))}
    )
    intensity = (hours["steps"] / 25).round().clip(upper=180).astype(int)
    weight = users["weight"].to_numpy()[hours["user"]]
    return {
        f"{export}/hourlySteps_merged.zip": keys.assign(StepTotal=hours["steps"]),
        f"{export}/hourlyIntensities_merged.zip": keys.assign(
            TotalIntensity=intensity, AverageIntensity=(intensity / 60).round(6)
        ),
        f"{export}/hourlyCalories_merged.zip": keys.assign(
            Calories=_calories(hours["steps"], weight, 60)
        ),
    }


def _minute_files(
    export: str, hours: pd.DataFrame, users: pd.DataFrame, random: np.random.Generator
) -> Files:
    """The steps of each hour, spread over its minutes in bursts."""
    has_minutes = users["has_minutes"].to_numpy()[hours["user"]]
    hours = hours[has_minutes & hours["day"].isin(MINUTE_DAYS)]
    bursts = random.gamma(0.15, size=(len(hours), 60)).cumsum(axis=1)
    upto = np.floor(hours["steps"].to_numpy()[:, None] * bursts / bursts[:, -1:]).astype(int)
    steps = np.minimum(np.diff(upto, prepend=0, axis=1), 180).ravel()
    first = 3600 * (24 * hours["day"] + hours["hour"]).to_numpy()
    seconds = (first[:, None] + 60 * np.arange(60)).ravel()
    keys = pd.DataFrame({"Id": hours["Id"].repeat(60), "ActivityMinute": _times(seconds)})
    mets = 10 + np.rint(steps * 0.45).astype(int)
    weight = users["weight"].to_numpy()[hours["user"].repeat(60)]
    return {
        f"{export}/minuteStepsNarrow_merged.zip": keys.assign(Steps=steps),
        f"{export}/minuteIntensitiesNarrow_merged.zip": keys.assign(
            Intensity=np.digitize(steps, (1, 70, 100))
        ),
        f"{export}/minuteMETsNarrow_merged.zip": keys.assign(METs=mets),
        f"{export}/minuteCaloriesNarrow_merged.zip": keys.assign(
            Calories=(mets * weight / 600).round(4)
        ),
    }


def _sleep_file(nights: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Id": nights["Id"],
            "SleepDay": _times(86_400 * nights["day"]),
            "TotalSleepRecords": 1,
            "TotalMinutesAsleep": nights["asleep"],
            "TotalTimeInBed": nights["in_bed"],
        }
    ).reset_index(drop=True)


def _sleep_minutes_file(nights: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Every minute in bed; which of them were sleep is drawn."""
    in_bed = nights["in_bed"].to_numpy()
    night = np.repeat(np.arange(len(nights)), in_bed)
    minute = np.arange(in_bed.sum()) - np.repeat(in_bed.cumsum() - in_bed, in_bed)
    order = np.lexsort((random.random(len(night)), night))
    place = np.empty(len(night), dtype=int)
    place[order] = minute
    restless = np.where(random.random(len(night)) < 0.8, 2, 3)
    value = np.where(place < nights["asleep"].to_numpy()[night], 1, restless)
    # Noon of the day before, the hours after it, and half a minute, as the public files have it.
    began = 86_400 * (nights["day"].to_numpy() - 1) + 43_200 + 60 * nights["began"].to_numpy() + 30
    return pd.DataFrame(
        {
            "Id": nights["Id"].to_numpy()[night],
            "date": _times(began[night] + 60 * minute),
            "value": value,
            "logId": (11_380_000_000 + 100 * nights["user"] + nights["day"]).to_numpy()[night],
        }
    )


def _weight_file(weights: pd.DataFrame) -> pd.DataFrame:
    epoch = FIRST_DAY.astype("datetime64[s]").astype(int)
    return pd.DataFrame(
        {
            "Id": weights["Id"],
            "Date": _times(weights["second"]),
            "WeightKg": weights["weight"],
            "WeightPounds": (weights["weight"] * 2.20462).round(4),
            "Fat": None,
            "BMI": (weights["weight"] / weights["height"] ** 2).round(2),
            "IsManualReport": weights["is_manual"],
            "LogId": (epoch + weights["second"]) * 1000,
        }
    ).reset_index(drop=True)


def _spoil(files: Files, days: pd.DataFrame, hours: pd.DataFrame, users: pd.DataFrame) -> None:
    """Make what is wrong in the public data, in place."""
    first, second = EXPORTS
    is_cut = (hours["day"] == DAYS_OF_FIRST_EXPORT) & (hours["hour"] < HOURS_OF_PARTIAL_DAY)
    begun = hours[is_cut]
    cut = days[days["day"] == DAYS_OF_FIRST_EXPORT].reset_index(drop=True)
    cut["steps"] = begun.groupby("user")["steps"].sum().to_numpy()
    cut["calories"] = _calories(cut["steps"], users["weight"], 60 * HOURS_OF_PARTIAL_DAY)
    cut[["very", "fair"]] = 0
    cut["light"] = cut["light"] // 4
    cut["sedentary"] = 60 * HOURS_OF_PARTIAL_DAY - cut["light"]
    path = f"{first}/dailyActivity_merged.csv"
    daily = pd.concat([files[path], _daily_file(cut)], ignore_index=True)
    daily.loc[3, "ActivityDate"] = "not recorded"
    daily.loc[5, "SedentaryMinutes"] = 1500
    files[path] = daily
    for path, frame in _hourly_files(first, begun, users).items():
        files[path] = pd.concat([files[path], frame], ignore_index=True)
    path = f"{second}/sleepDay_merged.csv"
    files[path] = pd.concat([files[path], files[path].iloc[[2, 40, 60]]], ignore_index=True)
    path = f"{second}/weightLogInfo_merged.csv"
    files[path].loc[0, "BMI"] = 0


def _dates(days: pd.Series) -> np.ndarray:
    """Days since FIRST_DAY as 4/12/2016."""
    return _texts(86_400 * np.asarray(days), lambda time: f"{time.month}/{time.day}/{time.year}")


def _times(seconds: pd.Series | np.ndarray) -> np.ndarray:
    """Seconds since FIRST_DAY as 4/12/2016 1:05:00 PM."""
    return _texts(
        np.asarray(seconds),
        lambda time: (
            f"{time.month}/{time.day}/{time.year} {(time.hour - 1) % 12 + 1}:{time:%M:%S} "
            f"{'AM' if time.hour < 12 else 'PM'}"
        ),
    )


def _texts(seconds: np.ndarray, text) -> np.ndarray:
    """Each time as text; every different one is written once."""
    different, place = np.unique(seconds.astype(np.int64), return_inverse=True)
    moments = pd.DatetimeIndex(FIRST_DAY.astype("datetime64[s]") + different.astype("m8[s]"))
    return np.array([text(moment) for moment in moments], dtype=object)[place]
