"""Action patterns that are cut at word boundaries, and which actions each of them matches.

A pattern has at most two stars, and in every name that it matches a star begins and ends at a word boundary: at the
start of the name, at its end, before a capital that follows a lower-case letter or a digit, or before a capital that a
lower-case letter follows. `*Image` and `*Images` are two patterns, and `Get*` matches no `Getaway`. Only patterns that
match wanted names and no other are of interest, and of those only the shortest: one that is longer than another and
matches no more can never be part of a smallest list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def boundaries(name: str) -> tuple[int, ...]:
    """The word boundaries of a name, its start and end included: `CreateDBCluster` has 0, 6, 8 and 15."""
    inner = (
        i
        for i in range(1, len(name))
        if name[i].isupper()
        and (name[i - 1].islower() or name[i - 1].isdigit() or (i + 1 < len(name) and name[i + 1].islower()))
    )
    return (0, *inner, len(name)) if name else (0,)


class Vocabulary:
    """The names of all actions of a service, some of them wanted. Sets of names are integers, a bit for each.

    `admits` says of a pattern whether it may be used at all; whatever is narrower than an admitted pattern must be
    admitted too."""

    def __init__(
        self, wanted: Iterable[str], others: Iterable[str], admits: Callable[[str], bool] = lambda pattern: True
    ) -> None:
        self._admits = admits
        self.wanted = tuple(sorted(set(wanted)))
        self._spelt = self.wanted + tuple(sorted(set(others) - set(self.wanted)))
        # IAM compares action names without regard to case, so a pattern is judged by what it matches in lower case.
        self._names = [name.lower() for name in self._spelt]
        self._edges = [frozenset(boundaries(name)) for name in self.wanted]
        self._good = (1 << len(self.wanted)) - 1
        self._text = "\n".join(("", *self._names, ""))
        self._owners = [place for place, name in enumerate(self._names) for _ in range(len(name) + 1)]
        self._prefixes: dict[str, int] = {}
        self._suffixes: dict[str, int] = {}
        self._infixes: dict[str, int] = {}
        self._known: dict[str, int | None] = {}

    def patterns(self) -> dict[int, str]:
        """The shortest pattern for every set of wanted names that some pattern matches exactly, single names included.
        Patterns that match no more than a shorter one are left out where that is cheap to see."""
        found: dict[int, str] = {}
        for place, name in enumerate(self.wanted):
            _keep(found, 1 << place, name)
            for pattern, mask in self._of(name):
                _keep(found, mask, pattern)
        return found

    @property
    def everything(self) -> int:
        """All wanted names."""
        return self._good

    def _of(self, name: str) -> Iterator[tuple[str, int]]:
        """The most general usable patterns of a name, with what they match.

        Whatever is narrower than a usable pattern is usable, longer, and matches no more, so it is passed over."""
        edges = boundaries(name)
        last = len(edges) - 1
        bare: set[tuple[int, int]] = set()
        for start in range(last + 1):
            for end in range(last, start - 1, -1):
                if (start - 1, end) in bare or (start, end + 1) in bare:
                    bare.add((start, end))
                    continue
                found = self._usable(name[: edges[start]], "", name[edges[end] :])
                if found is not None:
                    bare.add((start, end))
                    yield found
        cut: set[tuple[int, int, int, int]] = set()
        spans = [(left, left + width) for width in range(1, last + 1) for left in range(last - width + 1)]
        for start in range(last + 1):
            for end in range(last, start, -1):
                if (start, end) in bare:
                    continue
                for left, right in spans:
                    if left < start or right > end:
                        continue
                    wider = (
                        (start - 1, left, right, end),
                        (start, left, right, end + 1),
                        (start, left + 1, right, end),
                        (start, left, right - 1, end),
                    )
                    if not cut.isdisjoint(wider):
                        cut.add((start, left, right, end))
                        continue
                    found = self._usable(name[: edges[start]], name[edges[left] : edges[right]], name[edges[end] :])
                    if found is not None:
                        cut.add((start, left, right, end))
                        yield found

    def _usable(self, head: str, middle: str, tail: str) -> tuple[str, int] | None:
        """The pattern of these parts with what it matches, or None if it may not be used."""
        pattern = f"{head}*{middle}*{tail}" if middle else f"{head}*{tail}"
        if pattern not in self._known:
            # Names that share their words share their patterns.
            admitted = self._admits(pattern)
            self._known[pattern] = self._matched(head.lower(), middle.lower(), tail.lower()) if admitted else None
        mask = self._known[pattern]
        return None if mask is None else (pattern, mask)

    def _matched(self, head: str, middle: str, tail: str) -> int | None:
        """The names that `head*middle*tail` matches, or None if one of them is not wanted, or is cut within a word."""
        mask = self._prefix(head) & self._suffix(tail)
        if middle:
            mask &= self._infix(middle)
        rest = mask & ~self._good
        while rest:
            lowest = rest & -rest
            if self._fits(lowest.bit_length() - 1, head, middle, tail):
                return None
            rest ^= lowest
        found = 0
        while mask:
            lowest = mask & -mask
            place = lowest.bit_length() - 1
            if place < len(self.wanted) and self._fits(place, head, middle, tail):
                if not self._cuts_words(place, len(head), middle, len(tail)):
                    return None
                found |= lowest
            mask ^= lowest
        return found

    def _fits(self, place: int, head: str, middle: str, tail: str) -> bool:
        """Whether the parts of a pattern, each of which a name has, stand in it side by side."""
        name = self._names[place]
        end = len(name) - len(tail)
        if not middle:
            return len(head) <= end
        return name.find(middle, len(head), end) >= 0

    def _cuts_words(self, place: int, head: int, middle: str, tail: int) -> bool:
        """Whether the stars of a pattern that matches a wanted name can be read as whole words of it."""
        name, edges = self._names[place], self._edges[place]
        end = len(name) - tail
        if head not in edges or end not in edges:
            return False
        if not middle:
            return True
        found = name.find(middle, head, end)
        while found >= 0:
            if found in edges and found + len(middle) in edges:
                return True
            found = name.find(middle, found + 1, end)
        return False

    def _prefix(self, text: str) -> int:
        if text not in self._prefixes:
            self._prefixes[text] = self._occurrences("\n" + text)
        return self._prefixes[text]

    def _suffix(self, text: str) -> int:
        if text not in self._suffixes:
            self._suffixes[text] = self._occurrences(text + "\n")
        return self._suffixes[text]

    def _infix(self, text: str) -> int:
        if text not in self._infixes:
            self._infixes[text] = self._occurrences(text)
        return self._infixes[text]

    def _occurrences(self, text: str) -> int:
        mask = 0
        place = self._text.find(text)
        while place >= 0:
            # A match may begin at the line break before its name.
            mask |= 1 << self._owners[min(place, len(self._owners) - 1)]
            place = self._text.find(text, place + 1)
        return mask


def _keep(found: dict[int, str], mask: int, pattern: str) -> None:
    known = found.get(mask)
    if known is None or (len(pattern), pattern) < (len(known), known):
        found[mask] = pattern
