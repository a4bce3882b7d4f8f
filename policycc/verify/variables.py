"""Policy variables, tried out: the same question with each variable set to one of the values that it speaks of.

A policy variable ties two parts of a request together. Set to a value, it is text like any other, and the search over
classes is exact. That finds most requests that break a promise; that there are none, only Z3 can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from policycc.iam.model import Condition
from policycc.iam.template import Template, parse_template
from policycc.verify.terms import All, Is, Leaf, ResourceMatches, Some, TagIs, Term, Test, absent, every, leaves, test

MOST = 64
"""Combinations of values that are tried."""

Values = Mapping[str, str | None]


def grounded(term: Term, texts: Iterable[str] = ()) -> Iterator[Term]:
    """The term with its variables set, together with the demand that the request has these values: those that tests of
    tags name, and `texts`."""
    keys = sorted(
        {variable.key for leaf in leaves(term) for template in _templates(leaf) for variable in template.variables}
    )
    candidates = sorted({*texts, *(value for leaf in leaves(term) for value in _texts(leaf))})
    for chosen in islice(product([*candidates, None], repeat=len(keys)), MOST):
        values = dict(zip(keys, chosen, strict=True))
        known = (absent(key) if value is None else test("StringEquals", key, value) for key, value in values.items())
        yield every((_replaced(term, values), *known))


def _templates(leaf: Leaf) -> Iterator[Template]:
    if isinstance(leaf, Test):
        yield from (parse_template(value, leaf.variables) for value in leaf.condition.values)
    elif isinstance(leaf, ResourceMatches):
        yield from (parse_template(pattern, leaf.variables) for pattern in leaf.patterns)


def _texts(leaf: Leaf) -> Iterator[str]:
    """Texts that a variable may well have: those that something is compared with."""
    if isinstance(leaf, TagIs) and leaf.value is not None:
        yield leaf.value
    if isinstance(leaf, Test) and "tag" in leaf.key:
        yield from (value for value in leaf.condition.values if value and not set(value) & set("*?$"))


def _replaced(term: Term, values: Values) -> Term:
    if isinstance(term, Is):
        return Is(_leaf(term.leaf, values), term.positive)
    parts = tuple(_replaced(part, values) for part in term.parts)
    return All(parts) if isinstance(term, All) else Some(parts)


def _leaf(leaf: Leaf, values: Values) -> Leaf:
    if isinstance(leaf, Test) and any(template.variables for template in _templates(leaf)):
        condition = leaf.condition
        filled = tuple(_filled(condition.values, values, leaf.variables))
        return Test(Condition(condition.operator, condition.key, filled), variables=False)
    if isinstance(leaf, ResourceMatches) and any(template.variables for template in _templates(leaf)):
        return ResourceMatches(tuple(_filled(leaf.patterns, values, leaf.variables)), variables=False)
    return leaf


def _filled(texts: tuple[str, ...], values: Values, variables: bool) -> Iterator[str]:
    """The texts with their variables filled in; one with a variable that has no value matches nothing and goes."""
    context = {key: value for key, value in values.items() if value is not None}
    for text in texts:
        parts = parse_template(text, variables).resolve(context)
        if parts is not None:
            yield "".join(part.text for part in parts)
