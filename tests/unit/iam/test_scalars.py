"""Typed values: what is one, what is none, and what they are worth."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from policycc.iam.scalars import address, binary, date, network, number, number_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-1", "-1"),
        ("+1", "1"),
        ("1.50", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("9007199254740993", "9007199254740993"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


def test_numbers_as_text() -> None:
    longest = 10**1000 - 1
    for value in (0, -1, 7, longest, -longest, 0.5, -1.25, 1e300):
        assert number_text(value) == repr(value)
    for none in (longest + 1, -longest - 1, 10**5000, math.inf, -math.inf, math.nan):
        assert number_text(none) is None


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1_0", "0x1", "nan", "inf", ".", "1e", "٣", "1" * 41, "1e9999"])
def test_no_numbers(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970", "0"),
        ("1970-01", "0"),
        ("1970-01-02", "86400"),
        ("1970-01-01T00:01Z", "60"),
        ("1970-01-01T00:00:01Z", "1"),
        ("1970-01-01T00:00:01.25Z", "1.25"),
        ("1970-01-01T01:00:00+01:00", "0"),
        ("1969-12-31T23:30:00-00:30", "0"),
        ("1969-12-31", "-86400"),
        ("2026-11-23T12:00:00Z", "1795435200"),
        ("1795435200", "1795435200"),
        ("1795435200.5", "1795435200.5"),
        ("0", "0"),
        ("-86400", "-86400"),
    ],
)
def test_dates(text: str, seconds: str) -> None:
    assert date(text) == Decimal(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13-01",
        "2026-02-30",
        "2026-1-1",
        "0000-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T24:01:00Z",
        "2026-01-01T00:00:00+99:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00Z",
    ],
)
def test_no_dates(text: str) -> None:
    assert date(text) is None


def test_four_digits_are_a_year_and_other_numbers_seconds() -> None:
    assert date("2026") == date("2026-01-01")
    assert date("12345") == Decimal(12345)
    assert date("123") == Decimal(123)


def test_addresses() -> None:
    assert address("10.0.0.1") == (4, 0x0A000001)
    assert address("::1") == (6, 1)
    for text in ("", "10.0.0", "10.0.0.256", "010.0.0.1", "fe80::1%eth0", "10.0.0.1/32"):
        assert address(text) is None


def test_networks() -> None:
    assert network("10.0.0.1") == (4, 0x0A000001, 0x0A000001)
    assert network("10.0.0.7/24") == (4, 0x0A000000, 0x0A0000FF)
    assert network("0.0.0.0/0") == (4, 0, 0xFFFFFFFF)
    assert network("2001:db8::/126") == (6, 0x20010DB8 << 96, (0x20010DB8 << 96) + 3)
    for text in ("", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0.0/", "fe80::%1/64", "x"):
        assert network(text) is None


def test_binary() -> None:
    assert binary("QmFzZTY0") == b"Base64"
    assert binary("") == b""
    for text in ("Qm", "QmFzZTY0\n", "é", "Q*=="):
        assert binary(text) is None
