"""YAML to values with positions. Needs PyYAML (`policycc[yaml]`), which is imported only for a YAML input.

Only what JSON could say as well is read: no tags, no aliases, one document, strings as keys.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import TYPE_CHECKING, Any

from policycc.source.document import Positions
from policycc.source.errors import Problem, SourceError
from policycc.source.limits import MAX_DEPTH, too_deep
from policycc.source.span import KeyPath, Span
from policycc.source.text import point

if TYPE_CHECKING:
    import yaml

_QUOTE = "put strings that start with `*`, `!` or `&` in quotes, as selectors do"


def parse(text: str, file: str) -> tuple[Any, Positions]:
    """The value of a YAML text and the places in it. Raises SourceError."""
    try:
        import yaml
    except ModuleNotFoundError:
        raise SourceError(
            Problem("PCC014", f"`{file}` is YAML, which needs PyYAML", help='pip install "policycc[yaml]"')
        ) from None
    reader = _Reader(text, file)
    try:
        reader.check_events(yaml.parse(text, Loader=yaml.SafeLoader))
        if reader.problems:
            raise SourceError(*reader.problems)
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        value = None if node is None else reader.value(loader, node, ())
    except yaml.MarkedYAMLError as error:
        raise SourceError(reader.syntax(error)) from None
    except yaml.YAMLError as error:
        raise SourceError(Problem("PCC011", f"YAML syntax: {_one_line(str(error))}", point(text, 0, file))) from None
    except RecursionError:
        raise too_deep(file, point(text, 0, file)) from None
    if reader.problems:
        raise SourceError(*reader.problems)
    return value, Positions(reader.keys, reader.values)


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.keys: dict[KeyPath, Span] = {}
        self.values: dict[KeyPath, Span] = {}
        self.problems: list[Problem] = []
        self._starts = [0, *(place + 1 for place, character in enumerate(text) if character == "\n")]

    def span(self, start: Any, end: Any) -> Span:
        """The span between two marks. YAML knows more line ends than editors do, so the lines are counted anew."""
        first, last = self._place(start.index), self._place(end.index)
        if last[0] > first[0] and last[1] == 1:
            # A block ends where the next one begins; for our purposes it is where it starts.
            last = (first[0], first[1] + 1)
        return Span(self.file, *first, *last)

    def _place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def check_events(self, events: Any) -> None:
        """Refuses what this reader does not read, before anything is built from it."""
        import yaml

        depth = documents = 0
        for event in events:
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                depth += 1
                if depth > MAX_DEPTH:
                    raise too_deep(self.file, self.span(event.start_mark, event.end_mark))
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                depth -= 1
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._unsupported("a second document", event)
            if isinstance(event, yaml.AliasEvent):
                self._unsupported(f"the alias `*{event.anchor}`", event)
            elif isinstance(event, yaml.NodeEvent) and event.anchor is not None:
                self._unsupported(f"the anchor `&{event.anchor}`", event)
            tag = getattr(event, "tag", None)
            if tag is not None:
                self._unsupported(f"the tag `{tag}`", event)

    def _unsupported(self, what: str, event: Any) -> None:
        self.problems.append(
            Problem(
                "PCC015",
                f"{what} is YAML that a matrix does not use",
                self.span(event.start_mark, event.end_mark),
                help=_QUOTE,
            )
        )

    def value(self, loader: yaml.SafeLoader, node: yaml.Node, path: KeyPath) -> Any:
        import yaml

        self.values[path] = self.span(node.start_mark, node.end_mark)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(loader, item, (*path, number)) for number, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._table(loader, node, path)
        return self._scalar(loader, node)

    def _table(self, loader: yaml.SafeLoader, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            span = self.span(key_node.start_mark, key_node.end_mark)
            key = key_node.value if key_node.tag == "tag:yaml.org,2002:str" else None
            if not isinstance(key, str):
                self.problems.append(Problem("PCC015", "a key is not a string", span, help="put the key in quotes"))
                continue
            if key in found:
                first = self.keys[(*path, key)]
                self.problems.append(
                    Problem(
                        "PCC013",
                        f"`{key}` is defined twice",
                        span,
                        help="keep one of the two, or put what both say into one",
                        related=(first, "first defined here"),
                    )
                )
                continue
            self.keys[(*path, key)] = span
            found[key] = self.value(loader, value_node, (*path, key))
        return found

    def _scalar(self, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        try:
            value = loader.construct_object(node)
        except ValueError:
            # Such as a date in month 13: what was written is what will be judged.
            return node.value
        if isinstance(value, date):
            return value.isoformat()
        return value if isinstance(value, (str, int, float, bool, type(None))) else node.value

    def syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "not YAML"
        span = self.span(mark, mark) if mark else point(self.text, 0, self.file)
        span = Span(span.file, span.line, span.column, span.line, span.column + 1)
        help = _QUOTE if "alias" in what or "anchor" in what or "tag" in what else None
        return Problem("PCC011", f"YAML syntax: {_one_line(what)}", span, help=help)


def _one_line(text: str) -> str:
    return " ".join(text.split())
