"""The steps of long work, told to whoever listens: a bar on a terminal, and else nobody.

The package does not know who that is. Without a listener a loop runs as if there were none of this.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

# The work in words, how many of its steps are done (None when it has ended), and of how many.
Listener = Callable[[str, int | None, int], None]

_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell the listener of every step until the block ends; it is called in the working thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def steps(what: str, items: Iterable[Item], total: int | None = None) -> Iterable[Item]:
    """The items as they are, each a step of the work.

    what: the work in words, such as "comparing random halves of the customers".
    total: the number of items, where they have no length.
    """
    return _told(what, items, len(items) if total is None else total) if _listeners else items


def _told(what: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    try:
        for done, item in enumerate(items):
            _tell(what, done, total)
            yield item
    finally:
        _tell(what, None, total)


def _tell(what: str, done: int | None, total: int) -> None:
    for listener in _listeners:
        listener(what, done, total)
