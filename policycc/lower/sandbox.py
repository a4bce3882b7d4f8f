"""The Jinja environment of the statement templates: no way out of it, and no way to keep it busy.

A template of a stranger's repository may be hostile. Jinja's sandbox keeps it from Python's internals, not from asking
for a string of a thousand million characters. So the language is cut down to what statements need: nothing that can
name a value, define a macro, load another template or compute, and a budget of iterations. What is left can only walk
over what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_ITERATIONS = 50_000
MAX_OUTPUT = 4 * 1024 * 1024
"""Characters that a template may render."""
FILTERS = frozenset({"tojson", "sort", "unique", "first", "last", "length", "count", "list", "lower", "upper"})
METHODS = frozenset({"items", "keys", "values", "get"})
_COUNTED = "policycc_counted"

_STRUCTURE = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If)
_VALUES = (nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Getattr, nodes.Getitem)
_LOGIC = (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Test)
_ADMITTED = (*_STRUCTURE, *_VALUES, *_LOGIC, nodes.Filter, nodes.Call)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Compiles templates that see the functions of `functions` and nothing else."""

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True)
        self.globals = dict(functions)
        self._functions = frozenset(functions)
        self._left = MAX_ITERATIONS
        self.filters = {name: self.filters[name] for name in FILTERS} | {_COUNTED: self._counted}

    def render(self, template: Any, context: Any) -> str:
        """What a compiled template makes of `context`. Raises SecurityError beyond the limits, and whatever the
        template provokes."""
        self._left = MAX_ITERATIONS
        parts: list[str] = []
        length = 0
        for part in template.generate(context):
            length += len(part)
            if length > MAX_OUTPUT:
                raise SecurityError(f"renders more than {MAX_OUTPUT} characters")
            parts.append(part)
        return "".join(parts)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            self._admit(node)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
        return tree

    def _admit(self, node: nodes.Node) -> None:
        what = type(node).__name__
        refused = not isinstance(node, _ADMITTED)
        if isinstance(node, nodes.Filter):
            refused, what = node.name not in FILTERS, f"the filter {node.name}"
        elif isinstance(node, nodes.Call):
            called = node.node
            function = isinstance(called, nodes.Name) and called.name in self._functions
            method = isinstance(called, nodes.Getattr) and called.attr in METHODS
            refused = not (function or method) or node.dyn_args is not None or node.dyn_kwargs is not None
        elif isinstance(node, nodes.For):
            refused, what = node.recursive, "a recursive loop"
        if refused:
            raise TemplateSyntaxError(f"statement templates have no {what}", node.lineno)

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._left -= 1
            if self._left < 0:
                raise SecurityError(f"loops more than {MAX_ITERATIONS} times")
            yield item
