"""What a published file does not say: numbers of small groups, and who someone is."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from hashlib import sha256

from presentation.errors import InputError

BLOCK = 64  # bytes, of SHA-256
SHORTEST_SECRET = 16


def small_groups(
    customers: Sequence[int], sums: Sequence[Sequence[Hashable]], minimum: int
) -> set[int]:
    """The positions of the groups whose numbers are hidden.

    customers: the number of customers of each group.
    sums: for each known total, the label of every group: groups of one label add up to a number
        that a reader may know.
    minimum: groups of fewer customers are hidden.

    Besides the small groups the next smallest of a label are hidden until the hidden ones have at
    least `minimum` customers together: a total less the groups that are shown then tells of no one
    but at least so many (complementary suppression; Willenborg and de Waal 2001, chapter 5).
    """
    hidden = {i for i, count in enumerate(customers) if count < minimum}
    members = defaultdict(list)
    for total, labels in enumerate(sums):
        for i, label in enumerate(labels):
            members[total, label].append(i)
    found = -1
    while found != len(hidden):
        found = len(hidden)
        for together in members.values():
            closed = [i for i in together if i in hidden]
            shown = sorted(set(together).difference(closed), key=lambda i: (customers[i], i))
            while (closed and shown) and (
                len(closed) < 2 or sum(customers[i] for i in closed) < minimum
            ):
                closed.append(shown.pop(0))
            hidden.update(closed)
    return hidden


def checked_secret(secret: str | None) -> bytes | None:
    """The secret as bytes, None where none is given; raises InputError for one easy to guess."""
    if not secret:
        return None
    if len(secret) < SHORTEST_SECRET:
        raise InputError(
            f"SEGMENTS_SECRET has {len(secret)} characters, so that it could be guessed: give "
            f"{SHORTEST_SECRET} or more, such as those that `openssl rand -hex 32` prints."
        )
    return secret.encode()


def keyed_hash(column: str, secret: bytes) -> str:
    """An SQL expression for the HMAC-SHA256 (RFC 2104) of a column's text, in 64 hex digits.

    NULL stays NULL. Who has the secret can hash a known value and find it; nobody else can.
    """
    key = sha256(secret).digest() if len(secret) > BLOCK else secret
    key = key.ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    message = f"encode(cast({column} as varchar))"
    return f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || {message})))"
