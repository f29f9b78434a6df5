"""The colours of the charts: apart from their paper and, for every kind of eye, from each other."""

import itertools

import numpy as np
import pytest

pytest.importorskip("altair", reason="the extra `report` is not installed (make .venv/extras)")

from presentation import charts

# What is seen without the cones for red, green or blue, on linear RGB (Machado, Oliveira and
# Fernandes 2009, severity 1).
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines define it, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eye: np.ndarray) -> np.ndarray:
    """The colour in CIELAB, as this eye sees it."""
    seen = np.clip(eye @ linear(colour), 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    scaled = to_xyz @ seen / [0.95047, 1.0, 1.08883]
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_the_first_colours_are_apart_for_every_eye(mode, eye):
    """The first six, which most populations have; all names are written beside them besides."""
    first = charts.SEGMENT_COLOURS[mode][:6]
    for one, other in itertools.combinations(first, 2):
        apart = np.linalg.norm(lab(one, EYES[eye]) - lab(other, EYES[eye]))
        assert apart > 15, (one, other, apart)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_and_words_stand_out_from_the_paper(mode):
    paper = charts.PAPER[mode]
    for colour in [*charts.SEGMENT_COLOURS[mode], paper["no_group"]]:
        assert contrast(colour, paper["surface"]) >= 3, colour
    for text in ("ink", "muted", "accent"):
        assert contrast(paper[text], paper["surface"]) >= 4.5, text


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_numbers_stand_out_from_their_cells(mode):
    """Over the whole scale of a heat map, the ink of weak and of strong cells can be read."""
    paper = charts.PAPER[mode]
    stops = np.array(
        [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in paper["diverging"]], dtype=float
    )
    for lift in np.arange(-2.5, 2.51, 0.05):
        channels = [np.interp(lift, [-2, -1, 0, 1, 2], stops[:, i]) for i in range(3)]
        cell = "#" + "".join(f"{round(channel):02x}" for channel in channels)
        text = paper["on_strong"] if abs(lift) >= charts.STRONG else paper["ink"]
        assert contrast(cell, text) >= 3.5, (lift, cell)
