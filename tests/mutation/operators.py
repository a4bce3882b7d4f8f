"""Small changes of a program, one at a time: the mutants that a good test suite kills."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitXor: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed program. `before` and `after` are the changed expression or statement."""

    line: int
    before: str
    after: str
    program: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's functions. Annotations, decorators, texts and the `strict` of zip stay as they are."""
    tree = ast.parse(source)
    for path, node in _nodes(tree, ()):
        for after in _changes(node):
            changed = copy.deepcopy(tree)
            _replace(changed, path, after)
            line = getattr(node, "lineno", 0)
            yield Mutant(line, ast.unparse(node), ast.unparse(after), ast.unparse(ast.fix_missing_locations(changed)))


Path = tuple[tuple[str, int | None], ...]
_SKIPPED = ("annotation", "returns", "decorator_list", "type_params")


def _nodes(node: ast.AST, path: Path, inside: bool = False) -> Iterator[tuple[Path, ast.AST]]:
    if inside:
        yield path, node
    inside = inside or isinstance(node, ast.FunctionDef | ast.Lambda)
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED or (isinstance(node, ast.keyword) and node.arg == "strict"):
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _nodes(item, (*path, (name, index)), inside)
        elif isinstance(value, ast.AST):
            yield from _nodes(value, (*path, (name, None)), inside)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            other = _COMPARE[type(operator)]
            yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        yield ast.BinOp(node.left, _BINARY[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If | ast.While):
        yield type(node)(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_falsy(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _is_falsy(node: ast.expr) -> bool:
    """Whether None in its place would hardly be another value."""
    return isinstance(node, ast.Constant) and not node.value


def _replace(tree: ast.AST, path: Path, after: ast.AST) -> None:
    at: ast.AST = tree
    for name, index in path[:-1]:
        value = getattr(at, name)
        at = value if index is None else value[index]
    name, index = path[-1]
    if index is None:
        setattr(at, name, after)
    else:
        getattr(at, name)[index] = after
