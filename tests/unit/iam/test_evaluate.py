"""The decision: denies, ceilings, accounts, how a resource policy names a caller, and the reasons given."""

from __future__ import annotations

from typing import Any

import pytest

from policycc.iam.compiled import StatementRef
from policycc.iam.evaluate import Decision, Evaluator, Outcome, Policies, evaluate, is_trust_request
from policycc.iam.model import Condition, Effect, Policy, PolicyType, Principals, Statement
from policycc.iam.request import make_request

A, B = "111111111111", "222222222222"
USER = f"arn:aws:iam::{A}:user/alice"
ROLE = f"arn:aws:iam::{A}:role/team/app"
SESSION = f"arn:aws:sts::{A}:assumed-role/app/one"
FEDERATED = f"arn:aws:sts::{A}:federated-user/fred"
ROOT = f"arn:aws:iam::{A}:root"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
QUEUE = f"arn:aws:sqs:eu-west-1:{A}:q"
FOREIGN = f"arn:aws:sqs:eu-west-1:{B}:q"
KEY = f"arn:aws:kms:eu-west-1:{A}:key/k"
TARGET = f"arn:aws:iam::{A}:role/target"

ALLOWED, IMPLICIT, EXPLICIT = Outcome.ALLOWED, Outcome.IMPLICITLY_DENIED, Outcome.EXPLICITLY_DENIED


def policy(effect: str = "Allow", action: str = "*", resource: str = "*", principal: Any = None, **more: Any) -> Policy:
    named = None if principal is None else _principals(principal)
    return Policy((Statement(Effect(effect), (action,), resources=(resource,), principal=named, **more),))


def _principals(principal: Any) -> Principals:
    return Principals(True) if principal == "*" else Principals(names=(("AWS", (principal,)),))


YES, NO, NOTHING = policy(), policy("Deny"), policy(action="s3:GetObject", resource="arn:aws:s3:::x")


def outcome(
    principal: str = USER,
    action: str = "sqs:SendMessage",
    resource: str | list[str] = QUEUE,
    resource_policy: Policy | None = None,
    **policies: Any,
) -> Outcome:
    evaluator = Evaluator(Policies(resource=resource_policy, **policies))
    return evaluator.decide(make_request(principal, action, resource)).outcome


def test_nothing_allows_by_default() -> None:
    assert outcome() is IMPLICIT
    assert outcome(identity=(YES,)) is ALLOWED
    assert outcome(identity=(NOTHING, YES)) is ALLOWED
    assert outcome(identity=(NOTHING,)) is IMPLICIT


@pytest.mark.parametrize(
    "place",
    [
        {"identity": (YES, NO)},
        {"boundary": NO},
        {"session": (YES, NO)},
        {"resource_policy": policy("Deny", principal="*")},
        {"service_control": ((YES,), (YES, NO))},
        {"resource_control": ((policy("Deny", principal="*"),),)},
        {"vpc_endpoint": (policy("Deny", principal="*"),)},
    ],
)
def test_a_deny_anywhere_decides(place: dict[str, Any]) -> None:
    assert outcome(**{"identity": (YES,), **place}) is EXPLICIT


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"boundary": YES}, ALLOWED),
        ({"boundary": NOTHING}, IMPLICIT),
        ({"session": (NOTHING, YES)}, ALLOWED),
        ({"session": (NOTHING,)}, IMPLICIT),
        ({"session": ()}, IMPLICIT),
        ({"vpc_endpoint": (policy(principal="*"),)}, ALLOWED),
        ({"vpc_endpoint": (policy(principal=f"arn:aws:iam::{B}:root"),)}, IMPLICIT),
        ({"vpc_endpoint": ()}, IMPLICIT),
        ({"service_control": ()}, ALLOWED),
        ({"service_control": ((YES,), (NOTHING, YES))}, ALLOWED),
        ({"service_control": ((YES,), (NOTHING,))}, IMPLICIT),
        ({"service_control": ((NOTHING,), (YES,))}, IMPLICIT),
        ({"service_control": ((YES,), ())}, IMPLICIT),
        ({"resource_control": ((), ())}, ALLOWED),
        ({"resource_control": ((policy("Deny", "s3:*", principal="*"),),)}, ALLOWED),
    ],
)
def test_ceilings(place: dict[str, Any], expected: Outcome) -> None:
    assert outcome(identity=(YES,), **place) is expected


def test_control_policies_do_not_reach_service_linked_roles() -> None:
    deny_all = ((policy("Deny", principal="*"),),)
    assert outcome(LINKED, identity=(YES,), service_control=((NO,),), resource_control=deny_all) is ALLOWED
    assert outcome(ROLE, identity=(YES,), service_control=((NO,),)) is EXPLICIT
    assert outcome(ROLE, identity=(YES,), resource_control=deny_all) is EXPLICIT


def test_services_are_in_no_account() -> None:
    named = Policy(
        (
            Statement(
                Effect.ALLOW,
                ("*",),
                resources=("*",),
                principal=Principals(names=(("Service", ("sns.amazonaws.com",)),)),
            ),
        )
    )
    decide = Evaluator(Policies(resource=named, service_control=((NO,),))).decide
    assert decide(make_request("sns.amazonaws.com", "sqs:SendMessage", QUEUE)).is_allowed
    assert not decide(make_request("s3.amazonaws.com", "sqs:SendMessage", QUEUE)).is_allowed
    assert outcome("sns.amazonaws.com", identity=(YES,)) is IMPLICIT


@pytest.mark.parametrize(
    ("principal", "named", "alone", "with_boundary", "with_session"),
    [
        (USER, USER, True, True, True),
        (SESSION, SESSION, True, True, True),
        (FEDERATED, FEDERATED, True, True, True),
        (ROLE, ROLE, True, False, False),
        (SESSION, ROLE, True, False, False),
        (USER, "*", True, True, True),
        (SESSION, "*", True, True, True),
        (USER, ROOT, False, False, False),
        (USER, A, False, False, False),
        (SESSION, A, False, False, False),
        (USER, f"{USER}2", False, False, False),
        (ROLE, USER, False, False, False),
        (SESSION, f"arn:aws:iam::{A}:role/app2", False, False, False),
        (SESSION, f"arn:aws:iam::{B}:role/team/app", False, False, False),
    ],
)
def test_how_a_resource_policy_names_the_caller(
    principal: str, named: str, alone: bool, with_boundary: bool, with_session: bool
) -> None:
    """Without any identity policy, in one account."""

    def allowed(**more: Any) -> bool:
        policies = Policies(resource=policy(principal=named), **more)
        return Evaluator(policies).decide(make_request(principal, "sqs:SendMessage", QUEUE)).is_allowed

    assert allowed() is alone
    assert allowed(boundary=NOTHING) is with_boundary
    assert allowed(session=(NOTHING,)) is with_session
    assert not allowed(boundary=NO)


def test_statements_that_name_others_are_passed_over() -> None:
    others = policy(principal=B).statements + policy(principal=USER).statements
    assert outcome(resource_policy=Policy(others)) is ALLOWED


def test_the_account_in_a_resource_policy_leaves_it_to_identity_policies() -> None:
    for named in (A, ROOT):
        decide = Evaluator(Policies(identity=(YES,), resource=policy(principal=named))).decide
        assert decide(make_request(USER, "sqs:SendMessage", QUEUE)).is_allowed


def test_the_principal_arn_of_a_session_tells_its_role_s_path() -> None:
    decide = Evaluator(Policies(resource=policy(principal=ROLE))).decide
    other = f"arn:aws:iam::{A}:role/other/app"
    assert decide(make_request(SESSION, "sqs:X", QUEUE, {"aws:PrincipalArn": ROLE})).is_allowed
    assert not decide(make_request(SESSION, "sqs:X", QUEUE, {"aws:PrincipalArn": other})).is_allowed


@pytest.mark.parametrize(
    ("named", "identity", "expected"),
    [
        (USER, (YES,), ALLOWED),
        (A, (YES,), ALLOWED),
        ("*", (YES,), ALLOWED),
        (USER, (), IMPLICIT),
        (B, (YES,), IMPLICIT),
        (None, (YES,), IMPLICIT),
    ],
)
def test_across_accounts_both_sides_must_allow(
    named: str | None, identity: tuple[Policy, ...], expected: Outcome
) -> None:
    resource = None if named is None else policy(principal=named)
    decide = Evaluator(Policies(identity=identity, resource=resource)).decide
    assert decide(make_request(USER, "sqs:SendMessage", FOREIGN)).outcome is expected
    assert decide(make_request(USER, "s3:GetObject", "arn:aws:s3:::b/k", {}, B)).outcome is expected
    limited = Evaluator(Policies(identity=identity, resource=resource, boundary=NOTHING)).decide
    assert limited(make_request(USER, "sqs:SendMessage", FOREIGN)).outcome is IMPLICIT


def test_whose_a_resource_is() -> None:
    decide = Evaluator(Policies(identity=(YES,))).decide
    assert decide(make_request(USER, "s3:GetObject", "arn:aws:s3:::b/k")).is_allowed
    assert decide(make_request(USER, "iam:GetPolicy", "arn:aws:iam::aws:policy/x")).is_allowed
    assert decide(make_request(USER, "s3:ListAllMyBuckets", "*")).is_allowed
    assert decide(make_request(USER, "sqs:SendMessage", FOREIGN, {}, A)).is_allowed
    assert not decide(make_request(USER, "sqs:SendMessage", QUEUE, {}, B)).is_allowed


class TestTrustAndKeyPolicies:
    @pytest.mark.parametrize(
        ("action", "resource"), [("sts:AssumeRole", TARGET), ("STS:TagSession", TARGET), ("kms:Decrypt", KEY)]
    )
    def test_must_allow_themselves(self, action: str, resource: str) -> None:
        def allowed(named: str | None, principal: str = USER, **more: Any) -> bool:
            policies = Policies(resource=None if named is None else policy(principal=named), **more)
            return Evaluator(policies).decide(make_request(principal, action, resource)).is_allowed

        assert not allowed(None, identity=(YES,))
        assert not allowed(B, identity=(YES,))
        assert allowed(USER)
        assert allowed(USER, boundary=NOTHING)
        assert allowed(A, identity=(YES,))
        assert not allowed(A)
        assert not allowed(A, identity=(YES,), boundary=NOTHING)
        assert allowed(ROLE, SESSION)
        assert not allowed(ROLE, SESSION, boundary=NOTHING)
        assert not allowed(ROLE, SESSION, boundary=NOTHING, identity=(YES,))

    def test_other_calls_of_the_same_services_do_not_need_them(self) -> None:
        assert outcome(identity=(YES,), action="kms:ListKeys", resource="*") is ALLOWED
        assert (
            outcome(identity=(YES,), action="kms:CreateAlias", resource=f"arn:aws:kms:eu-west-1:{A}:alias/a") is ALLOWED
        )
        assert outcome(identity=(YES,), action="iam:PassRole", resource=TARGET) is ALLOWED
        assert outcome(identity=(YES,), action="sts:GetFederationToken", resource=f"{ROOT}") is ALLOWED
        assert outcome(identity=(YES,), action="sqs:SendMessage", resource=f"{QUEUE}:key/:role/:kms:") is ALLOWED

    def test_which_requests_ask_a_trust_policy(self) -> None:
        assert is_trust_request(make_request(USER, "sts:AssumeRole", TARGET))
        assert not is_trust_request(make_request(USER, "sts:AssumeRole", [TARGET, QUEUE]))
        assert not is_trust_request(make_request(USER, "iam:PassRole", TARGET))


class TestRootAndFederatedUsers:
    def test_the_root_user_has_what_no_ceiling_takes_away(self) -> None:
        assert outcome(ROOT) is ALLOWED
        assert outcome(A) is ALLOWED
        assert outcome(ROOT, service_control=((NOTHING,),)) is IMPLICIT
        assert outcome(ROOT, session=(NOTHING,)) is IMPLICIT
        assert outcome(ROOT, resource=FOREIGN) is IMPLICIT
        assert outcome("*", resource=QUEUE) is IMPLICIT

    def test_a_federated_user_needs_a_session_policy(self) -> None:
        assert outcome(FEDERATED, identity=(YES,)) is IMPLICIT
        assert outcome(FEDERATED, identity=(YES,), session=(YES,)) is ALLOWED
        assert outcome(FEDERATED, session=(YES,)) is IMPLICIT


class TestNotPrincipal:
    @staticmethod
    def decide(effect: str, named: str, principal: str, boundary: Policy | None = None) -> Outcome:
        statement = Statement(Effect(effect), ("*",), resources=("*",), not_principal=_principals(named))
        policies = Policies(identity=(YES,), resource=Policy((statement,)), boundary=boundary)
        return Evaluator(policies).decide(make_request(principal, "kms:Decrypt", KEY)).outcome

    def test_deny_spares_those_it_names(self) -> None:
        assert self.decide("Deny", USER, USER) is IMPLICIT
        assert self.decide("Deny", USER, SESSION) is EXPLICIT
        assert self.decide("Deny", A, USER) is IMPLICIT

    def test_deny_hits_everybody_with_a_boundary(self) -> None:
        assert self.decide("Deny", USER, USER, YES) is EXPLICIT

    def test_allow_reaches_those_it_does_not_name(self) -> None:
        assert self.decide("Allow", USER, SESSION) is ALLOWED
        assert self.decide("Allow", USER, USER) is IMPLICIT
        assert self.decide("Allow", USER, USER, YES) is IMPLICIT


def test_every_resource_must_be_allowed() -> None:
    one = policy(resource=QUEUE)
    assert outcome(identity=(one,), resource=[QUEUE]) is ALLOWED
    assert outcome(identity=(one,), resource=[QUEUE, f"{QUEUE}2"]) is IMPLICIT
    assert (
        outcome(identity=(one, policy("Deny", resource=f"{QUEUE}3")), resource=[f"{QUEUE}2", f"{QUEUE}3"]) is EXPLICIT
    )
    both = (one, policy(resource=f"{QUEUE}2"))
    decision = Evaluator(Policies(identity=both)).decide(make_request(USER, "sqs:X", [QUEUE, f"{QUEUE}2", QUEUE]))
    assert decision == Decision(ALLOWED, (ref(), ref(policy=1)))


def ref(
    kind: PolicyType = PolicyType.IDENTITY, policy: int = 0, statement: int = 0, level: int | None = None
) -> StatementRef:
    return StatementRef(kind, policy, statement, level)


def test_deciding_statements() -> None:
    policies = Policies(
        identity=(NOTHING, YES),
        boundary=YES,
        session=(YES,),
        resource=policy(principal=A),
        service_control=((YES,), (NOTHING, YES)),
        vpc_endpoint=(policy(principal="*"),),
    )
    decision, shortfall = evaluate(policies, make_request(USER, "sqs:SendMessage", QUEUE))
    assert shortfall is None
    assert set(decision.statements) == {
        ref(policy=1),
        ref(PolicyType.BOUNDARY),
        ref(PolicyType.SESSION),
        ref(PolicyType.RESOURCE),
        ref(PolicyType.SCP, level=0),
        ref(PolicyType.SCP, 1, level=1),
        ref(PolicyType.VPC_ENDPOINT),
    }
    denied = evaluate(Policies(identity=(YES, NO), boundary=NO), make_request(USER, "sqs:SendMessage", QUEUE))
    assert set(denied[0].statements) == {ref(policy=1), ref(PolicyType.BOUNDARY)}
    assert denied[1] is not None
    assert denied[1].nearest in denied[0].statements
    assert denied[1].missing == "nothing: a Deny applies"


DEV = (Condition("StringEquals", "aws:ResourceTag/env", ("dev",)),)


@pytest.mark.parametrize(
    ("policies", "nearest", "missing"),
    [
        (Policies(), None, "identity policies: no statement allows anything"),
        (
            Policies(identity=(NOTHING, policy("Deny", "s3:*"))),
            ref(),
            "action sqs:SendMessage is not among its actions",
        ),
        (Policies(identity=(NOTHING, policy(resource="arn:aws:sqs:*:*:x"))), ref(policy=1), f"resource {QUEUE} is not"),
        (
            Policies(identity=(NOTHING, policy(conditions=DEV))),
            ref(policy=1),
            "the key is absent, the policy names dev",
        ),
        (Policies(identity=(NOTHING, NOTHING)), ref(), "identity policies: action"),
        (Policies(identity=(YES,), boundary=NOTHING), ref(PolicyType.BOUNDARY), "permissions boundary: action"),
        (Policies(identity=(YES,), session=(NOTHING,)), ref(PolicyType.SESSION), "session policies: action"),
        (
            Policies(identity=(YES,), service_control=((YES,), (NOTHING,))),
            ref(PolicyType.SCP, level=1),
            "service control policies of level 1: action",
        ),
        (Policies(identity=(YES,), vpc_endpoint=()), None, "VPC endpoint policy: no statement allows anything"),
    ],
)
def test_the_nearest_statement_and_what_it_lacked(
    policies: Policies, nearest: StatementRef | None, missing: str
) -> None:
    decision, shortfall = evaluate(policies, make_request(USER, "sqs:SendMessage", QUEUE))
    assert decision == Decision(IMPLICIT, ())
    assert shortfall is not None
    assert shortfall.nearest == nearest
    assert missing in shortfall.missing


@pytest.mark.parametrize(
    ("policies", "principal", "resource", "missing"),
    [
        (Policies(identity=(YES,)), USER, FOREIGN, "no resource policy names the caller"),
        (Policies(identity=(YES,), resource=policy(principal=B)), USER, FOREIGN, f"principal {USER} is not named"),
        (Policies(resource=policy(principal=A)), USER, FOREIGN, "identity policies: no statement allows anything"),
        (Policies(identity=(YES,)), FEDERATED, QUEUE, "a federated user has only"),
        (Policies(), "sns.amazonaws.com", QUEUE, "no resource policy names the caller"),
        (Policies(resource=policy(principal=A)), USER, KEY, "identity policies: no statement allows anything"),
        (Policies(resource=policy(principal=ROLE), boundary=NOTHING), ROLE, KEY, "permissions boundary: action"),
    ],
)
def test_what_a_resource_policy_lacked(policies: Policies, principal: str, resource: str, missing: str) -> None:
    action = "kms:Decrypt" if resource == KEY else "sqs:SendMessage"
    shortfall = Evaluator(policies).explain(make_request(principal, action, resource))
    assert shortfall is not None
    assert missing in shortfall.missing


def test_the_reason_is_that_of_a_resource_that_decided() -> None:
    policies = Policies(identity=(policy(resource=QUEUE), policy("Deny", resource=f"{QUEUE}3")))
    evaluator = Evaluator(policies)
    implicit = evaluator.explain(make_request(USER, "sqs:X", [QUEUE, f"{QUEUE}2"]))
    assert implicit is not None
    assert f"{QUEUE}2" in implicit.missing
    explicit = evaluator.explain(make_request(USER, "sqs:X", [f"{QUEUE}2", f"{QUEUE}3"]))
    assert explicit is not None
    assert explicit.nearest == ref(policy=1)


def test_negated_elements() -> None:
    not_s3 = Policy((Statement(Effect.ALLOW, not_actions=("S3:*",), not_resources=(f"{QUEUE}2",)),))
    assert outcome(identity=(not_s3,)) is ALLOWED
    assert outcome(identity=(not_s3,), resource=f"{QUEUE}2") is IMPLICIT
    assert outcome(identity=(not_s3,), action="s3:GetObject") is IMPLICIT
    assert outcome(identity=(not_s3,), action="future:Call", resource="*") is ALLOWED


def test_actions_without_case_and_resources_with() -> None:
    narrow = policy(action="SQS:send*", resource=QUEUE)
    assert outcome(identity=(narrow,)) is ALLOWED
    assert outcome(identity=(narrow,), action="sqs:SENDMESSAGE") is ALLOWED
    assert outcome(identity=(narrow,), resource=QUEUE[:-1] + "Q") is IMPLICIT


def test_many_patterns_in_one_statement() -> None:
    resources = (
        QUEUE,
        "arn:aws:s3:::a*",
        f"arn:aws:sqs:*:{A}:x?",
        "arn:aws:sns:*:*:${aws:username}",
        "arn:aws:sns:*:*:y",
    )
    many = Policies(identity=(Policy((Statement(Effect.ALLOW, ("sqs:A", "sqs:B*", "*:C*"), resources=resources),)),))
    decide = Evaluator(many).decide
    for action, resource, expected in (
        ("sqs:A", QUEUE, True),
        ("sqs:AA", QUEUE, False),
        ("sqs:BB", "arn:aws:s3:::abc", True),
        ("sns:Call", f"arn:aws:sqs:eu-west-1:{A}:xy", True),
        ("sns:Call", f"arn:aws:sqs:eu-west-1:{A}:xyz", False),
        ("sqs:A", f"arn:aws:sns:eu-west-1:{A}:alice", True),
        ("sqs:A", f"arn:aws:sns:eu-west-1:{A}:bob", False),
        ("sqs:A", f"arn:aws:sns:eu-west-1:{A}:y", True),
    ):
        assert decide(make_request(USER, action, resource, {"aws:username": "alice"})).is_allowed is expected
    assert not decide(make_request(USER, "sqs:A", f"arn:aws:sns:eu-west-1:{A}:alice")).is_allowed


def test_variables_need_their_version() -> None:
    old = Policy((Statement(Effect.ALLOW, ("*",), resources=("arn:aws:s3:::${aws:username}",)),), "2008-10-17")
    decide = Evaluator(Policies(identity=(old,))).decide
    assert not decide(make_request(USER, "s3:GetObject", "arn:aws:s3:::alice", {"aws:username": "alice"})).is_allowed
    assert decide(make_request(USER, "s3:GetObject", "arn:aws:s3:::${aws:username}")).is_allowed


def test_a_stream_of_made_up_actions_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policycc.iam.compiled._REMEMBERED_ACTIONS", 3)
    evaluator = Evaluator(Policies(identity=(YES,)))
    for number in range(11):
        assert evaluator.decide(make_request(USER, f"sqs:A{number}", QUEUE)).is_allowed
    assert len(evaluator._identity._by_action) == 2


@pytest.mark.parametrize(
    ("patterns", "matched", "missed"),
    [
        (("sqs:A?",), ("sqs:AB",), ("sqs:A", "sqs:ABC")),
        (("sqs:A", "*:C?"), ("sqs:A", "x:CC"), ("sqs:C", "x:A")),
        (("sqs:B*", "*:C?"), ("sqs:B", "x:CC"), ("x:B", "sqs:C")),
        (("*:C?", "*:D?"), ("x:CC", "x:DD"), ("x:EE",)),
        (("sqs:A", "sqs:B*"), ("sqs:A", "sqs:BB"), ("sqs:AA",)),
        (("?", "sqs:B*"), ("sqs:B",), ("sqs:A",)),
    ],
)
def test_kinds_of_patterns_together(
    patterns: tuple[str, ...], matched: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    decide = Evaluator(Policies(identity=(Policy((Statement(Effect.ALLOW, patterns, resources=("*",)),)),))).decide
    for action in matched:
        assert decide(make_request(USER, action, QUEUE)).is_allowed
    for action in missed:
        assert not decide(make_request(USER, action, QUEUE)).is_allowed


def test_escapes_in_resources() -> None:
    escaped = policy(resource="arn:aws:s3:::a${*}")
    assert outcome(identity=(escaped,), resource="arn:aws:s3:::a*") is ALLOWED
    assert outcome(identity=(escaped,), resource="arn:aws:s3:::ab") is IMPLICIT


PROVIDER = f"arn:aws:iam::{A}:oidc-provider/tokens.example.com"


@pytest.mark.parametrize(
    ("kind", "name", "principal", "expected"),
    [
        ("Federated", PROVIDER, PROVIDER, ALLOWED),
        ("Federated", "*", PROVIDER, ALLOWED),
        ("Federated", PROVIDER, f"{PROVIDER}2", IMPLICIT),
        ("Federated", "*", USER, IMPLICIT),
        ("Federated", USER, USER, IMPLICIT),
        ("AWS", "*", PROVIDER, ALLOWED),
        ("AWS", "*", USER, ALLOWED),
        ("AWS", A, PROVIDER, IMPLICIT),
        ("AWS", A, "ec2.amazonaws.com", IMPLICIT),
        ("Service", "ec2.amazonaws.com", "ec2.amazonaws.com", ALLOWED),
        ("Service", "ec2.amazonaws.com", USER, IMPLICIT),
        ("CanonicalUser", "0" * 64, USER, IMPLICIT),
    ],
)
def test_kinds_of_principals(kind: str, name: str, principal: str, expected: Outcome) -> None:
    """In a trust policy, which has no Resource."""
    trust = Statement(Effect.ALLOW, ("sts:*",), principal=Principals(names=((kind, (name,)),)))
    assert outcome(principal, "sts:AssumeRole", TARGET, resource_policy=Policy((trust,))) is expected
