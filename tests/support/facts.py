"""One place where the tests ask the catalogue for the facts of an action."""

from __future__ import annotations

from functools import cache

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionFacts
from policycc.catalogue.holding_facts import facts


@cache
def facts_of(action: str) -> ActionFacts:
    return facts(load(), action)
