"""The same questions put to Z3 with its theory of strings, for what classes of strings cannot decide.

Needs the extra `smt` (z3-solver). Policy variables tie two strings of a request together, which is outside of the
search over classes; here they are equations. The tests put every other question here too and want the same answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from policycc.iam.arn import arn_tokens_glob, resource_tokens_glob
from policycc.iam.folding import KELVIN, spellings
from policycc.iam.glob import Token, Wild, parse_tokens
from policycc.iam.model import Condition
from policycc.iam.operators import Family, Operator, Quantifier, Relation, parse_operator
from policycc.iam.scalars import date, network, number
from policycc.iam.template import Template, Text, Variable, parse_template
from policycc.verify.requests import TAG_KEYS, Mode, Shape, Supply, request_key, tag_key
from policycc.verify.search import Undecided, Witness
from policycc.verify.strings import Tokens, of_language
from policycc.verify.terms import (
    All,
    ArnIn,
    Is,
    Leaf,
    OtherSpelling,
    ResourceMatches,
    SecondSpelling,
    TagIs,
    TagKept,
    Term,
    Test,
    leaves,
)

TIMEOUT = 5_000
"""Milliseconds for one question."""
SLOTS = 4
"""Elements of a multivalued key. A question can need one for each test of the list, and one that is no empty text."""

Expression = Any


def available() -> bool:
    """Whether Z3 is installed."""
    try:
        import z3  # noqa: F401
    except ImportError:
        return False
    return True


def solve(shape: Shape, term: Term) -> Witness | None:
    """A request of the shape for which the term holds, or None if there is none. Raises Undecided."""
    import z3

    encoder = _Encoder(shape, z3)
    solver = z3.SolverFor("QF_SLIA")
    solver.set("timeout", TIMEOUT)
    solver.add(encoder.term(term))
    solver.add(*encoder.axioms(leaves(term)))
    answer = solver.check()
    if answer == z3.unsat:
        if _elements(shape, term) > SLOTS:
            raise Undecided(f"Z3 looked at lists of {SLOTS} elements, and the tests may need more")
        return None
    if answer != z3.sat:
        raise Undecided("Z3 ran out of time")
    return encoder.witness(solver.model())


@dataclass(slots=True)
class _Text:
    """A text that may be absent."""

    there: Expression
    value: Expression


@dataclass(slots=True)
class _Encoder:
    shape: Shape
    z3: Any
    texts: dict[str, _Text] = field(default_factory=dict)
    numbers: dict[str, tuple[Expression, Expression]] = field(default_factory=dict)
    flags: dict[str, Expression] = field(default_factory=dict)
    facts: list[Expression] = field(default_factory=list)
    _fresh: int = 0

    # -- terms ----------------------------------------------------------------------------------------------------

    def term(self, term: Term) -> Expression:
        if isinstance(term, Is):
            found = self.leaf(term.leaf, term.positive)
            return found if term.positive else self.z3.Not(found)
        parts = [self.term(part) for part in term.parts]
        return self.z3.And(*parts) if isinstance(term, All) else self.z3.Or(*parts)

    def leaf(self, leaf: Leaf, positive: bool) -> Expression:
        if isinstance(leaf, ArnIn):
            return self._any(self._in(self._arn(), of_language(language)) for language in leaf.languages)
        if isinstance(leaf, ResourceMatches):
            return self._any(self._resource(pattern, leaf.variables, positive) for pattern in leaf.patterns)
        if isinstance(leaf, TagIs):
            return self._tag_is(leaf)
        if isinstance(leaf, TagKept):
            return self._kept(leaf.key)
        if isinstance(leaf, SecondSpelling):
            slots = self._slots(TAG_KEYS)
            return self._any(
                self.z3.And(self._folds(one, leaf.key), self._folds(other, leaf.key), one.value != other.value)
                for index, one in enumerate(slots)
                for other in slots[index + 1 :]
            )
        if isinstance(leaf, OtherSpelling):
            return self._any(
                self.z3.And(self._folds(slot, leaf.key), slot.value != leaf.key) for slot in self._slots(TAG_KEYS)
            )
        return self._test(leaf, positive)

    def axioms(self, found: Iterable[Leaf]) -> list[Expression]:
        """What ties the parts of a request together, for the parts that the question speaks of."""
        del found
        z3 = self.z3
        facts = [*self.facts, self._in(self._arn(), of_language(self.shape.arns))]
        requested = [name for name in self.texts if name.startswith("request:")]
        if self.shape.tag_keys and self.shape.request_tag:
            for name in requested:
                key = name.removeprefix("request:")
                named = self._any(self._folds(slot, key) for slot in self._slots(TAG_KEYS))
                facts.append(self.texts[name].there == named)
        direct = self.texts.get("key:aws:sourceip")
        for key in ("aws:sourcevpc", "aws:sourcevpce"):
            through = self.texts.get(f"key:{key}")
            if direct is not None and through is not None:
                facts.append(z3.Not(z3.And(direct.there, through.there)))
        return facts

    # -- variables ------------------------------------------------------------------------------------------------

    def _arn(self) -> Expression:
        return self.z3.String("arn")

    def _text(self, name: str, can: bool, must: bool) -> _Text:
        if name not in self.texts:
            text = _Text(self.z3.Bool(f"{name}?"), self.z3.String(name))
            self.texts[name] = text
            if not can:
                self.facts.append(self.z3.Not(text.there))
            elif must:
                self.facts.append(text.there)
        return self.texts[name]

    def _tag(self, key: str) -> _Text:
        return self._text(f"tag:{key}", self.shape.mode is Mode.EXISTING, False)

    def _requested(self, key: str) -> _Text:
        return self._text(f"request:{key}", self.shape.request_tag, False)

    def _key(self, key: str) -> _Text:
        return self._text(f"key:{key}", self.shape.shows(key), self.shape.always_shows(key) and self.shape.shows(key))

    def _slots(self, key: str) -> Sequence[_Text]:
        can = self.shape.tag_keys if key == TAG_KEYS else self.shape.shows(key)
        slots = [self._text(f"slot:{key}:{index}", can, False) for index in range(SLOTS)]
        if key == TAG_KEYS:
            self.facts += [slot.value != self.z3.StringVal("") for slot in slots]
            self.facts += [self.z3.Not(self.z3.Contains(slot.value, KELVIN)) for slot in slots]
        return slots

    def _flag(self, name: str) -> Expression:
        return self.flags.setdefault(name, self.z3.Bool(name))

    # -- leaves ---------------------------------------------------------------------------------------------------

    def _tag_is(self, leaf: TagIs) -> Expression:
        tag = self._tag(leaf.key.lower())
        if leaf.value is None:
            return self.z3.Not(tag.there)
        return self.z3.And(tag.there, tag.value == self.z3.StringVal(leaf.value))

    def _kept(self, key: str) -> Expression:
        tag, requested = self._tag(key.lower()), self._requested(key.lower())
        other = self.leaf(OtherSpelling(key), True) if self.shape.tag_keys else self.z3.BoolVal(False)
        return self.z3.And(tag.there, requested.there, tag.value == requested.value, self.z3.Not(other))

    def _folds(self, slot: _Text, key: str) -> Expression:
        return self.z3.And(slot.there, self._in(slot.value, tuple(key), fold=True))

    def _resource(self, pattern: str, variables: bool, positive: bool) -> Expression:
        template = parse_template(pattern, variables)
        if not template.variables:
            return self._in(self._arn(), resource_tokens_glob(_tokens(template.resolve({}) or ())).tokens)
        return self._template(self._arn(), template, positive, head=True)

    def _test(self, leaf: Test, positive: bool) -> Expression:
        operator = parse_operator(leaf.condition.operator)
        tag, requested = tag_key(leaf.key), request_key(leaf.key)
        if tag is not None:
            return self._resource_tag(tag[0], tag[1], leaf, operator, positive)
        if requested is not None:
            return self._single(self._requested(requested), f"request:{requested}", leaf, operator, positive)
        if self.shape.holds_list(leaf.key):
            return self._several(leaf, operator, positive)
        return self._single(self._key(leaf.key), f"key:{leaf.key}", leaf, operator, positive)

    def _resource_tag(self, prefix: str, key: str, leaf: Test, operator: Operator, positive: bool) -> Expression:
        supply = self.shape.tag_supply(prefix)
        absent = self.z3.BoolVal(_absent(leaf.condition, operator))
        if supply is Supply.NEVER:
            return absent
        if self.shape.mode is Mode.EXISTING:
            shown = self._single(self._tag(key), f"tag:{key}", leaf, operator, positive)
            return shown if supply is Supply.ALWAYS else self.z3.If(self._flag(f"shown:{prefix}"), shown, absent)
        if not self.shape.echoes:
            return absent
        shown = self._single(self._requested(key), f"request:{key}", leaf, operator, positive)
        return self.z3.If(self._flag("echo"), shown, absent)

    def _single(self, text: _Text, name: str, leaf: Test, operator: Operator, positive: bool) -> Expression:
        z3 = self.z3
        if operator.base.family is Family.NULL:
            wanted = {value.lower() for value in leaf.condition.values}
            return z3.Or(
                z3.And(z3.Not(text.there), z3.BoolVal("true" in wanted)),
                z3.And(text.there, z3.BoolVal("false" in wanted)),
            )
        met = self._compare(text.value, name, leaf, operator, positive)
        if operator.quantifier is Quantifier.FOR_ANY:
            return z3.And(text.there, text.value != z3.StringVal(""), met)
        if operator.quantifier is Quantifier.FOR_ALL:
            return z3.Or(z3.Not(text.there), text.value == z3.StringVal(""), met)
        return z3.If(text.there, met, z3.BoolVal(_absent(leaf.condition, operator)))

    def _several(self, leaf: Test, operator: Operator, positive: bool) -> Expression:
        z3 = self.z3
        slots = self._slots(leaf.key)
        present = self._any(slot.there for slot in slots)
        if operator.base.family is Family.NULL:
            wanted = {value.lower() for value in leaf.condition.values}
            return z3.If(present, z3.BoolVal("false" in wanted), z3.BoolVal("true" in wanted))
        if operator.quantifier is None:
            return z3.And(z3.Not(present), z3.BoolVal(_absent(leaf.condition, operator)))
        met = [
            (slot, self._compare(slot.value, f"slot:{leaf.key}:{i}", leaf, operator, positive))
            for i, slot in enumerate(slots)
        ]
        some = self._any(z3.And(slot.there, slot.value != z3.StringVal("")) for slot in slots)
        if operator.quantifier is Quantifier.FOR_ANY:
            return z3.And(some, self._any(z3.And(slot.there, found) for slot, found in met))
        return z3.Or(z3.Not(some), z3.And(*(z3.Implies(slot.there, found) for slot, found in met)))

    # -- comparisons ----------------------------------------------------------------------------------------------

    def _compare(self, value: Expression, name: str, leaf: Test, operator: Operator, positive: bool) -> Expression:
        """Whether one value meets the operator, its negation included."""
        base = operator.base
        wanted = positive is not base.negated
        if base.family in (Family.NUMERIC, Family.DATE):
            typed, found = self._number(name)
            read = number if base.family is Family.NUMERIC else date
            bounds = [bound for bound in map(read, leaf.condition.values) if bound is not None]
            met = self._any(_ORDERS[base.relation](found, self.z3.RealVal(str(bound))) for bound in bounds)
            return self.z3.And(typed, self.z3.Not(met) if base.negated else met)
        if base.family is Family.IP:
            return self._address(name, leaf.condition.values, base.negated)
        if base.family is Family.BOOL:
            true, false = (self._in(value, tuple(text), fold=True) for text in ("true", "false"))
            met = self._any(true if text.lower() == "true" else false for text in leaf.condition.values)
            return self.z3.And(self.z3.Or(true, false), met)
        if base.family is Family.BINARY:
            raise Undecided("Z3 is not asked about binary values")
        met = self._any(
            self._matches(value, text, base.family, leaf.variables, wanted) for text in leaf.condition.values
        )
        return self.z3.Not(met) if base.negated else met

    def _matches(self, value: Expression, text: str, family: Family, variables: bool, positive: bool) -> Expression:
        template = parse_template(text, variables)
        if template.variables:
            if family is Family.STRING_NO_CASE or family is Family.ARN:
                raise Undecided("a policy variable in a comparison without case or of ARNs")
            return self._template(value, template, positive, wild=family is Family.PATTERN)
        parts = template.resolve({}) or ()
        plain = tuple("".join(part.text for part in parts))
        if family is Family.STRING:
            return value == self.z3.StringVal("".join(plain))
        if family is Family.STRING_NO_CASE:
            return self._in(value, plain, fold=True)
        if family is Family.PATTERN:
            return self._in(value, _tokens(parts))
        glob = arn_tokens_glob(_tokens(parts))
        return self.z3.BoolVal(False) if glob is None else self._in(value, glob.tokens)

    def _template(
        self, value: Expression, template: Template, positive: bool, *, wild: bool = True, head: bool = False
    ) -> Expression:
        """The value is the template with its variables filled in; stars become texts of their own."""
        z3 = self.z3
        parts: list[Expression] = []
        there: list[Expression] = []
        colons = 0
        for part in template.parts:
            if isinstance(part, Variable):
                text = self._key(part.key)
                if part.default is None:
                    there.append(text.there)
                    parts.append(text.value)
                else:
                    parts.append(z3.If(text.there, text.value, z3.StringVal(part.default)))
                continue
            for token in parse_tokens(part.text) if wild and not part.literal else part.text:
                colons += token == ":"
                if isinstance(token, str):
                    parts.append(z3.StringVal(token))
                    continue
                if not positive:
                    raise Undecided("a policy variable beside a wildcard in a negated comparison")
                self._fresh += 1
                star = z3.String(f"star:{self._fresh}")
                inside = Wild(token.many, ":") if head and colons < 5 else token
                there.append(self._in(star, (inside,)))
                parts.append(star)
        whole = z3.Concat(*parts) if len(parts) > 1 else parts[0]
        return z3.And(*there, value == whole)

    def _number(self, name: str) -> tuple[Expression, Expression]:
        if name not in self.numbers:
            self.numbers[name] = (self.z3.Bool(f"typed:{name}"), self.z3.Real(f"number:{name}"))
        return self.numbers[name]

    def _address(self, name: str, values: tuple[str, ...], negated: bool) -> Expression:
        z3 = self.z3
        typed, four = z3.Bool(f"typed:{name}"), z3.Bool(f"four:{name}")
        place = z3.Int(f"address:{name}")
        self.facts += [place >= 0, place < z3.If(four, z3.IntVal(1 << 32), z3.IntVal(1 << 128))]
        blocks = [block for block in map(network, values) if block is not None]
        met = self._any(
            z3.And(four == (version == 4), place >= first, place <= last) for version, first, last in blocks
        )
        return z3.And(typed, z3.Not(met) if negated else met)

    # -- languages ------------------------------------------------------------------------------------------------

    def _in(self, value: Expression, tokens: Tokens, fold: bool = False) -> Expression:
        z3 = self.z3
        pieces = [self._piece(token, fold) for token in tokens]
        if not pieces:
            return value == z3.StringVal("")
        return z3.InRe(value, z3.Concat(*pieces) if len(pieces) > 1 else pieces[0])

    def _piece(self, token: Token, fold: bool) -> Expression:
        z3 = self.z3
        if isinstance(token, str):
            both = spellings(token) if fold else (token,)
            return reduce(z3.Union, [z3.Re(char) for char in both])
        one = z3.AllChar(z3.ReSort(z3.StringSort()))
        if token.but:
            one = z3.Diff(one, reduce(z3.Union, [z3.Re(char) for char in token.but]))
        return z3.Star(one) if token.many else one

    def _any(self, parts: Iterable[Expression]) -> Expression:
        return self.z3.Or(*parts)

    # -- from models to requests ----------------------------------------------------------------------------------

    def witness(self, model: Any) -> Witness:
        """The request of a model, for questions on texts: numbers and addresses are left to the classes."""

        def true(expression: Expression) -> bool:
            return bool(self.z3.is_true(model.eval(expression, model_completion=True)))

        def text(expression: Expression) -> str:
            return str(model.eval(expression, model_completion=True).as_string())

        found = {name: text(item.value) for name, item in self.texts.items() if true(item.there)}
        tags = {name.removeprefix("tag:"): value for name, value in found.items() if name.startswith("tag:")}
        context: dict[str, str | tuple[str, ...]] = {
            name.removeprefix("key:"): value for name, value in found.items() if name.startswith("key:")
        }
        for name, value in found.items():
            if name.startswith("request:"):
                context[f"aws:RequestTag/{name.removeprefix('request:')}"] = value
        slots = tuple(value for name, value in found.items() if name.startswith(f"slot:{TAG_KEYS}:"))
        if slots:
            context["aws:TagKeys"] = tuple(dict.fromkeys(slots))
        prefix = self.shape.tag_prefix
        shown = self.shape.tag_supply(prefix) is Supply.ALWAYS or (
            f"shown:{prefix}" in self.flags and true(self.flags[f"shown:{prefix}"])
        )
        if self.shape.mode is Mode.EXISTING and shown:
            context |= {prefix + key: value for key, value in tags.items()}
        return Witness(text(self._arn()), tuple(sorted(tags.items())), tuple(sorted(context.items())), False)


def _elements(shape: Shape, term: Term) -> int:
    """How many elements of one list the tests of a term can need: more than that tell no more requests apart."""
    needed: Counter[str] = Counter()
    for leaf in set(leaves(term)):
        if isinstance(leaf, Test):
            # Each tag of the request has its key among the tag keys.
            key = TAG_KEYS if request_key(leaf.key) is not None else leaf.key
            needed[key] += shape.holds_list(key)
        elif isinstance(leaf, TagKept | OtherSpelling):
            needed[TAG_KEYS] += 1
        elif isinstance(leaf, SecondSpelling):
            needed[TAG_KEYS] += 2
    return max(needed.values(), default=0) + 1


def _absent(condition: Condition, operator: Operator) -> bool:
    """What the evaluator says of an absent key."""
    if operator.base.family is Family.NULL:
        return any(value.lower() == "true" for value in condition.values)
    if operator.quantifier is not None:
        return operator.quantifier is Quantifier.FOR_ALL
    return operator.if_exists or operator.base.negated


def _tokens(parts: tuple[Text, ...]) -> Tokens:
    found: list[Token] = []
    for part in parts:
        found.extend(part.text if part.literal else parse_tokens(part.text))
    return tuple(found)


_ORDERS: dict[Relation, Callable[[Expression, Expression], Expression]] = {
    Relation.SAME: lambda one, other: one == other,
    Relation.LESS: lambda one, other: one < other,
    Relation.LESS_OR_SAME: lambda one, other: one <= other,
    Relation.GREATER: lambda one, other: one > other,
    Relation.GREATER_OR_SAME: lambda one, other: one >= other,
}
