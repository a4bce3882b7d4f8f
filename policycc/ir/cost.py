"""What a policy costs: its size as AWS counts it, and the total order under which a rewrite is an improvement.

AWS leaves white space out when it holds a policy against its quotas
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). White space inside of strings is counted
here, because the page does not say that it is left out there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from policycc.iam.model import Condition
from policycc.ir.statement import Statement

Cost = tuple[int, int, int, str]

MANAGED_POLICY = 6144
"""Characters of a managed policy; only the count of policies in `cost` depends on it."""

_FRAME = len('{"Version":"2012-10-17","Statement":[]}')
_BODY = len('{"Effect":"Allow","Action":,"Resource":}')
_CONDITION = len(',"Condition":{}')


@lru_cache(maxsize=65536)
def string_size(text: str) -> int:
    """Characters of a JSON string, quotes included, escaped as the writer does."""
    return len(json.dumps(text))


def list_size(values: Iterable[str]) -> int:
    """Characters of a JSON list of strings, brackets and commas included."""
    sizes = [string_size(value) + 1 for value in values]
    return sum(sizes) + (1 if sizes else 2)


@lru_cache(maxsize=16384)
def conditions_size(conditions: tuple[Condition, ...]) -> int:
    """Characters that the conditions add to a statement; 0 for none."""
    if not conditions:
        return 0
    operators = {condition.operator for condition in conditions}
    inner = sum(string_size(condition.key) + 1 + list_size(condition.values) for condition in conditions)
    names = sum(string_size(operator) + len(":{}") for operator in operators)
    return _CONDITION + names + inner + len(conditions) - 1  # a comma before every condition but the first


def statement_size(statement: Statement) -> int:
    """Characters of a statement in a document, without the comma that parts it from the next."""
    return _BODY + list_size(statement.actions) + list_size(statement.resources) + conditions_size(statement.conditions)


def document_size(statements: Iterable[Statement]) -> int:
    """Characters of the document that holds the statements, as AWS counts them."""
    sizes = [statement_size(statement) + 1 for statement in statements]
    return _FRAME + sum(sizes) - (1 if sizes else 0)


def cost(statements: tuple[Statement, ...]) -> Cost:
    """`(policies, bytes, statements, text)`, compared in this order. `policies` is the least number of managed policies
    that could hold the bytes. The text makes the order total, so that of two equally small forms one is chosen."""
    size = document_size(statements)
    return (-(-size // MANAGED_POLICY), size, len(statements), text(statements))


def text(statements: Iterable[Statement]) -> str:
    """The statements as one string, equal for equal statements only."""
    return repr(sorted(statement.sort_key for statement in statements))
