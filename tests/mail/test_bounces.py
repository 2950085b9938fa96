"""Messages that come back after a server took them: which reports count, once, and what else lies in a mailbox."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

import pytest

from switch.errors import SwitchError
from switch.mail.bounces import BouncesRead, read_bounces, report_of
from switch.mail.delivery import retry_mail
from switch.mail.outbox import outbox_of
from tests.mail.closed_day import GROCER, HOTEL, NOW_MS, Clock, closed_day, letters, send, states, with_server
from tests.support.smtp_server import PlayedServer, mail_server

LATER_S = NOW_MS // 1000 + 3_600


def message_id(merchant: str) -> str:
    return f"<statement.504900.20261120.{merchant}@switch.example>"


def report(
    merchant: str,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 no such user",
    at_s: int = LATER_S,
    original: str = "message/rfc822",
    headers: str = "",
) -> bytes:
    """A report of delivery as mail servers write it."""
    body = {
        "message/rfc822": f"Message-ID: {message_id(merchant)}\r\nSubject: x\r\n\r\nbody\r\n",
        "text/rfc822-headers": f"Message-ID: {message_id(merchant)}\r\nSubject: x\r\n",
        "text/plain": "nothing\r\n",
    }[original]
    return (
        f"From: MAILER-DAEMON@mail.example\r\nTo: releves@switch.example\r\nDate: {formatdate(at_s)}\r\n{headers}"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--=b\r\nContent-Type: text/plain\r\n\r\nYour message came back.\r\n"
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; x@y.example\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {said}\r\n\r\n"
        f"--=b\r\nContent-Type: {original}\r\n\r\n{body}\r\n--=b--\r\n"
    ).encode()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder whose messages a server has taken."""
    folder = closed_day(tmp_path / "var")
    server = PlayedServer()
    with mail_server(server):
        assert len(send(folder, with_server(server.port)).sent) == 4
    return folder


def read(data: Path, *paths: Path) -> BouncesRead:
    with outbox_of(data, to_write=True) as outbox:
        return read_bounces(outbox, paths, NOW_MS)


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_makes_its_message_bounce_with_the_reason(data: Path, tmp_path: Path, original: str) -> None:
    path = put(tmp_path, "report.eml", report(HOTEL, original=original))
    assert len(read(data, path).bounced) == 1
    assert states(data)[HOTEL] == "bounced"
    assert letters(data)[HOTEL].said == "550 5.1.1 no such user"
    assert [state for merchant, state in states(data).items() if merchant != HOTEL] == ["sent"] * 3


def test_a_report_read_twice_counts_once(data: Path, tmp_path: Path) -> None:
    path = put(tmp_path, "report.eml", report(HOTEL))
    assert len(read(data, path, path).bounced) == 1
    again = read(data, path)
    assert (again.bounced, again.known) == ([], 1)


def test_a_report_of_before_the_message_was_sent_again_changes_nothing(data: Path, tmp_path: Path) -> None:
    path = put(tmp_path, "report.eml", report(HOTEL))
    read(data, path)
    clock, server = Clock(), PlayedServer()
    clock.later(24 * 60)
    with mail_server(server):
        assert len(retry_mail(data, with_server(server.port), clock, HOTEL).sent) == 1
    assert server.ids == [message_id(HOTEL)]
    found = read(data, path)
    assert (found.bounced, found.known, states(data)[HOTEL]) == ([], 1, "sent")
    put(tmp_path, "second.eml", report(HOTEL, at_s=LATER_S + 48 * 3_600))
    assert len(read(data, tmp_path / "second.eml").bounced) == 1


def test_what_is_late_there_or_of_other_mail_changes_nothing(data: Path, tmp_path: Path) -> None:
    box = tmp_path / "box"
    put(box, "1", report(HOTEL, action="delayed", status="4.4.1"))
    put(box, "2", report(HOTEL, action="delivered", status="2.0.0"))
    put(box, "3", report("SOMEBODYELSE"))
    put(box, "4", b"Subject: hello\r\n\r\nno report\r\n")
    put(box, "5", b"\xff\x00 no message at all")
    found = read(data, box)
    assert (found.bounced, found.delayed, found.foreign, found.others) == ([], 2, 1, 2)
    assert set(states(data).values()) == {"sent"}


def test_parts_within_parts_without_end_keep_no_report_behind_them_from_being_read(data: Path, tmp_path: Path) -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (each, each) for each in range(2_000))
    box = tmp_path / "box"
    put(box, "1", b"Subject: deep\r\n" + deep)
    put(box, "2", report(HOTEL))
    found = read(data, box)
    assert (len(found.bounced), found.others) == (1, 1)


def test_a_report_that_gives_nothing_back_is_known_by_what_it_answers_to(data: Path, tmp_path: Path) -> None:
    content = report(GROCER, original="text/plain", headers=f"In-Reply-To: {message_id(GROCER)}\r\n")
    assert len(read(data, put(tmp_path, "r.eml", content)).bounced) == 1


def test_a_maildir_an_mbox_and_a_folder_are_read(data: Path, tmp_path: Path) -> None:
    maildir = tmp_path / "Maildir"
    put(maildir, "new/1", report(HOTEL))
    put(maildir, "cur/2:2,S", report(GROCER))
    put(maildir, "tmp/3", report("AIRLINE00000001"))
    assert len(read(data, maildir).bounced) == 2
    mbox = b"From x Fri\n" + report("AIRLINE00000001") + b"\nFrom y Fri\n" + report("SUPERMARCHE0001")
    assert len(read(data, put(tmp_path, "mbox", mbox)).bounced) == 2


def test_a_path_that_is_not_there_is_one_sentence(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SwitchError, match="found nothing there, expected a message, an mbox or a folder of messages"):
        read(data, tmp_path / "none")


def test_a_reason_is_safe_to_show() -> None:
    found = report_of(report(HOTEL, said="smtp; 550 \x1b[2J card 4507160000000010"))
    assert found is not None
    assert "\x1b" not in found.said
    assert "4507160000000010" not in found.said
