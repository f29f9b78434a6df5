"""The bar on a terminal: there where a person waits, and nowhere else."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT, Project

from dbt_plugins.progress import Running, Stopped, is_watched
from segmentation.cluster_scores import SPLITS, prediction_strength
from segmentation.progress import listening, steps

# A seed that is built, and a model that fails, since what it reads has not been built.
FAILING = ("build", "--exclude-resource-type", "unit_test", "-s", "value_map", "shop_features")

ERASED_LINE = "\x1b[2K"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CLOCK = re.compile(r"\d\d:\d\d:\d\d|in \d+\.\d+s")


def told(listened: list):
    """A listener that writes down what it is told."""
    return lambda *step: listened.append(step)


def test_steps_are_told_in_order_and_their_end_too():
    listened = []
    with listening(told(listened)):
        assert list(steps("counting", "abc")) == ["a", "b", "c"]
        assert list(steps("drawing", iter("de"), 2)) == ["d", "e"]

    assert listened == [
        ("counting", 0, 3),
        ("counting", 1, 3),
        ("counting", 2, 3),
        ("counting", None, 3),
        ("drawing", 0, 2),
        ("drawing", 1, 2),
        ("drawing", None, 2),
    ]


def test_the_end_is_told_of_a_loop_that_is_left():
    listened = []
    with listening(told(listened)):
        for _ in steps("counting", "abc"):
            break

    assert listened == [("counting", 0, 3), ("counting", None, 3)]


def test_nobody_is_told_without_a_listener():
    items = [1, 2]
    assert steps("counting", items) is items


def test_a_listener_changes_no_score():
    sample = np.random.default_rng(0).normal(size=(60, 2))
    alone = prediction_strength(sample, range(1, 4))
    listened = []
    with listening(told(listened)):
        watched = prediction_strength(sample, range(1, 4))

    np.testing.assert_array_equal(watched, alone)
    assert [done for _, done, _ in listened] == [*range(SPLITS), None]


def event(name: str, node: str = "shop_cluster_scores", path: str = "shop/x.py", total: int = 4):
    """An event of dbt, as far as the bar looks at it."""
    node_info = SimpleNamespace(node_name=node, node_path=path)
    data = SimpleNamespace(node_info=node_info, total=total)
    return SimpleNamespace(info=SimpleNamespace(name=name), data=data)


def test_lines_say_what_takes_long(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr("dbt_plugins.progress.time.monotonic", lambda: now[0])
    running = Running()
    running.on_event(event("LogStartLine"))
    at_once = running.lines()
    now[0] += 2
    later = running.lines()
    running.on_step("choosing the number of segments", 2, 10)
    with_step = running.lines()
    running.on_step("choosing the number of segments", None, 10)
    after_step = running.lines()
    running.on_event(event("NodeFinished"))

    assert at_once == []
    assert later == after_step == ["shop, cluster scores"]
    assert with_step == ["shop, cluster scores: 3 of 10, choosing the number of segments"]
    assert running.lines() == []
    assert (running.done, running.total) == (1, 4)


def test_after_a_stop_the_next_step_ends_the_work():
    running = Running()
    running.is_under_way = True
    with pytest.raises(KeyboardInterrupt):
        running.stop(signal.SIGINT, None)

    with listening(running.on_step), pytest.raises(Stopped):
        list(steps("counting", "abc"))


@pytest.mark.parametrize(
    ("is_terminal", "variables", "expected"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm", "CI": "true"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_the_bar_is_for_people(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, variables: dict, expected: bool
):
    monkeypatch.delenv("CI", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: is_terminal))

    assert is_watched() is expected


def started(project: Project, *arguments: str, stream: int) -> subprocess.Popen:
    """The command as `make build` gives it, in a session of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    folders = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    targets = ["--target-path", str(project.folder / "target"), "--log-path", str(project.folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "dbt_plugins.progress", *arguments, *folders, *targets],
        cwd=project.folder,
        env={**environment, "TERM": "xterm", **project.linked_to()},
        stdin=stream,
        stdout=stream,
        stderr=stream,
        preexec_fn=lambda: os.login_tty(stream) if os.isatty(stream) else None,
    )


def on_terminal(project: Project, *arguments: str, stop_at: str | None = None) -> tuple[int, str]:
    """Run on a pseudo-terminal, with Ctrl-C once a text is seen; the exit code and what came."""
    ours, theirs = pty.openpty()
    process = started(project, *arguments, stream=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            ready, _, _ = select.select([ours], [], [], 120)
            assert ready, seen[-2000:]
            more = os.read(ours, 65536)
        except OSError:  # the other side has closed
            break
        if not more:
            break
        seen += more
        if stop_at is not None and stop_at.encode() in seen:
            os.write(ours, b"\x03")
            stop_at = None
    os.close(ours)
    lines = seen.decode().replace("\r", "\n").replace(ERASED_LINE, "\n")
    return process.wait(), ESCAPES.sub("", lines)


def test_a_terminal_shows_a_bar_and_what_dbt_prints_without_one(project: Project):
    code, seen = on_terminal(project, *FAILING)
    with (project.folder / "piped").open("w+b") as piped:
        plain_code = started(project, *FAILING, stream=piped.fileno()).wait()
        piped.seek(0)
        plain = ESCAPES.sub("", piped.read().decode())

    assert code == plain_code == 1
    assert "Reading the project" in seen
    assert re.search(r"Building .* of \d+", seen)
    assert "Building" not in plain
    assert "Runtime Error in model shop_features" in plain
    printed = set(CLOCK.sub("", seen).splitlines())
    assert set(CLOCK.sub("", plain).splitlines()) <= printed


def test_ctrl_c_says_one_sentence(project: Project):
    code, seen = on_terminal(project, *FAILING, stop_at="Reading the project")

    assert code == 2
    assert seen.rstrip().splitlines()[-1].startswith("Stopped ")
    assert "Traceback" not in seen
