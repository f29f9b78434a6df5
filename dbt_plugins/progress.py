"""`dbt --quiet`, with a bar where a person waits: python -m dbt_plugins.progress build …

Where standard error is no terminal, and in CI, this is dbt itself. On a terminal it runs the very
same command, and shows above the last line how much is done and what takes long. What dbt prints,
its log and its exit code stay as they are.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from segmentation.progress import listening

# What runs for less than this many seconds needs no line of its own.
LONG = 1.0

# The exit codes of dbt's own command: a node failed, dbt itself did, and Ctrl-C.
FAILED, BROKEN = 1, 2


class Stopped(Exception):
    """Ends the work of another thread at its next step, which Ctrl-C itself does not reach."""


class Running:
    """What dbt is doing: how many nodes are done, and what each of its threads is at."""

    def __init__(self):
        self.done = 0
        self.total: int | None = None
        self.is_stopped = False
        self.is_under_way = False
        self._lock = threading.Lock()
        self._nodes: dict[int, tuple[float, str]] = {}
        self._steps: dict[int, str] = {}

    def stop(self, *caught) -> None:
        """Ctrl-C: dbt ends as it does. It waits while the bar comes or goes."""
        self.is_stopped = True
        if self.is_under_way:
            signal.default_int_handler(*caught)

    def on_event(self, event) -> None:
        """Follow dbt's events, which come in the thread that they are of."""
        thread = threading.get_ident()
        with self._lock:
            if event.info.name == "LogStartLine":
                self.total = event.data.total
                self._nodes[thread] = (time.monotonic(), _words(event.data.node_info))
            elif event.info.name == "NodeFinished":
                self.done += 1
                self._nodes.pop(thread, None)
                self._steps.pop(thread, None)

    def on_step(self, what: str, done: int | None, total: int) -> None:
        """Follow the steps of the package, which come in the thread of their node."""
        with self._lock:
            if done is None:
                self._steps.pop(threading.get_ident(), None)
                return
            if self.is_stopped:
                raise Stopped
            self._steps[threading.get_ident()] = f"{done + 1} of {total}, {what}"

    def lines(self) -> list[str]:
        """What takes long, the oldest first."""
        now = time.monotonic()
        with self._lock:
            return [
                f"{node}: {self._steps[thread]}" if thread in self._steps else node
                for thread, (since, node) in sorted(self._nodes.items(), key=lambda item: item[1])
                if now - since >= LONG
            ]


def _words(node) -> str:
    """A node in words: its population, where it is of one, and the rest of its name."""
    name = node.node_name
    for folder in Path(node.node_path).parent.parts:
        if name.startswith(f"{folder}_"):
            return f"{folder}, {name.removeprefix(f'{folder}_').replace('_', ' ')}"
    return name.replace("__", " ").replace("_", " ")


class Bar(Progress):
    """One line for the whole, and below it one for each node that takes long."""

    def __init__(self, running: Running, console: Console):
        self.running = running
        super().__init__(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.whole = self.add_task("Reading the project", total=None, count="")

    def get_renderables(self) -> Iterator[RenderableType]:
        """The bar as it is now, and the lines below it."""
        if self.running.total is not None:
            self.update(
                self.whole,
                description="Stopping" if self.running.is_stopped else "Building",
                completed=self.running.done,
                total=self.running.total,
                count=f"{self.running.done:,} of {self.running.total:,}",
            )
        yield self.make_tasks_table(self.tasks)
        for line in self.running.lines():
            yield Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis")


class Above:
    """A stream that prints whole lines above the bar, just as they are.

    After Ctrl-C it prints nothing: dbt would tell of its own inside, which is in its log too.
    """

    def __init__(self, running: Running, console: Console, stream):
        self._running, self._console, self._stream = running, console, stream
        self._rest = ""

    def write(self, text: str) -> int:
        """Print the lines that are complete."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if not self._running.is_stopped:
                self._console.print(Text.from_ansi(line), soft_wrap=True)
        return len(text)

    def flush(self) -> None:
        """Nothing: lines are printed as they end."""

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


@contextmanager
def shown(running: Running) -> Iterator[None]:
    """Show the bar on standard error while the block runs."""
    console = Console(stderr=True)
    out = Above(running, console, sys.stdout) if sys.stdout.isatty() else sys.stdout
    with Bar(running, console), listening(running.on_step), redirect_stdout(out):
        running.is_under_way = True
        try:
            if running.is_stopped:
                raise KeyboardInterrupt
            yield
        finally:
            running.is_under_way = False


def run(arguments: Sequence[str]) -> int:
    """Run `dbt --quiet` with these arguments and a bar; returns the exit code that dbt has."""
    running = Running()
    signal.signal(signal.SIGINT, running.stop)
    try:
        with shown(running):
            from dbt.cli.exceptions import DbtUsageException
            from dbt.cli.main import dbtRunner

            result = dbtRunner(callbacks=[running.on_event]).invoke(["--quiet", *arguments])
    except KeyboardInterrupt:
        running.is_stopped = True
    if running.is_stopped:
        reached = f"after {running.done:,} of {running.total:,} steps" if running.total else "early"
        print(
            f"Stopped {reached}. Nothing is damaged: the same command begins anew.", file=sys.stderr
        )
        return BROKEN
    if result.success:
        return 0
    if isinstance(result.exception, DbtUsageException):
        print(result.exception, file=sys.stderr)
    return FAILED if result.exception is None else BROKEN


def is_watched() -> bool:
    """Whether a person sees standard error, on a terminal that can move its cursor."""
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") not in (None, "", "dumb")
    return is_terminal and not os.environ.get("CI")


def main(arguments: Sequence[str]) -> int:
    """Run dbt quietly, with a bar where a person watches, and return its exit code."""
    if is_watched():
        return run(arguments)
    dbt = Path(sys.executable).parent / "dbt"
    os.execv(dbt, [str(dbt), "--quiet", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
