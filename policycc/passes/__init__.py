"""Meaning-preserving rewrites of a principal's statements, in the order in which they run."""

from policycc.passes import (
    by_actions,
    by_resources,
    by_values,
    dissolve,
    environments,
    products,
    resources,
    subsumed,
    wildcards,
)

PASSES = (
    subsumed.apply,
    resources.apply,
    by_resources.apply,
    by_actions.apply,
    by_values.apply,
    products.apply,
    environments.apply,
    dissolve.apply,
    wildcards.apply,
)
