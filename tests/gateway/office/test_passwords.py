"""Passwords of merchants: what is kept of them, and what is right."""

from __future__ import annotations

from switch.gateway.office.passwords import password_is, password_record


def test_a_record_knows_its_password_and_no_other() -> None:
    first, second = password_record("a clerk's long password"), password_record("a clerk's long password")
    assert first != second, "each has a salt of its own"
    assert "clerk" not in first
    assert first.startswith("scrypt$16384$8$5$")
    assert password_is("a clerk's long password", first)
    assert not password_is("a clerk's long passworD", first)


def test_what_is_no_record_has_no_password() -> None:
    for broken in (None, "", "scrypt$1$2", "scrypt$x$8$5$AA==$AA==", "plain$16384$8$5$AA==$AA=="):
        assert not password_is("", broken)
