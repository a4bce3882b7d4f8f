"""Turns a term about requests into a formula over finitely many values, and an assignment back into a request.

Each string of a request (the resource's ARN, each condition key, each tag) becomes a variable whose values stand for
the classes of strings that the term tells apart. A multivalued key becomes one yes-or-no variable per class of
elements: whether the request has such an element. What cannot be told apart in this way (policy variables) is left
open, so that a formula without a solution is a proof all the same, and a solution has to be replayed before it is
believed. Of a key that is compared in two ways, as text and as a number, only some values are known: with those a
solution may be found, and only a `loose` space, which leaves the tests on it open, proves that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from policycc.iam.folding import folded
from policycc.iam.operators import Family, Operator, Quantifier, parse_operator
from policycc.iam.values import comparison
from policycc.verify.domains import (
    SOME_TAG_KEY,
    SOME_TEXT,
    comparable,
    compiled,
    has_variables,
    met,
    patterns_of,
    points,
    renamed,
    values_for,
)
from policycc.verify.formula import (
    Assignment,
    Formula,
    atom,
    conjunction,
    constant,
    disjunction,
    narrow,
    negation,
    solve,
    under,
)
from policycc.verify.requests import TAG_KEYS, Mode, Shape, Supply, request_key, tag_key
from policycc.verify.resources import arn_values, near
from policycc.verify.strings import Alternatives, Tokens, classes, of_language
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

Value = str | None
_NO = 1
_YES = 2
_BOTH = 3


@dataclass(slots=True)
class Space:
    """The variables of one question, with their values."""

    shape: Shape
    samples: tuple[str, ...] = ()
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    loose: bool = False
    """Tests on keys of which only some values are known are left open."""
    relaxed: bool = False
    """Something was left open: a solution may be none."""
    sampled: set[str] = field(default_factory=set)
    """The variables, and the keys that hold lists, of which only some values are known."""
    _arn_groups: dict[Alternatives, int] = field(default_factory=dict)
    _arn_signatures: tuple[int, ...] = ()
    _elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _tags: set[str] = field(default_factory=set)
    _requested: set[str] = field(default_factory=set)
    _keys: set[str] = field(default_factory=set)
    _literals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _prefixes: set[str] = field(default_factory=set)
    _free: int = 0
    _leaves: dict[tuple[int, bool], Formula] = field(default_factory=dict)
    _formulas: dict[int, Formula] = field(default_factory=dict)
    _known: Assignment = field(default_factory=dict)
    """What is demanded of single variables by the parts of the term that have been turned into formulas."""

    # -- variables ------------------------------------------------------------------------------------------------

    def declare(self, found: Iterable[Leaf]) -> None:
        """Work out the values that the leaves tell apart."""
        arns: list[Alternatives] = []
        tag_tests: dict[str, list[Test]] = {}
        literals: dict[str, list[str]] = {}
        plain: dict[str, list[Test]] = {}
        spelled: set[str] = set()
        for leaf in found:
            if isinstance(leaf, Test):
                self._sort_test(leaf, tag_tests, plain)
            elif isinstance(leaf, ArnIn):
                arns.append(tuple(map(of_language, leaf.languages)))
            elif isinstance(leaf, ResourceMatches):
                fixed, tied = self._near(leaf)
                arns += [fixed, *((pattern,) for pattern in tied)]
            elif isinstance(leaf, TagIs):
                self._tags.add(leaf.key.lower())
                literals.setdefault(leaf.key.lower(), []).extend([leaf.value] if leaf.value is not None else [])
            elif isinstance(leaf, TagKept):
                self._tags.add(leaf.key.lower())
                self._requested.add(leaf.key.lower())
                spelled.add(leaf.key)
            else:
                spelled.add(leaf.key)
        self._declare_arns(arns)
        self._declare_tags(tag_tests, literals)
        for key, tests in plain.items():
            if key != TAG_KEYS:
                self._declare_key(key, tests)
        if TAG_KEYS in plain or spelled or (self._requested and self.shape.tag_keys):
            self._declare_tag_keys(plain.get(TAG_KEYS, []), spelled)

    def _sort_test(self, leaf: Test, tag_tests: dict[str, list[Test]], plain: dict[str, list[Test]]) -> None:
        if has_variables(leaf):
            return
        key = leaf.key
        tag, requested = tag_key(key), request_key(key)
        if tag is not None:
            self._tags.add(tag[1])
            self._prefixes.add(tag[0])
            tag_tests.setdefault(tag[1], []).append(leaf)
        elif requested is not None:
            self._requested.add(requested)
            tag_tests.setdefault(requested, []).append(leaf)
        else:
            plain.setdefault(key, []).append(leaf)

    def _near(self, leaf: ResourceMatches) -> tuple[Alternatives, Alternatives]:
        return near(of_language(self.shape.arns), leaf)

    def _declare_arns(self, groups: list[Alternatives]) -> None:
        unique = tuple(dict.fromkeys(groups))
        self._arn_groups = {group: index for index, group in enumerate(unique)}
        values, self._arn_signatures = arn_values(of_language(self.shape.arns), unique, self.samples)
        self.values["arn"] = values

    def _declare_tags(self, tests: dict[str, list[Test]], literals: dict[str, list[str]]) -> None:
        given = {key: tuple(dict.fromkeys(texts)) for key, texts in literals.items()}
        for key in sorted(self._tags | self._requested):
            # Tests name the key in many ways; for telling values apart, one name does.
            alike = tuple(dict.fromkeys(renamed(test, "tag") for test in tests.get(key, ())))
            found, exact = values_for("tag", alike, given.get(key, ()))
            self._literals[key] = (*given.get(key, ()), *(text for test in alike for text in _exact_texts(test)))
            if not exact:
                self._sampled(f"tag:{key}", f"request:{key}")
            if key in self._tags:
                self.values[f"tag:{key}"] = (None, *found) if self.shape.mode is Mode.EXISTING else (None,)
            if key in self._requested or self._echoes(key):
                self._requested.add(key)
                self.values[f"request:{key}"] = (None, *found) if self.shape.request_tag else (None,)

    def _echoes(self, key: str) -> bool:
        """Whether the tags of the request may show as those of the resource that is being made."""
        return key in self._tags and self.shape.echoes

    def _declare_key(self, key: str, tests: list[Test]) -> None:
        self._keys.add(key)
        if self.shape.holds_list(key):
            self._elements[key] = self._element_classes(key, tests, ()) if self.shape.shows(key) else ()
            return
        if not self.shape.shows(key):
            self.values[f"key:{key}"] = (None,)
            return
        found, exact = values_for(key, tuple(dict.fromkeys(tests)))
        if not exact:
            self._sampled(f"key:{key}")
        self.values[f"key:{key}"] = found if self.shape.always_shows(key) else (None, *found)

    def _declare_tag_keys(self, tests: list[Test], spelled: Iterable[str]) -> None:
        if not self.shape.tag_keys:
            self._elements[TAG_KEYS] = ()
            return
        apart = [(tuple(key), fold) for key in sorted(spelled) for fold in (False, True)]
        apart += [(tuple(key), True) for key in sorted(self._requested)]
        self._elements[TAG_KEYS] = self._element_classes(TAG_KEYS, tests, apart)

    def _element_classes(self, key: str, tests: list[Test], apart: Sequence[tuple[Tokens, bool]]) -> tuple[str, ...]:
        patterns = list(apart)
        for test in tests:
            patterns += patterns_of(test)
        if not comparable(tests, literals=bool(apart)):
            self._sampled(key)
        universe = SOME_TAG_KEY if key == TAG_KEYS else SOME_TEXT
        lists = [((tokens,), fold) for tokens, fold in dict.fromkeys(patterns)]
        texts = [found.witness for found in classes(universe, lists)]
        # The empty text is an element of its own kind: a list of nothing else counts as none.
        empty = () if key == TAG_KEYS else ("",)
        return tuple(dict.fromkeys([*texts, *points(tests), *empty]))

    def _sampled(self, *variables: str) -> None:
        self.relaxed = True
        self.sampled.update(variables)

    # -- from terms to formulas -----------------------------------------------------------------------------------

    def solution(self, term: Term) -> Assignment | None:
        """Values of the variables for which the term and the axioms hold, or None if there are none."""
        found: list[Formula] = []
        for formula in self._conjuncts(term):
            if not narrow(self._known, formula):
                return None
            found.append(formula)
        return solve(conjunction(found), self._known)

    def _conjuncts(self, term: Term) -> Iterator[Formula]:
        """One by one, so that what earlier ones demand makes the later ones shorter."""
        yield self._axioms()
        for part in term.parts if isinstance(term, All) else (term,):
            yield self._formula(part)

    def _formula(self, term: Term) -> Formula:
        # By identity, here and for leaves: the question holds its term as long as it is asked.
        if isinstance(term, Is):
            key = (id(term.leaf), term.positive)
            leaf = self._leaves.get(key)
            if leaf is None:
                leaf = self._leaf(term.leaf)
                leaf = self._leaves[key] = leaf if term.positive else negation(leaf)
            return under(leaf, self._known)
        found = self._formulas.get(id(term))
        if found is None:
            parts = (self._formula(part) for part in term.parts)
            found = conjunction(parts) if isinstance(term, All) else disjunction(parts)
            self._formulas[id(term)] = found
        return found

    def _axioms(self) -> Formula:
        """What ties the variables of every request together."""
        parts: list[Formula] = []
        if TAG_KEYS in self._elements and self.shape.tag_keys and self.shape.request_tag:
            for key in sorted(self._requested):
                present = negation(self._atom(f"request:{key}", lambda value: value is None))
                named = self._has_element(TAG_KEYS, _folds_to(key))
                parts.append(disjunction((conjunction((present, named)), negation(disjunction((present, named))))))
        if "aws:sourceip" in self._keys:
            through = [
                negation(self._atom(f"key:{key}", lambda value: value is None))
                for key in ("aws:sourcevpc", "aws:sourcevpce")
                if key in self._keys
            ]
            direct = negation(self._atom("key:aws:sourceip", lambda value: value is None))
            parts.append(negation(conjunction((direct, disjunction(through)))))
        return conjunction(parts)

    def _leaf(self, leaf: Leaf) -> Formula:
        if isinstance(leaf, ArnIn):
            return self._arn_among(tuple(map(of_language, leaf.languages)))
        if isinstance(leaf, ResourceMatches):
            return self._resource(leaf)
        if isinstance(leaf, TagIs):
            return self._atom(f"tag:{leaf.key.lower()}", lambda value: value == leaf.value)
        if isinstance(leaf, TagKept):
            return self._kept(leaf.key)
        if isinstance(leaf, SecondSpelling):
            return self._second_spelling(leaf.key)
        if isinstance(leaf, OtherSpelling):
            return self._has_element(TAG_KEYS, lambda element: _other_spelling(element, leaf.key))
        return self._test(leaf)

    def _atom(self, variable: str, accepts: Callable[[Value], bool]) -> Formula:
        values = self.values[variable]
        mask = sum(1 << i for i, value in enumerate(values) if accepts(value))
        return atom(variable, mask, (1 << len(values)) - 1)

    def _flag(self, name: str) -> Formula:
        return atom(name, _YES, _BOTH)

    def _unknown(self) -> Formula:
        self.relaxed = True
        self._free += 1
        return self._flag(f"free:{self._free}")

    def _arn_among(self, group: Alternatives) -> Formula:
        bit = 1 << self._arn_groups[group]
        full = (1 << len(self._arn_signatures)) - 1
        mask = sum(1 << i for i, signature in enumerate(self._arn_signatures) if signature & bit)
        return atom("arn", mask, full)

    def _resource(self, leaf: ResourceMatches) -> Formula:
        fixed, tied = self._near(leaf)
        found = [self._arn_among(fixed)]
        found += [conjunction((self._arn_among((pattern,)), self._unknown())) for pattern in tied]
        return disjunction(found)

    def _kept(self, key: str) -> Formula:
        name = key.lower()
        same = [
            conjunction(
                (
                    self._atom(f"tag:{name}", _equals(text)),
                    self._atom(f"request:{name}", _equals(text)),
                )
            )
            for text in dict.fromkeys(self._literals.get(name, ()))
        ]
        other = self._has_element(TAG_KEYS, lambda element: _other_spelling(element, key))
        return conjunction((disjunction(same), negation(other)))

    def _second_spelling(self, key: str) -> Formula:
        spellings = [e for e in self._elements.get(TAG_KEYS, ()) if e.lower() == key.lower()]
        found: list[Formula] = []
        rest: list[Formula] = []
        for spelling in spellings:
            element = self._element(TAG_KEYS, spelling)
            found.append(conjunction((element, disjunction(rest))))
            rest.append(element)
        return disjunction(found)

    def _element(self, key: str, element: str) -> Formula:
        return self._flag(f"element:{key}:{element}")

    def _has_element(self, key: str, accepts: Callable[[str], bool]) -> Formula:
        return disjunction(self._element(key, element) for element in self._elements.get(key, ()) if accepts(element))

    def _test(self, leaf: Test) -> Formula:
        if has_variables(leaf):
            return self._unknown()
        tag, requested = tag_key(leaf.key), request_key(leaf.key)
        if tag is not None:
            return self._resource_tag(tag[0], tag[1], leaf)
        if requested is not None:
            return self._met(f"request:{requested}", leaf)
        if leaf.key in self._elements:
            return self._multivalued(leaf)
        return self._met(f"key:{leaf.key}", leaf)

    def _met(self, variable: str, leaf: Test) -> Formula:
        if self.loose and variable in self.sampled:
            return self._unknown()
        values = self.values[variable]
        return atom(variable, met(leaf, values), (1 << len(values)) - 1)

    def _resource_tag(self, prefix: str, name: str, leaf: Test) -> Formula:
        missing = constant(bool(met(leaf, (None,))))
        supply = self.shape.tag_supply(prefix)
        if supply is Supply.NEVER:
            return missing
        if self.shape.mode is Mode.EXISTING:
            shown = self._met(f"tag:{name}", leaf)
            if supply is Supply.ALWAYS:
                return shown
            flag = self._flag(f"shown:{prefix}")
        else:
            if not self._echoes(name):
                return missing
            shown = self._met(f"request:{name}", leaf)
            flag = self._flag("echo")
        return disjunction((conjunction((flag, shown)), conjunction((negation(flag), missing))))

    def _multivalued(self, leaf: Test) -> Formula:
        key, condition = leaf.key, leaf.condition
        if self.loose and key in self.sampled:
            return self._unknown()
        operator: Operator = parse_operator(condition.operator)
        missing = constant(bool(met(leaf, (None,))))
        present = self._has_element(key, lambda element: True)
        if operator.base.family is Family.NULL:
            shown = constant(compiled(leaf)({key: ("x",)}))
            return disjunction((conjunction((present, shown)), conjunction((negation(present), missing))))
        if operator.quantifier is None:
            # AWS does not say what such a test of a list matches.
            return disjunction((conjunction((present, self._unknown())), conjunction((negation(present), missing))))
        meeting = _meeting(leaf, self._elements[key])
        # A list of empty texts is none, though the key is there; beside another text, an empty one counts.
        some = self._has_element(key, bool)
        if operator.quantifier is Quantifier.FOR_ANY:
            return conjunction((some, self._has_element(key, lambda element: element in meeting)))
        return disjunction((negation(some), negation(self._has_element(key, lambda element: element not in meeting))))

    # -- from assignments to requests -----------------------------------------------------------------------------

    def arn(self, masks: Assignment) -> str:
        return self._value("arn", masks) or "*"

    def tags(self, masks: Assignment) -> dict[str, str]:
        """The tags that the resource carries, among those that the question speaks of."""
        return self._present("tag:", masks)

    def requested(self, masks: Assignment) -> dict[str, str]:
        """The tags of the request, among those that the question speaks of."""
        found = self._present("request:", masks)
        for key, value in self.tags(masks).items():
            # Two unnamed values of one class may still differ, and where the question needs it they do.
            if found.get(key) == value and value not in self._literals.get(key, ()):
                found[key] = f"{value}-2"
        return found

    def keys(self, masks: Assignment) -> dict[str, str]:
        """The other single-valued keys that the request carries, folded."""
        return self._present("key:", masks)

    def elements(self, masks: Assignment) -> dict[str, tuple[str, ...]]:
        """The elements of each multivalued key; absent keys are left out."""
        found: dict[str, tuple[str, ...]] = {}
        for key, candidates in self._elements.items():
            chosen = tuple(e for e in candidates if _must(masks, f"element:{key}:{e}"))
            if chosen:
                found[key] = chosen
        return found

    def shown_tags(self, masks: Assignment) -> dict[str, str]:
        """The condition keys under which the tags of the resource show."""
        shown: dict[str, str] = {}
        for prefix in sorted(self._prefixes | {self.shape.tag_prefix}):
            supply = self.shape.tag_supply(prefix)
            if self.shape.mode is Mode.EXISTING:
                if supply is Supply.ALWAYS or (supply is Supply.MAYBE and _must(masks, f"shown:{prefix}")):
                    shown |= {prefix + key: value for key, value in self.tags(masks).items()}
            elif supply is not Supply.NEVER and _must(masks, "echo"):
                shown |= {prefix + key: value for key, value in self.requested(masks).items()}
        return shown

    def _present(self, kind: str, masks: Assignment) -> dict[str, str]:
        found = {name.removeprefix(kind): self._value(name, masks) for name in self.values if name.startswith(kind)}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, name: str, masks: Assignment) -> Value:
        values = self.values[name]
        mask = masks.get(name, (1 << len(values)) - 1)
        return values[(mask & -mask).bit_length() - 1]


def _must(masks: Assignment, name: str) -> bool:
    """Whether the assignment makes a yes-or-no variable true."""
    return not masks.get(name, _BOTH) & _NO


@lru_cache(maxsize=16384)
def _meeting(leaf: Test, elements: tuple[str, ...]) -> frozenset[str]:
    """The elements that the operator without its quantifier lets pass, by the evaluator's comparison."""
    if not leaf.condition.values:
        return frozenset()
    base = parse_operator(leaf.condition.operator).base
    compare = comparison(base, leaf.condition.values, leaf.variables)
    wanted = not base.negated
    return frozenset(element for element in elements if compare(element, {}) is wanted)


@lru_cache(maxsize=16384)
def _exact_texts(test: Test) -> tuple[str, ...]:
    """The texts that a test tells apart from all others."""
    if parse_operator(test.condition.operator).base.family is not Family.STRING:
        return ()
    return tuple("".join(map(str, tokens)) for tokens, _ in patterns_of(test))


def _folds_to(key: str) -> Callable[[str], bool]:
    return lambda element: folded(element) == key


def _equals(text: str) -> Callable[[Value], bool]:
    return lambda value: value == text


def _other_spelling(element: str, key: str) -> bool:
    return element != key and folded(element) == folded(key)


def space_for(shape: Shape, term: Term, samples: tuple[str, ...] = (), *, loose: bool = False) -> Space:
    """The space of a question. Raises TooManyStatesError."""
    space = Space(shape, samples, loose=loose)
    space.declare({id(leaf): leaf for leaf in leaves(term)}.values())
    return space
