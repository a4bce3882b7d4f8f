"""Which letters are one letter in two cases, character by character.

AWS does not say how it folds letters outside of ASCII. Each character is taken by itself, as Unicode's lower case of
single characters says, so that a text and its fold have one length and no letter depends on its neighbours.
"""

from __future__ import annotations

KELVIN = "\u212a"
"""The one character outside of ASCII that folds to a letter of ASCII."""
_FURTHER = {"k": KELVIN, "å": "\u212b", "ß": "\u1e9e", "θ": "\u03f4", "ω": "\u2126"}
"""Characters that fold to a letter whose upper case they are not."""


def folded(text: str) -> str:
    """The text in lower case; two texts are the same without case if their folds are equal."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def spellings(char: str) -> tuple[str, ...]:
    """All characters with the fold of this one, itself included, sorted."""
    lower = _lower(char)
    found = {lower, *(one for one in (lower.upper(), lower.title()) if len(one) == 1 and _lower(one) == lower)}
    if lower in _FURTHER:
        found.add(_FURTHER[lower])
    return tuple(sorted(found))


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char
