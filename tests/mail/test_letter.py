from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.endofday import books
from switch.errors import DataFolderError
from switch.mail.delivery import mail_after_close
from switch.mail.letter import MEDIA_TYPES, Letter, bytes_of, message_id_of
from switch.mail.wording import WORDING
from switch.settlement import payouts
from switch.settlement.bank_account import grouped_rib
from switch.settlement.statement import Head
from tests.mail.closed_day import AIRLINE, FRIDAY, GROCER, SPECS, Clock, closed_day, letters, send

CARD = "4507160000000010"


def head_of(data: Path, merchant: str) -> Head:
    with books.opened(data) as connection:
        key = {"business_date": FRIDAY, "merchant_id": merchant}
        return Head.from_row(connection.execute(payouts.STATEMENT_HEAD, key).fetchone())


def parsed(content: bytes) -> EmailMessage:
    """The message, in which the library finds no fault."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk() if part.defects] == []
    assert all(not value.defects for part in found.walk() for value in part.values() if hasattr(value, "defects"))
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.mail.closed_day import SPECS

    data = closed_day(tmp_path_factory.mktemp("letter"))
    send(data, SPECS)
    return data


def whole(data: Path, merchant: str, letter: dict[str, Any] | None = None, head: dict[str, Any] | None = None) -> bytes:
    return bytes_of(evolve(letters(data)[merchant], **(letter or {})), evolve(head_of(data, merchant), **(head or {})), data)


def test_a_message_has_its_statement_as_files(data: Path) -> None:
    message = parsed(whole(data, GROCER))
    assert (message["From"], message["To"]) == ("Switch <releves@switch.example>", "epicerie@babelkhemis.example")
    assert message["Message-ID"] == f"<statement.504900.20261120.{GROCER}@switch.example>"
    assert message["Subject"] == f"Relevé monétique du 20/11/2026 - {head_of(data, GROCER).name} ({GROCER})"
    assert message["Reply-To"] is None
    folder = data / "days" / FRIDAY / "statements"
    found = {part.get_filename(): part for part in message.iter_attachments()}
    assert list(found) == [f"{GROCER}-{FRIDAY}.txt", f"{GROCER}-{FRIDAY}.csv"]
    for suffix in ("txt", "csv"):
        part = found[f"{GROCER}-{FRIDAY}.{suffix}"]
        assert part.get_payload(decode=True) == (folder / f"{GROCER}.{suffix}").read_bytes()
        assert part.get_content_type() == MEDIA_TYPES[suffix]
    body = message.get_body(("plain",))
    assert body is not None
    assert "Net crédité" in body.get_content()
    assert "100,00 MAD" in body.get_content()


def test_the_language_is_the_merchants(data: Path) -> None:
    message = parsed(whole(data, AIRLINE))
    assert message["Subject"] == f"Merchant statement of {FRIDAY} - AIR CEDRE ({AIRLINE})"
    assert message["Content-Language"] == "en"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Hello,")
    assert WORDING["fr"].keys() == WORDING["en"].keys()


def test_the_bytes_are_the_same_every_time_and_are_ascii_lines(data: Path) -> None:
    content = whole(data, GROCER)
    assert content == whole(data, GROCER)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_a_number_like_a_cards_is_masked_and_a_merchants_own_number_is_not(data: Path) -> None:
    content = whole(data, GROCER, {"sender_name": f"Desk {CARD}"}, {"name": CARD, "merchant_id": "000000000000123"})
    message = parsed(content)
    body = message.get_body(("plain",))
    assert body is not None
    told = f"{message['Subject']} {message['From']} {body.get_content()}"
    assert CARD not in told
    assert "000000000000123" in message["Subject"]


@given(
    text=st.text(max_size=60)
    | st.just("X\r\nBcc: thief@evil.example\r\n\r\nbody")
    | st.just("=?utf-8?q?=0D=0ABcc:?=")
    | st.just('a"b <c@d.example>, e')
)
def test_no_text_of_a_stranger_makes_a_header(data: Path, text: str) -> None:
    message = parsed(whole(data, GROCER, {"sender_name": text}, {"name": text, "city": text, "merchant_id": text or "X"}))
    assert set(message.keys()) == {
        *("Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "Content-Language"),
        *("MIME-Version", "Content-Type"),
    }
    assert [address.addr_spec for address in message["To"].addresses] == ["epicerie@babelkhemis.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["releves@switch.example"]
    assert len(list(message.iter_attachments())) == 2


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "", "a b@c.example"])
def test_an_address_that_is_none_is_never_written(data: Path, address: str) -> None:
    for key in ("recipient", "sender", *(["reply_to"] if address else [])):
        with pytest.raises(DataFolderError, match="expected an e-mail address"):
            whole(data, GROCER, {key: address})


def test_an_id_off_a_wire_is_a_digest_in_the_message_id() -> None:
    strange = message_id_of("504900", FRIDAY, "É>\r\n<@", "a@b.example")
    assert strange.startswith("<statement.504900.20261120.x")
    assert strange.isascii()
    assert strange.count(">") == 1
    assert message_id_of("504900", FRIDAY, "A", "a@b.example", "000285") == "<statement.504900.20261120.A.000285@b.example>"


def test_a_file_that_was_changed_is_not_sent(tmp_path: Path) -> None:
    from tests.mail.closed_day import SPECS

    data = closed_day(tmp_path)
    send(data, SPECS)
    letter, head = letters(data)[GROCER], head_of(data, GROCER)
    path = data / "days" / FRIDAY / "statements" / f"{GROCER}.csv"
    path.write_text("forged")
    with pytest.raises(DataFolderError, match="found a file that was changed") as refused:
        bytes_of(letter, head, data)
    assert f"`switch day close {FRIDAY}` writes it from the books" in str(refused.value)
    path.unlink()
    with pytest.raises(DataFolderError, match="No such file"):
        bytes_of(letter, head, data)


def test_a_row_gives_the_letter_back(data: Path) -> None:
    letter = letters(data)[GROCER]
    assert isinstance(letter, Letter)
    assert [each.suffix for each in letter.attachments] == ["txt", "csv"]
    assert letter.file_name == f"{FRIDAY}/{GROCER}.eml"


def test_a_message_in_arabic_keeps_each_value_in_its_own_direction(tmp_path: Path) -> None:
    specs = evolve(SPECS, merchants={**SPECS.merchants, GROCER: evolve(SPECS.merchants[GROCER], language="ar")})
    data = closed_day(tmp_path, specs)
    mail_after_close(data, specs, FRIDAY, Clock())
    message = parsed((data / "mail" / FRIDAY / f"{GROCER}.eml").read_bytes())
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "السلام عليكم" in text
    assert f"\N{LEFT-TO-RIGHT ISOLATE}{grouped_rib(SPECS.merchants[GROCER].rib)}\N{POP DIRECTIONAL ISOLATE}" in text
    assert str(message["Subject"]).startswith("كشف عمليات")
