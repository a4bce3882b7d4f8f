"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

A template is text with holes. What is put into a hole, and what an escape stands for, is literal text: a `*` in it is
no wildcard.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from policycc.iam.glob import Token, parse_tokens

Context = Mapping[str, str | tuple[str, ...]]
"""Condition keys in lower case: a string for a single-valued key, a tuple for a multivalued one."""

_KEY = r"[A-Za-z][A-Za-z0-9.-]*(?:/[A-Za-z0-9._/-]+)?:[^\s,'{}$*?]+(?: [^\s,'{}$*?]+)*"
_HOLE = re.compile(r"\$\{([^}]*)\}")
_VARIABLE = re.compile(rf"({_KEY})(?:, ?'([^']*)')?")


class TemplateError(Exception):
    """A `${` that AWS would refuse. The argument says why, without the text itself."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text as it stands; unless it is `literal`, `*` and `?` are wildcards where the place knows wildcards."""

    text: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A condition key, in lower case, and what to take where the request does not have it."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    parts: tuple[Text | Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def resolve(self, context: Context) -> tuple[Text, ...] | None:
        """The parts with every hole filled, or None if the request lacks a single value for one without a default."""
        filled: list[Text] = []
        for part in self.parts:
            if isinstance(part, Text):
                filled.append(part)
                continue
            value = context.get(part.key, part.default)
            if not isinstance(value, str):
                return None
            filled.append(Text(value, True))
        return tuple(filled)


@lru_cache(maxsize=16384)
def parse_template(text: str, variables: bool) -> Template:
    """The template that a policy's text stands for. Without `variables` (version 2008-10-17) nothing is a hole.

    Raises TemplateError."""
    if not variables or "${" not in text:
        return Template((Text(text),) if text else ())
    parts: list[Text | Variable] = []
    place = 0
    while (start := text.find("${", place)) >= 0:
        if start > place:
            parts.append(Text(text[place:start]))
        hole = _HOLE.match(text, start)
        if hole is None:
            raise TemplateError("a policy variable has no closing brace")
        parts.append(_part(hole.group(1)))
        place = hole.end()
    if place < len(text):
        parts.append(Text(text[place:]))
    return Template(tuple(parts))


def plain(parts: tuple[Text, ...]) -> str:
    """The text where wildcards have no meaning."""
    return "".join(part.text for part in parts)


def tokens(parts: tuple[Text, ...]) -> tuple[Token, ...]:
    """The tokens where wildcards have their meaning."""
    found: list[Token] = []
    for part in parts:
        found.extend(part.text if part.literal else parse_tokens(part.text))
    return tuple(found)


def _part(inside: str) -> Text | Variable:
    if inside in ("*", "?", "$"):
        return Text(inside, True)
    match = _VARIABLE.fullmatch(inside)
    if match is not None:
        return Variable(match.group(1).lower(), match.group(2))
    if not inside.strip():
        raise TemplateError("a policy variable is empty")
    if inside != inside.strip():
        raise TemplateError("a policy variable has a space that AWS does not allow")
    if "," in inside:
        raise TemplateError("the default of a policy variable is not one text in single quotes after `, `")
    raise TemplateError("a policy variable does not name a condition key")
