"""Small changes of a program, one at a time: the mutants that a good test suite kills."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

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
class Place:
    """Where a mutant differs: the function (`Class.method`, nested ones after a further dot), the text of the line, and
    the changed expression or statement before and after. Line numbers move too easily to name a place."""

    function: str
    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed program. `number` counts the mutants of one place from 0: one change can fit twice in a line."""

    place: Place
    number: int
    line: int
    program: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's functions whose bytecode differs from the module's own, and from the mutants before.

    Annotations, decorators, texts and the `strict` of zip stay as they are."""
    tree = ast.parse(source)
    lines = source.splitlines()
    known = {_bytecode(ast.unparse(tree))}
    seen: Counter[Place] = Counter()
    for path, function, node in _nodes(tree, (), ""):
        for after in _changes(node):
            changed = copy.deepcopy(tree)
            _replace(changed, path, after)
            program = ast.unparse(ast.fix_missing_locations(changed))
            code = _bytecode(program)
            if code in known:
                continue
            known.add(code)
            line = getattr(node, "lineno", 0)
            text = lines[line - 1].strip() if line else ""
            place = Place(function, text, ast.unparse(node), ast.unparse(after))
            yield Mutant(place, seen[place], line, program)
            seen[place] += 1


def _bytecode(program: str) -> tuple[object, ...]:
    return _instructions(compile(program, "mutant", "exec", dont_inherit=True))


def _instructions(code: CodeType) -> tuple[object, ...]:
    """What a code object does, without its line numbers."""
    constants = tuple(_instructions(one) if isinstance(one, CodeType) else (type(one), one) for one in code.co_consts)
    return (
        code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
        code.co_exceptiontable,
    )  # fmt: skip


Path = tuple[tuple[str, int | None], ...]
_SKIPPED = ("annotation", "returns", "decorator_list", "type_params")


def _nodes(node: ast.AST, path: Path, inside: str, is_inside: bool = False) -> Iterator[tuple[Path, str, ast.AST]]:
    """The nodes within functions, each with its path from the root and the name of its function."""
    if is_inside:
        yield path, inside, node
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        inside = f"{inside}.{node.name}" if inside else node.name
    is_inside = is_inside or isinstance(node, ast.FunctionDef | ast.Lambda)
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED or (isinstance(node, ast.keyword) and node.arg == "strict"):
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _nodes(item, (*path, (name, index)), inside, is_inside)
        elif isinstance(value, ast.AST):
            yield from _nodes(value, (*path, (name, None)), inside, is_inside)


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
