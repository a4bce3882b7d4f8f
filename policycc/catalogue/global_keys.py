"""Global condition keys, and whether a request always carries them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, the "Availability" of
each key. Tag keys (`aws:RequestTag`, `aws:ResourceTag`, `aws:TagKeys`) are not here: whether a request carries those
depends on action and resource, which is what the catalogue says.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Presence(Enum):
    """When a request carries a global key."""

    ALWAYS = "always"
    MAYBE = "maybe"  # depends on who calls, or by which way


GLOBAL_KEYS: Mapping[str, Presence] = {
    "aws:calledvia": Presence.MAYBE,
    "aws:calledviafirst": Presence.MAYBE,
    "aws:calledvialast": Presence.MAYBE,
    "aws:currenttime": Presence.ALWAYS,
    "aws:epochtime": Presence.ALWAYS,
    "aws:federatedprovider": Presence.MAYBE,
    "aws:multifactorauthage": Presence.MAYBE,
    "aws:multifactorauthpresent": Presence.MAYBE,
    "aws:principalaccount": Presence.ALWAYS,
    "aws:principalarn": Presence.ALWAYS,
    "aws:principalisawsservice": Presence.ALWAYS,
    "aws:principalorgid": Presence.MAYBE,
    "aws:principalorgpaths": Presence.MAYBE,
    "aws:principalservicename": Presence.MAYBE,
    "aws:principalservicenameslist": Presence.MAYBE,
    "aws:principaltag/*": Presence.MAYBE,
    "aws:principaltype": Presence.ALWAYS,
    "aws:referer": Presence.MAYBE,
    "aws:requestedregion": Presence.ALWAYS,
    "aws:resourceaccount": Presence.MAYBE,
    "aws:resourceorgid": Presence.MAYBE,
    "aws:resourceorgpaths": Presence.MAYBE,
    "aws:securetransport": Presence.ALWAYS,
    "aws:sourceaccount": Presence.MAYBE,
    "aws:sourcearn": Presence.MAYBE,
    "aws:sourceidentity": Presence.MAYBE,
    "aws:sourceip": Presence.MAYBE,
    "aws:sourceorgid": Presence.MAYBE,
    "aws:sourceorgpaths": Presence.MAYBE,
    "aws:sourcevpc": Presence.MAYBE,
    "aws:sourcevpce": Presence.MAYBE,
    "aws:tokenissuetime": Presence.MAYBE,
    "aws:useragent": Presence.MAYBE,
    "aws:userid": Presence.ALWAYS,
    "aws:username": Presence.MAYBE,
    "aws:viaawsservice": Presence.ALWAYS,
    "aws:vpceaccount": Presence.MAYBE,
    "aws:vpceorgid": Presence.MAYBE,
    "aws:vpceorgpaths": Presence.MAYBE,
    "aws:vpcsourceip": Presence.MAYBE,
    "aws:ec2instancesourceprivateipv4": Presence.MAYBE,
    "aws:ec2instancesourcevpc": Presence.MAYBE,
    "ec2:roledelivery": Presence.MAYBE,
    "ec2:sourceinstancearn": Presence.MAYBE,
    "glue:roleassumedby": Presence.MAYBE,
    "glue:credentialissuingservice": Presence.MAYBE,
    "lambda:sourcefunctionarn": Presence.MAYBE,
    "ssm:sourceinstancearn": Presence.MAYBE,
    "identitystore:userid": Presence.MAYBE,
}
"""By lower-case name; `/*` stands for any tag key."""
