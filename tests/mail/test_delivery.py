from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.errors import DataFolderError, NegativeAnswerError
from switch.mail import delivery
from switch.mail.delivery import mail_after_close, retry_mail
from switch.mail.letter import Letter
from switch.mail.outbox import OUTBOX_FILE, outbox_of, sending_alone
from switch.mail.queueing import NO_ADDRESS
from tests.mail.closed_day import (
    AIRLINE,
    EMAILS,
    FRIDAY,
    GROCER,
    HOTEL,
    MERCHANTS,
    NOW_MS,
    SHOP,
    SPECS,
    Clock,
    closed_day,
    letters,
    send,
    states,
    with_email,
    with_server,
)
from tests.support.day_builders import SATURDAY, journal_of
from tests.support.smtp_server import END, HANG_UP, SILENCE, PlayedServer, mail_server

ALL = dict.fromkeys(MERCHANTS, "sent")
IDS = sorted(f"<statement.504900.20261120.{merchant}@switch.example>" for merchant in MERCHANTS)


def files(data: Path) -> dict[str, bytes]:
    return {path.relative_to(data / "mail").as_posix(): path.read_bytes() for path in (data / "mail").rglob("*.eml")}


# As files


def test_without_a_server_each_merchant_has_a_file_that_is_its_owners_alone(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    run = mail_after_close(data, SPECS, FRIDAY, Clock())
    assert (run.queued, len(run.sent), run.folder) == (4, 4, str(data / "mail"))
    assert sorted(files(data)) == [f"{FRIDAY}/{merchant}.eml" for merchant in MERCHANTS]
    assert states(data) == ALL
    for path in (data / OUTBOX_FILE, *(data / "mail").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_sending_twice_writes_nothing_again_and_a_missing_file_is_written_as_it_was(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path), Clock()
    send(data, SPECS, clock)
    before = files(data)
    clock.later(60)
    assert send(data, SPECS, clock).touched == set()
    (data / "mail" / FRIDAY / f"{HOTEL}.eml").unlink()
    (data / "mail" / FRIDAY / f"{SHOP}.eml").write_bytes(b"")
    assert len(send(data, SPECS, clock).sent) == 2
    assert files(data) == before


@pytest.mark.parametrize("after", range(5))
def test_dying_as_files_are_written_and_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    data = closed_day(tmp_path)
    write = delivery._write_file
    written: list[str] = []

    def die(sender: delivery._Sender, letter: Letter) -> None:
        if len(written) == after:
            pytest.fail("died here")
        write(sender, letter)
        written.append(letter.merchant_id)

    with monkeypatch.context() as dying:
        dying.setattr(delivery, "_write_file", die)
        dying.setattr(delivery, "WRITTEN_AT_ONCE", 2)
        if after < 4:
            with pytest.raises(pytest.fail.Exception, match="died here"):
                send(data, SPECS)
        else:
            send(data, SPECS)
    clock = Clock()
    clock.later(1)
    send(data, SPECS, clock)
    other = closed_day(tmp_path / "other")
    send(other, SPECS)
    assert files(data) == files(other)
    assert states(data) == ALL


def test_files_of_other_kinds_go_with_the_message_before_the_text(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    folder = data / "days" / FRIDAY / "statements"
    for suffix in ("xlsx", "fr.pdf", "xml"):
        (folder / f"{HOTEL}.{suffix}").write_bytes(suffix.encode())
    (folder / f".{HOTEL}.pdf.partial").write_bytes(b"half")
    send(data, SPECS)
    assert [each.suffix for each in letters(data)[HOTEL].attachments] == ["pdf", "xlsx", "txt", "csv", "xml"]
    assert [each.suffix for each in letters(data)[SHOP].attachments] == ["txt", "csv"]


def test_a_close_that_adds_files_writes_the_messages_that_are_files_anew(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path), Clock()
    mail_after_close(data, SPECS, FRIDAY, clock)
    before = files(data)
    assert mail_after_close(data, SPECS, FRIDAY, clock).sent == []
    close_day(data, SPECS, FRIDAY, NOW_MS, also=("pdf", "xlsx"))
    assert len(mail_after_close(data, SPECS, FRIDAY, clock).sent) == 4
    assert [each.suffix for each in letters(data)[HOTEL].attachments] == ["pdf", "xlsx", "txt", "csv"]
    assert {name for name, content in files(data).items() if content != before[name]} == before.keys()


def test_a_missing_statement_stops_the_mail_and_says_what_writes_it(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    (data / "days" / FRIDAY / "statements" / f"{SHOP}.csv").unlink()
    with pytest.raises(DataFolderError, match=rf"{SHOP}.csv: found nothing there.*`switch day close {FRIDAY}` writes it"):
        send(data, SPECS)
    assert letters(data) == {}


# What is queued


def test_a_date_that_is_not_closed_has_no_mail(tmp_path: Path) -> None:
    with pytest.raises(NegativeAnswerError, match=f"business date {SATURDAY} is not closed"):
        send(closed_day(tmp_path), SPECS, date=SATURDAY)


def test_every_date_since_the_first_that_was_mailed_is_queued_and_the_last_one_at_first(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path), Clock()
    for number, date in enumerate((SATURDAY, "2026-11-22"), start=1):
        with journal_of(data) as journal:
            journal.decide(merchant_id=SHOP)
        close_day(data, SPECS, date, NOW_MS + number * 86_400_000)
        if date == SATURDAY:
            send(data, SPECS, clock)
    assert {each.business_date for each in letters(data).values()} == {SATURDAY}, "Friday was closed before mail was ever sent"
    assert send(data, SPECS, clock).queued == 1
    assert send(data, SPECS, clock, FRIDAY).queued == 4


def test_who_has_no_contract_any_more_has_failed_and_is_sent_once_there_is_one(tmp_path: Path) -> None:
    from attrs import evolve

    data = closed_day(tmp_path)
    others = {name: merchant for name, merchant in SPECS.merchants.items() if name != HOTEL}
    run = send(data, evolve(SPECS, merchants=others, default_contract=None))
    assert (len(run.sent), run.failed) == (3, [letters(data)[HOTEL].id])
    assert (letters(data)[HOTEL].state, letters(data)[HOTEL].said) == ("failed", NO_ADDRESS)
    assert len(retry_mail(data, SPECS, Clock(), HOTEL).sent) == 1
    assert letters(data)[HOTEL].recipient == EMAILS[HOTEL]


def test_one_sender_at_a_time(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with sending_alone(data), pytest.raises(DataFolderError, match="another command is sending"):
        send(data, SPECS)


def test_an_outbox_of_something_else_is_told(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    (data / OUTBOX_FILE).write_text("not a database, and long enough to be read as the header of one" * 20)
    with pytest.raises(DataFolderError, match=r"outbox.db: found .*, expected an outbox of Switch"):
        send(data, SPECS)
    with pytest.raises(DataFolderError, match=r"outbox.db: found .*, expected an outbox of Switch"):
        letters(data)


def test_a_close_queues_while_another_command_sends(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with sending_alone(data):
        assert mail_after_close(data, with_server(1), FRIDAY, Clock()).queued == 4
    assert set(states(data).values()) == {"queued"}


def test_a_merchant_off_the_wire_has_a_file_and_an_id_of_letters_and_digits(tmp_path: Path) -> None:
    from attrs import evolve

    strange = "../\N{LATIN SMALL LETTER E WITH ACUTE}>\r\nBcc"
    specs = evolve(SPECS, default_contract=evolve(SPECS.merchants[SHOP], id="", terminals=(), email="passage@switch.example"))
    data = closed_day(tmp_path, specs, merchants=(strange, SHOP))
    send(data, specs)
    (name,) = set(files(data)) - {f"{FRIDAY}/{SHOP}.eml"}
    assert name == f"{FRIDAY}/%2E%2E%2F%C3%A9%3E%0D%0ABcc.eml"
    letter = letters(data)[strange]
    assert (letter.recipient, len(letter.attachments)) == ("passage@switch.example", 2)
    assert letter.message_id.isascii()
    assert b"\nBcc" not in files(data)[name]


# To a mail server


def test_a_server_gets_every_message_once(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        specs = with_server(server.port)
        run = mail_after_close(data, specs, FRIDAY, Clock())
        assert (run.queued, run.sent, server.sessions) == (4, [], 0), "a close sends nothing to a server"
        assert len(send(data, specs).sent) == 4
        assert send(data, specs).touched == set()
        assert sorted(server.ids) == IDS
        assert {each.recipient for each in server.taken} == set(EMAILS.values())
        assert server.sessions == 1
    assert states(data) == ALL
    letter = letters(data)[SHOP]
    with outbox_of(data) as outbox:
        (attempt,) = outbox.attempts(letter)
    assert (attempt.outcome, attempt.code, attempt.said) == ("sent", 250, "250 2.0.0 taken")
    assert (letter.delivery, letter.attempt_count) == ("smtp", 1)
    assert not (data / "mail").exists()


def test_what_came_is_what_was_built_lines_with_dots_too(tmp_path: Path) -> None:
    from attrs import evolve

    from tests.mail.test_letter import whole

    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        specs = with_server(server.port)
        specs = evolve(
            specs, centre=evolve(specs.centre, name=".. dots .."), mail=evolve(specs.mail, reply_to="desk@bank.example")
        )
        send(data, specs)
        taken = {each.recipient: each.content for each in server.taken}
    assert taken == {EMAILS[merchant]: whole(data, merchant) for merchant in MERCHANTS}


@pytest.mark.parametrize("verb", ["RCPT", "DATA", END])
def test_a_lasting_refusal_bounces_one_message_and_the_others_go(tmp_path: Path, verb: str) -> None:
    data = closed_day(tmp_path)
    count = {"DATA": 0}

    def answer(asked: str, argument: str) -> str | None:
        if asked == "DATA":
            count["DATA"] += 1
            return "550 5.7.1 no" if verb == "DATA" and count["DATA"] == 3 else None
        return f"550 5.1.1 no such user\x1b[2J {'4507160000000010'}" if asked == verb and EMAILS[HOTEL] in argument else None

    with mail_server(PlayedServer(answer=answer)) as server:
        run = send(data, with_server(server.port))
        assert send(data, with_server(server.port)).touched == set()
        assert server.sessions == 1
    assert (len(run.sent), len(run.bounced)) == (3, 1)
    assert states(data) == {**ALL, HOTEL: "bounced"}
    said = letters(data)[HOTEL].said
    assert said.startswith("550 5.")
    assert "\x1b" not in said
    assert "4507160000000010" not in said


def test_a_refusal_for_now_is_tried_again_ever_later_and_then_has_failed(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path, merchants=(SHOP,)), Clock()
    with mail_server(PlayedServer(answer=lambda verb, _: "451 4.7.1 greylisted" if verb == "RCPT" else None)) as server:
        specs = with_server(server.port, retry_minutes=(1, 5))
        for minutes in (1, 5):
            assert len(send(data, specs, clock).later) == 1
            assert letters(data)[SHOP].next_attempt_ms == clock.now_ms + minutes * 60_000
            clock.later(minutes - 0.1)
            asked = len(server.asked)
            assert send(data, specs, clock).touched == set(), "not yet"
            assert len(server.asked) == asked
            clock.later(0.1)
        run = send(data, specs, clock)
        assert (len(run.later), len(run.failed)) == (0, 1)
        assert (letters(data)[SHOP].state, letters(data)[SHOP].said) == ("failed", "451 4.7.1 greylisted")
        with outbox_of(data) as outbox:
            assert [each.outcome for each in outbox.attempts(letters(data)[SHOP])] == ["later"] * 3
        server.answer = lambda _verb, _argument: None
        assert send(data, specs, clock).touched == set()
        assert len(retry_mail(data, specs, clock).sent) == 1
    assert states(data) == {SHOP: "sent"}


def test_waiting_sleeps_until_the_next_attempt(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path), Clock()
    refused: list[str] = []

    def answer(verb: str, argument: str) -> str | None:
        if verb == "RCPT" and argument not in refused:
            refused.append(argument)
            return "450 4.2.1 later"
        return None

    with mail_server(PlayedServer(answer=answer)) as server:
        run = delivery.send_mail(data, with_server(server.port), clock, sleep=clock.sleep)
    assert clock.slept == [60]
    assert (len(run.sent), run.later) == (4, [])
    assert states(data) == ALL


def test_a_full_mailbox_is_a_refusal_for_now(tmp_path: Path) -> None:
    data = closed_day(tmp_path, merchants=(SHOP,))
    with mail_server(PlayedServer(answer=lambda verb, _: "552 5.2.2 full" if verb == "RCPT" else None)) as server:
        assert len(send(data, with_server(server.port)).later) == 1


def test_a_server_that_closes_is_called_again_for_the_next_message(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    answer = {EMAILS[GROCER]: "421 4.3.2 closing"}
    with mail_server(PlayedServer(answer=lambda verb, who: answer.get(who) if verb == END else None)) as server:
        run = send(data, with_server(server.port))
        assert server.sessions == 2
    assert (len(run.sent), len(run.later)) == (3, 1)
    assert states(data) == {**ALL, GROCER: "queued"}


def test_a_session_that_ended_between_two_messages_costs_no_attempt(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        server.answer = lambda verb, _: HANG_UP if verb == "MAIL" and len(server.taken) == 2 and server.sessions == 1 else None
        assert len(send(data, with_server(server.port)).sent) == 4
        assert sorted(server.ids) == IDS
    assert {each.attempt_count for each in letters(data).values()} == {1}


def test_a_connection_that_breaks_in_mid_message_leaves_it_queued(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path, merchants=(SHOP,)), Clock()
    with mail_server(PlayedServer(data_bytes_max=10)) as server:
        specs = with_server(server.port)
        run = send(data, specs, clock)
        assert len(run.later) == 1
        server.data_bytes_max = None
        clock.later(1)
        run = send(data, specs, clock)
        assert (len(run.sent), len(server.taken)) == (1, 1)


def test_a_server_that_always_hangs_up_is_left_alone(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer(answer=lambda verb, _: HANG_UP if verb == "DATA" else None)) as server:
        run = send(data, with_server(server.port))
    assert "ended 3 sessions in a row: the connection was closed in the middle" in run.stopped
    assert letters(data)[SHOP].attempt_count == 0


def test_no_answer_to_the_last_byte_is_a_doubt_and_the_same_message_id_goes_again(tmp_path: Path) -> None:
    data, clock = closed_day(tmp_path), Clock()
    with mail_server(PlayedServer()) as server:
        server.answer = lambda verb, who: HANG_UP if verb == END and who == EMAILS[HOTEL] and len(server.taken) < 3 else None
        specs = with_server(server.port)
        run = send(data, specs, clock)
        assert (len(run.sent), len(run.later)) == (3, 1)
        with outbox_of(data) as outbox:
            assert outbox.in_doubt() == {letters(data)[HOTEL].id}
        clock.later(1)
        run = send(data, specs, clock)
        assert (len(run.sent), len(run.in_doubt)) == (1, 1)
        assert sorted(server.ids) == sorted([*IDS, f"<statement.504900.20261120.{HOTEL}@switch.example>"])
        twice = [each.content for each in server.taken if each.recipient == EMAILS[HOTEL]]
        assert twice[0] == twice[1]
    assert states(data) == ALL


def test_a_sender_that_is_refused_stops_the_run_and_bounces_nobody(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer(answer=lambda verb, _: "553 5.7.1 who are you" if verb == "MAIL" else None)) as server:
        run = send(data, with_server(server.port))
    assert run.stopped == "mail.toml: smtp: the server refuses the sender releves@switch.example: 553 5.7.1 who are you"
    assert set(states(data).values()) == {"queued"}


def test_nobody_at_the_address_leaves_all_queued_and_counts_no_attempt(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        port = server.port
    run = send(data, with_server(port))
    assert run.stopped.startswith(f"mail server 127.0.0.1:{port}: ")
    assert {(each.state, each.attempt_count) for each in letters(data).values()} == {("queued", 0)}


# Again


def test_a_bounce_is_tried_again_at_the_address_of_today(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        server.answer = lambda verb, who: "550 5.1.1 unknown" if verb == "RCPT" and EMAILS[HOTEL] in who else None
        specs = with_server(server.port)
        send(data, specs)
        run = retry_mail(data, with_email(specs, HOTEL, "new@riad.example"), Clock())
        assert len(run.sent) == 1
        assert [each.recipient for each in server.taken][-1] == "new@riad.example"
        assert sorted(server.ids) == IDS
        for merchant in (None, HOTEL):
            with pytest.raises(NegativeAnswerError, match="everything was sent"):
                retry_mail(data, specs, Clock(), merchant)


def test_a_message_that_was_a_file_goes_to_a_server_where_its_merchant_is_named(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    send(data, SPECS)
    with mail_server(PlayedServer()) as server:
        specs = with_server(server.port)
        assert send(data, specs).touched == set()
        assert len(retry_mail(data, specs, Clock(), AIRLINE).sent) == 1
        with pytest.raises(NegativeAnswerError, match="everything was sent"):
            retry_mail(data, specs, Clock(), AIRLINE)
        assert len(server.taken) == 1


def test_nobody_to_try_again(tmp_path: Path) -> None:
    with pytest.raises(
        NegativeAnswerError, match=f"no message of merchant X and {FRIDAY} is to be tried again: there are none"
    ):
        retry_mail(closed_day(tmp_path), SPECS, Clock(), "X", FRIDAY)


# Killed

SENDER = """
import sys, time
from pathlib import Path
from tests.mail.closed_day import SPECS, with_server
from switch.mail.delivery import send_mail
send_mail(Path(sys.argv[1]), with_server(int(sys.argv[2])), lambda: int(sys.argv[3]))
"""


def killed(data: Path, server: PlayedServer) -> None:
    """A sender that is killed when the server has reached what the test waits for."""
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(data), str(server.port), str(NOW_MS)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert server.reached.wait(30)
    sender.send_signal(signal.SIGKILL)
    assert sender.wait(30) == -signal.SIGKILL


def silent_at(server: PlayedServer, wanted: str) -> None:
    """The server says nothing more at the first such verb of the third message."""

    def answer(verb: str, _: str) -> str | None:
        if verb != wanted or len(server.taken) != 2 or server.reached.is_set():
            return None
        server.reached.set()
        return SILENCE

    server.answer = answer


def test_killed_between_the_last_byte_and_the_answer(tmp_path: Path) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        silent_at(server, END)
        killed(data, server)
        assert list(states(data).values()).count("sent") == 2
        run = send(data, with_server(server.port))
        assert (len(run.sent), len(run.in_doubt)) == (2, 1), "the one window: it may be there twice, under one Message-ID"
        assert sorted(set(server.ids)) == IDS
        assert len(server.ids) == 5
    assert states(data) == ALL


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_killed_before_the_last_byte(tmp_path: Path, verb: str) -> None:
    data = closed_day(tmp_path)
    with mail_server(PlayedServer()) as server:
        silent_at(server, verb)
        killed(data, server)
        run = send(data, with_server(server.port))
        assert (len(run.sent), run.in_doubt) == (2, [])
        assert sorted(server.ids) == IDS, "each once"
    assert states(data) == ALL
