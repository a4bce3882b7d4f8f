"""Words that diagnostics share: quoting what a user wrote, lists in a sentence, and the nearest spelling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LONGEST = 80


def printable(text: str) -> str:
    """One line of text that cannot move a cursor or hide anything: what does not print is written as an escape."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def quoted(value: object) -> str:
    """What a user wrote, in backticks, on one line and not without end."""
    text = printable(str(value))
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return f"`{text}`"


def listed(names: Iterable[str], joint: str = "and") -> str:
    """`a`, `b` and `c`."""
    words = [quoted(name) for name in names]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, whatever its case; None where nothing is close.

    Distance counts inserted, dropped, replaced and swapped neighbouring letters; a third of the word may differ."""
    if not 0 < len(word) <= _LONGEST:
        return None
    folded = word.casefold()
    best: tuple[int, str] | None = None
    for candidate in sorted(known):
        other = candidate.casefold()
        limit = max(1, max(len(folded), len(other)) // 3)
        if abs(len(folded) - len(other)) > limit:
            continue
        distance = _distance(folded, other)
        if distance <= limit and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def did_you_mean(word: str, known: Sequence[str], *, what: str | None = None) -> str | None:
    """A help line for an unknown word: its nearest spelling, else the words that there are, if they are few."""
    found = nearest(word, known)
    if found is not None:
        return f"did you mean {quoted(found)}?"
    if what and known and len(known) <= 12:
        return f"{what}: {listed(sorted(known))}"
    return None


def _distance(left: str, right: str) -> int:
    """The optimal string alignment distance."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _escape(character: str) -> str:
    code = ord(character)
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
