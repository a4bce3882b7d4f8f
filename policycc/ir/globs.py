"""Inclusion of resource globs. Whether two of them meet is a question about real ARNs: see `passes.context`."""

from __future__ import annotations

from functools import lru_cache

_SEGMENTS = 6


@lru_cache(maxsize=65536)
def covers(wide: str, narrow: str) -> bool:
    """Whether every resource that `narrow` matches is matched by `wide`. May say no where the truth is yes.

    ARNs are compared segment by segment
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html): what is covered in
    every segment is covered as a whole too, so the answer holds whether or not `*` crosses a colon.
    """
    if wide in ("*", narrow):
        return True
    left, right = wide.split(":", _SEGMENTS - 1), narrow.split(":", _SEGMENTS - 1)
    if len(left) != _SEGMENTS or len(right) != _SEGMENTS:
        return False
    return all(includes(a, b) for a, b in zip(left, right, strict=True))


@lru_cache(maxsize=65536)
def includes(wide: str, narrow: str) -> bool:
    """Whether the language of glob `narrow` lies in that of `wide`.

    `*` of `narrow` is taken as a letter that only `*` of `wide` can read, and `?` as one that only wildcards can:
    exact as long as some character occurs in neither glob."""
    if "?" not in wide:
        return _stars_include(wide, narrow)
    reachable = {0}
    for char in narrow:
        reachable = _skip_stars(wide, reachable)
        following = set()
        for place in reachable:
            if place == len(wide):
                continue
            token = wide[place]
            if token == "*":
                following.add(place)
            elif (token == "?" and char != "*") or (token == char and char not in "*?"):
                following.add(place + 1)
        reachable = following
    return len(wide) in _skip_stars(wide, reachable)


def _stars_include(wide: str, narrow: str) -> bool:
    """The same for a `wide` without `?`: its pieces between stars stand in `narrow` one after the other."""
    first, *rest = wide.split("*")
    if not rest:
        return wide == narrow and "?" not in narrow
    last = rest.pop()
    end = len(narrow) - len(last)
    if len(first) > end or not narrow.startswith(first) or not narrow.endswith(last):
        return False
    place = len(first)
    for piece in rest:
        found = narrow.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _skip_stars(glob: str, places: set[int]) -> set[int]:
    found = set(places)
    for place in places:
        while place < len(glob) and glob[place] == "*":
            place += 1
            found.add(place)
    return found
