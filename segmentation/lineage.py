"""Which segment of a refit continues which of the fit before it, and what became of the others.

Both fits are applied to the same customers of today, and the customers in common decide: nothing
else says as plainly whether a name still means the same people. How far the centres have moved does
not count: all move together where the features are of a later day. So where a segment is gone and
another one has come nearest to its place, the fit before calls the new customers by the old name,
and it goes on.

| event | from | to |
|---|---|---|
| continues | a segment | the one that keeps its segment_id; -1 to -1: in no group by both fits |
| split | a segment | a new one, at least half of whose customers come from it |
| merged | a segment that ends | the one that at least half of its customers go to |
| relabelled | any other pair with customers | |
| born | NULL | a new segment that is split from none |
| died | a segment that ends, merged into none | NULL |

Source: Spiliopoulou, Ntoutsi, Theodoridis and Schult 2006, "MONIC: Modeling and Monitoring Cluster
Transitions": a cluster survives where its overlap with a later one reaches a threshold that is at
least a half; else it splits, is absorbed or disappears. The one-to-one match that has the most
customers in common is that of Kuhn 1955, "The Hungarian Method for the Assignment Problem".
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmentation.algorithms import NOISE

# The threshold of MONIC at its lowest, asked both ways: of the customers of the old segment and of
# those of the new one. The customers in common are then at least a third of those in either, and
# two segments can only claim the same one where each has exactly half of it.
CONTINUES_SHARE = 0.5


@dataclass(frozen=True)
class Alignment:
    """segment_ids: the segment_id of each label of the refit. lineage: one dict per row, with
    `event`, `from_segment_id`, `to_segment_id` (NULL as None) and `customers`. relabelled_share:
    the part of the customers that have another segment_id by the refit than by the fit before.
    """

    segment_ids: dict[int, int]
    lineage: list[dict]
    relabelled_share: float


def align(
    previous: np.ndarray,
    current: np.ndarray,
    next_id: int,
    previous_ids: Iterable[int] = (),
    current_labels: Iterable[int] = (),
) -> Alignment:
    """Give the segments of a refit the segment_ids of those they continue.

    previous: the segment_id of each customer by the fit before; current: the label of the same
    customers, in the same order, by the refit. NOISE in either means in no group: it stays NOISE
    and is nobody's match. next_id: the first segment_id that was never used. previous_ids,
    current_labels: all segments of the two fits, as some may have no customer today.

    A segment of the refit continues one of the fit before where the customers in common are at
    least CONTINUES_SHARE of each of the two; of several such matches, the one with most customers
    in common. Where that is even (a segment that falls into two halves), the lower segment_id and
    the group of the earlier customer come first, whatever the labels are. All others get next_id,
    next_id + 1 … in the order of their labels.

    The rows of the lineage that have both ids have the customers of both: together, all of them.
    A row from or to NULL has all customers of the segment. Rows are in order of the two ids, NULL
    first.

    Raises ValueError where the two differ in length, or next_id was given before.
    """
    if len(previous) != len(current):
        raise ValueError(
            f"the two fits label {len(previous)} and {len(current)} customers: give the labels of "
            "the same customers, in the same order."
        )
    flows = Counter(zip(map(int, previous), map(int, current), strict=True))
    old_sizes = _sizes(((old, customers) for (old, _), customers in flows.items()), previous_ids)
    new_sizes = _sizes(((new, customers) for (_, new), customers in flows.items()), current_labels)
    if next_id <= max(old_sizes, default=NOISE):
        raise ValueError(
            f"the next segment_id is {next_id}, but {max(old_sizes)} was given before: give the "
            "first one that was never used."
        )
    matches = _matches(flows, old_sizes, new_sizes)
    segment_ids = {NOISE: NOISE} if NOISE in {*map(int, current), *current_labels} else {}
    for label in sorted(new_sizes):
        segment_ids[label] = matches.get(label, next_id)
        next_id += label not in matches
    flows = {(old, segment_ids[new]): customers for (old, new), customers in flows.items()}
    sizes = {segment_ids[new]: customers for new, customers in new_sizes.items()}
    relabelled = sum(customers for (old, new), customers in flows.items() if old != new)
    share = relabelled / max(1, len(previous))
    return Alignment(segment_ids, _lineage(flows, old_sizes, sizes), share)


def first_alignment(current: np.ndarray, current_labels: Iterable[int] = ()) -> Alignment:
    """The alignment of a first fit: all its segments are born, with their labels as ids.

    current, current_labels: as in `align`.
    """
    sizes = _sizes(((int(label), 1) for label in current), current_labels)
    lineage = [
        {
            "event": "born",
            "from_segment_id": None,
            "to_segment_id": label,
            "customers": sizes[label],
        }
        for label in sorted(sizes)
    ]
    return Alignment({NOISE: NOISE} | {label: label for label in sizes}, lineage, 0.0)


def _sizes(counts: Iterable[tuple[int, int]], segments: Iterable[int]) -> dict[int, int]:
    """The customers of each segment, in the order of their first customers; NOISE is none."""
    sizes = {}
    for segment, customers in [*counts, *((segment, 0) for segment in sorted(segments))]:
        if segment != NOISE:
            sizes[int(segment)] = sizes.get(segment, 0) + customers
    return sizes


def _matches(
    flows: Mapping[tuple[int, int], int],
    old_sizes: Mapping[int, int],
    new_sizes: Mapping[int, int],
) -> dict[int, int]:
    """The old segment that each label continues, for those that continue any."""
    old_ids, labels = sorted(old_sizes), list(new_sizes)
    shared = np.zeros((len(old_ids), len(labels)))
    for (i, old), (j, new) in product(enumerate(old_ids), enumerate(labels)):
        customers = flows.get((old, new), 0)
        is_half = customers >= CONTINUES_SHARE * max(old_sizes[old], new_sizes[new])
        shared[i, j] = customers if is_half else 0
    # Less than one customer in all, and more for the first of each, and for firsts with firsts.
    firsts = (
        np.outer(range(len(old_ids), 0, -1), range(len(labels), 0, -1)) / (1 + shared.size) ** 2
    )
    rows, columns = linear_sum_assignment(shared + np.where(shared > 0, firsts, 0), maximize=True)
    return {labels[j]: old_ids[i] for i, j in zip(rows, columns, strict=True) if shared[i, j] > 0}


def _lineage(
    flows: Mapping[tuple[int, int], int],
    old_sizes: Mapping[int, int],
    new_sizes: Mapping[int, int],
) -> list[dict]:
    """The rows of the lineage; flows and sizes by segment_id, the given ones."""
    born, died = new_sizes.keys() - old_sizes.keys(), old_sizes.keys() - new_sizes.keys()
    events = {}
    for (old, new), customers in flows.items():
        is_half_of_old = old != NOISE and customers >= CONTINUES_SHARE * old_sizes[old]
        is_half_of_new = new != NOISE and customers >= CONTINUES_SHARE * new_sizes[new]
        if old == new:
            event = "continues"
        elif new in born and old != NOISE and is_half_of_new:
            event = "split"
        elif old in died and new != NOISE and is_half_of_old:
            event = "merged"
        else:
            event = "relabelled"
        events[old, new] = event, customers
    split = {new for (_, new), (event, _) in events.items() if event == "split"}
    merged = {old for (old, _), (event, _) in events.items() if event == "merged"}
    events |= {(None, new): ("born", new_sizes[new]) for new in born - split}
    events |= {(old, None): ("died", old_sizes[old]) for old in died - merged}
    return [
        {"event": event, "from_segment_id": old, "to_segment_id": new, "customers": customers}
        for (old, new), (event, customers) in sorted(events.items(), key=_with_null_first)
    ]


def _with_null_first(row: tuple) -> tuple:
    return tuple((segment is not None, segment or 0) for segment in row[0])
