"""Writes action lists with the smallest set of word patterns that match exactly the actions of the statement.

What may be used is the matrix's decision: no pattern at all, patterns under a glob that was written for every
environment of the statement, or any. A pattern never matches a tag writer or an escape action, and never an action that
the statement does not grant, so on today's catalogue the meaning stays the same.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from policycc.ir.conditions import is_mark
from policycc.ir.cost import string_size
from policycc.ir.globs import includes
from policycc.ir.merge import ordered, union
from policycc.ir.setcover import cover
from policycc.ir.statement import Statement
from policycc.ir.words import Vocabulary
from policycc.passes.context import Context

Globs = tuple[tuple[str, ...], ...]
"""A pattern has to lie under one glob of each tuple; no tuples: any pattern may be used."""


def apply(statements: tuple[Statement, ...], context: Context) -> tuple[Statement, ...]:
    """The statements with their shortest action lists."""
    if context.wildcards == "never":
        return statements
    return ordered(_compacted(statement, context) for statement in statements)


def _compacted(statement: Statement, context: Context) -> Statement:
    globs = _globs(statement, context)
    if globs is None:
        return statement
    actions: list[str] = []
    services: dict[str, set[str]] = defaultdict(set)
    for action in context.expand_all(statement.actions):
        facts = context.facts(action)
        if facts is None or facts.guarded:
            actions.append(action)
        else:
            services[action.partition(":")[0]].add(facts.name)
    for service, names in services.items():
        actions += _smallest(service, tuple(sorted(names)), context.names(service), globs)
    return union((statement,), actions=actions)


def _globs(statement: Statement, context: Context) -> Globs | None:
    """Under which globs a pattern has to lie, None where none may be used.

    A statement that tells environments apart must not give one of them what only the glob of another names. One on all
    resources without a mark reaches every environment whoever asked for it, so any glob of the group will do."""
    if context.wildcards == "always":
        return ()
    written = [context.written.get(environment, ()) for environment in sorted(statement.environments)]
    if statement.resources == ("*",) and not any(is_mark(condition) for condition in statement.conditions):
        written = [tuple(sorted({glob for globs in written for glob in globs}))]
    return tuple(written) if written and all(written) else None


@lru_cache(maxsize=512)
def _smallest(service: str, granted: tuple[str, ...], every: tuple[str, ...], globs: Globs) -> tuple[str, ...]:
    """The smallest list of actions and patterns that matches the granted actions of a service and no other."""
    own = f"{service}:".lower()
    lowered = {tuple(glob.lower() for glob in some if glob.lower().startswith(own)) for some in globs}

    def admits(action: str) -> bool:
        return all(any(includes(glob, action.lower()) for glob in alternatives) for alternatives in lowered)

    within = tuple(name for name in granted if admits(name))
    if not within:
        return granted
    skip = len(service) + 1
    vocabulary = Vocabulary(
        (name[skip:] for name in within),
        (name[skip:] for name in every),
        lambda pattern: admits(f"{service}:{pattern}"),
    )
    patterns = sorted(vocabulary.patterns().items(), key=lambda item: (len(item[1]), item[1]))
    costs = [(mask, string_size(f"{service}:{pattern}") + 1) for mask, pattern in patterns]
    chosen = cover(vocabulary.everything, costs).chosen
    outside = set(granted) - set(within)
    return tuple(sorted({f"{service}:{patterns[place][1]}" for place in chosen} | outside))
