"""The evaluator against the naive one, and what must hold of any decision, on requests that nearly match."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam.evaluate import Evaluator, Outcome, Policies
from policycc.iam.model import Effect, Policy
from policycc.iam.request import Request, make_request
from policycc.iam.simulate import Simulator
from policycc.iam.writer import policy_value
from tests.support import naive
from tests.support.iam_documents import ROOT, identity_policies, requests, resource_policies

CASES = st.builds(
    lambda request, policies: {**request, **policies},
    requests(),
    st.fixed_dictionaries(
        {"identityPolicies": st.lists(identity_policies().map(policy_value), max_size=2)},
        optional={
            "permissionsBoundary": identity_policies().map(policy_value),
            "sessionPolicies": st.lists(identity_policies().map(policy_value), max_size=1),
            "resourcePolicy": resource_policies().map(policy_value),
            "serviceControlPolicies": st.lists(st.lists(identity_policies().map(policy_value), max_size=2), max_size=2),
        },
    ),
)


def is_unsettled(case: dict[str, Any]) -> bool:
    """Where AWS's text leaves the answer open, or the naive evaluator reads it more simply: NumericNotEquals on what is
    no number, Allow with NotPrincipal for callers with a boundary, callers to whom a kind of policy cannot apply."""
    text = json.dumps(case)
    return (
        "NumericNotEquals" in text
        or ("NotPrincipal" in text and "permissionsBoundary" in case)
        or (case["principal"] == ROOT and "sessionPolicies" in case)
        or (case["principal"] == "ec2.amazonaws.com" and "serviceControlPolicies" in case)
    )


@settings(max_examples=100)
@given(CASES)
def test_agrees_with_the_naive_evaluator(case: dict[str, Any]) -> None:
    answer = Simulator().answer_value(case)
    if "error" not in answer and not is_unsettled(case):
        assert answer["decision"] == naive.decide(case)


def made(request: dict[str, Any]) -> Request:
    return make_request(request["principal"], request["action"], request["resource"], request["context"])


@settings(max_examples=60)
@given(requests(), st.lists(identity_policies(), max_size=3))
def test_the_order_of_statements_and_policies_does_not_matter(request: dict[str, Any], policies: list[Policy]) -> None:
    turned = [Policy(policy.statements[::-1], policy.version) for policy in reversed(policies)]
    outcomes = {
        Evaluator(Policies(identity=tuple(given_policies))).decide(made(request)).outcome
        for given_policies in (policies, turned)
    }
    assert len(outcomes) == 1


@settings(max_examples=60)
@given(requests(), identity_policies(), identity_policies())
def test_a_ceiling_never_allows_and_a_deny_never_helps(
    request: dict[str, Any], policy: Policy, ceiling: Policy
) -> None:
    without = Evaluator(Policies(identity=(policy,))).decide(made(request))
    for policies in (
        Policies(identity=(policy,), boundary=ceiling),
        Policies(identity=(policy,), session=(ceiling,)),
        Policies(identity=(policy,), service_control=((ceiling,),)),
    ):
        within = Evaluator(policies).decide(made(request))
        federated = "federated-user" in request["principal"]
        assert without.is_allowed or not within.is_allowed or (federated and policies.session is not None)
    denies = Policy(tuple(one for one in ceiling.statements if one.effect is Effect.DENY), ceiling.version)
    more = Evaluator(Policies(identity=(policy, denies))).decide(made(request))
    assert without.is_allowed or not more.is_allowed


@settings(max_examples=60)
@given(requests(), identity_policies(), resource_policies())
def test_deciding_statements_decide(request: dict[str, Any], policy: Policy, resource: Policy) -> None:
    evaluator = Evaluator(Policies(identity=(policy,), resource=resource))
    decision, shortfall = evaluator.decide(made(request)), evaluator.explain(made(request))
    assert (shortfall is None) is decision.is_allowed
    assert bool(decision.statements) is (decision.outcome is not Outcome.IMPLICITLY_DENIED) or "root" in str(request)
    wanted = Effect.DENY if decision.outcome is Outcome.EXPLICITLY_DENIED else Effect.ALLOW
    for ref in decision.statements:
        document = policy if ref.kind.value == "identity" else resource
        assert document.statements[ref.statement].effect is wanted
    assert shortfall is None or shortfall.missing


@settings(max_examples=60)
@given(requests(), identity_policies())
def test_an_allowed_request_needs_its_allowing_statements(request: dict[str, Any], policy: Policy) -> None:
    decision = Evaluator(Policies(identity=(policy,))).decide(made(request))
    if not decision.is_allowed or "root" in request["principal"]:
        return
    kept = {ref.statement for ref in decision.statements}
    rest = tuple(one for index, one in enumerate(policy.statements) if index not in kept)
    assert not Evaluator(Policies(identity=(Policy(rest, policy.version),))).decide(made(request)).is_allowed
