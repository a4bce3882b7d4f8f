"""Languages of ARNs, found by how their resource part opens.

Of hundreds of environments that differ in the names of their resources, nearly all miss a given glob by its first
words: `bucket/shop-dev-` and `bucket/shop-prod-`. They are found without comparing them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from policycc.catalogue.language import Language, outline

_LAST = "\U0010ffff"

Owner = TypeVar("Owner")


class Openings(Generic[Owner]):
    """Languages with their owners, in the order in which they are given."""

    def __init__(self, languages: Iterable[tuple[Owner, Language]]) -> None:
        self._entries = list(languages)
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, (_, language) in enumerate(self._entries):
            self._places[opening(language)].append(place)
        self._sorted = sorted(self._places)

    def near(self, wanted: Language) -> list[tuple[Owner, Language]]:
        """Those that may have a string in common with `wanted`, in their order: all that have one are among them."""
        start = opening(wanted)
        found = [place for end in range(len(start)) for place in self._places.get(start[:end], ())]
        first = bisect_left(self._sorted, start)
        last = bisect_left(self._sorted, start + _LAST, first)
        found += [place for longer in self._sorted[first:last] for place in self._places[longer]]
        return [self._entries[place] for place in sorted(found)]


def opening(language: Language) -> str:
    """The text with which the resource part of every ARN of the language opens, as far as it is the same for all; empty
    where it is not sure which of the colons begins that part."""
    found = outline(language)
    return "" if found is None else str(found[-1])
