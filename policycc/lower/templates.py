"""The statement templates: the instruction selection of the compiler.

A template renders one statement, or a list of them, as JSON. It sees what a way of holding tests (`resource_tags`,
`request`, `pins`, …) and the one function `conditions`, which joins blocks of operators and drops what is empty. The
sandbox gives it nothing else; what comes out is parsed, checked and, in the end, proved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policycc import _resources
from policycc.iam import model as iam
from policycc.iam.model import Condition
from policycc.ir.statement import Statement

TEMPLATES = (
    "account",
    "arn",
    "aws-owned",
    "companion",
    "created",
    "key",
    "name",
    "none",
    "residual",
    "role",
    "shared",
    "tag",
    "tagging",
)
MAX_TEMPLATE = 16 * 1024
_FAULTS = (TypeError, AttributeError, ValueError, ArithmeticError, LookupError, RecursionError, MemoryError)
"""What an expression of a template can provoke besides Jinja's own errors."""
Block = Mapping[str, Mapping[str, Any]]


class TemplateError(Exception):
    """A template cannot be read, does not render, or renders something that is not an Allow statement."""

    def __init__(self, template: str, problem: str) -> None:
        super().__init__(f"{template}: {problem}")
        self.template = template
        self.problem = problem


class Templates:
    """The templates of a build: those of the package, each replaced by one of the same name in `directory`, if any."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._environment: Any = None
        self._loaded: dict[str, Any] = {}

    def render(self, name: str, context: Mapping[str, Any]) -> tuple[Statement, ...]:
        """The statements that the statement template `name` makes of `context`. Raises TemplateError."""
        return _parse(name, self._text(name, f"statements/{name}.json.j2", context))

    def text(self, name: str, context: Mapping[str, Any]) -> str:
        """What the template `name` of a target (`identity-center/policies`) makes of `context`. Raises
        TemplateError."""
        return self._text(name, f"{name}.json.j2", context)

    def _text(self, name: str, path: str, context: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError as JinjaError

        try:
            return str(self._environment_().render(self._template(name, path), context))
        except (JinjaError, *_FAULTS) as error:
            raise TemplateError(name, _one_line(error)) from error

    def _template(self, name: str, path: str) -> Any:
        if path not in self._loaded:
            self._loaded[path] = self._environment_().from_string(self._source(name, path))
        return self._loaded[path]

    def _environment_(self) -> Any:
        if self._environment is None:
            from policycc.lower.sandbox import TemplateEnvironment

            self._environment = TemplateEnvironment({"conditions": join})
        return self._environment

    def _source(self, name: str, path: str) -> str:
        if self._directory is not None:
            own = self._directory / path
            try:
                if own.is_file():
                    if own.stat().st_size > MAX_TEMPLATE:
                        raise TemplateError(name, f"is larger than {MAX_TEMPLATE} bytes")
                    return own.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise TemplateError(name, f"cannot be read: {_one_line(error)}") from error
        return _resources.templates().joinpath(*path.split("/")).read_text("utf-8")


def join(*blocks: Block) -> dict[str, dict[str, Any]]:
    """One condition block that tests what all `blocks` test; empty tests are dropped.

    Two blocks must not test one key with one operator: their values would be alternatives, not both demanded. Raises
    ValueError for that."""
    joined: dict[str, dict[str, Any]] = {}
    for block in blocks:
        for operator, keys in block.items():
            for key, values in keys.items():
                if values == "" or values == () or values == []:
                    continue
                if key in joined.setdefault(operator, {}):
                    raise ValueError(f"{operator} {key} is tested twice")
                joined[operator][key] = values
    return {operator: keys for operator, keys in joined.items() if keys}


def _parse(name: str, text: str) -> tuple[Statement, ...]:
    from policycc.iam.reader import read_policy_value

    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TemplateError(name, f"does not render JSON: {_one_line(error)}") from error
    found = value if isinstance(value, list) else [value]
    for statement in found:
        if isinstance(statement, dict) and not statement.get("Condition", True):
            del statement["Condition"]
    reading = read_policy_value({"Version": "2012-10-17", "Statement": found}, iam.PolicyType.IDENTITY)
    if reading.policy is None or reading.errors:
        raise TemplateError(
            name, "; ".join(f"{one.message} ({one.code})" for one in reading.errors) or "is not a statement"
        )
    return tuple(_statement(name, one) for one in reading.policy.statements)


def _statement(name: str, one: iam.Statement) -> Statement:
    plain = one.effect is iam.Effect.ALLOW and one.principal is None and one.not_principal is None
    if not plain or one.actions is None or one.resources is None:
        raise TemplateError(name, "must render Allow statements with Action and Resource")
    return Statement(
        tuple(sorted(set(one.actions))),
        tuple(sorted(set(one.resources))),
        tuple(sorted(Condition(c.operator, c.key, tuple(sorted(set(c.values)))) for c in one.conditions)),
    )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
