"""The typed values of conditions: numbers, dates, addresses, bytes. A reader gives None for what is not of its type.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_EPOCH = re.compile(r"-?[0-9]{5,15}(\.[0-9]{1,9})?|[0-9]{1,3}(\.[0-9]{1,9})?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_START = datetime(1970, 1, 1, tzinfo=UTC)

Network = tuple[int, int, int]
"""IP version, first address and last address as integers."""


_LONGEST_INTEGER = 10**1000


def number_text(value: float) -> str | None:
    """A number of a document or a request as the text that AWS compares; None for what JSON has no number for, and for
    integers of more than 1,000 digits."""
    if isinstance(value, int):
        return str(value) if -_LONGEST_INTEGER < value < _LONGEST_INTEGER else None
    return repr(value) if math.isfinite(value) else None


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """An integer or decimal number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def date(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 date in the W3C profile (a time needs its zone), or of an epoch time.

    Four digits alone are a year."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=_zone(zone),
        )  # fmt: skip
        since = moment - _START
    except (ValueError, OverflowError):
        return None
    return Decimal(since.days * 86400 + since.seconds) + Decimal(fraction or 0)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=4096)
def address(text: str) -> tuple[int, int] | None:
    """An IPv4 or IPv6 address as version and integer."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if "%" in text:
        return None
    return found.version, int(found)


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """A CIDR block; a bare address is the block of that one address. Bits beyond the prefix are ignored."""
    if "%" in text or not re.fullmatch(r"[^/]+(/[0-9]{1,3})?", text):
        return None
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return found.version, int(found.network_address), int(found.broadcast_address)


def binary(text: str) -> bytes | None:
    """The bytes that base64 text stands for."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
