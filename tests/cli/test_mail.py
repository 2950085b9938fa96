from __future__ import annotations

import shutil
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from switch.specs.folder import default_folder
from tests.cli.command import run
from tests.mail.closed_day import AIRLINE, EMAILS, FRIDAY, GROCER, HOTEL, MERCHANTS, SHOP, closed_day
from tests.mail.test_bounces import report
from tests.support.day_builders import journal_of
from tests.support.json_schema import mistakes, schema_of
from tests.support.smtp_server import PlayedServer, mail_server


def specs_with(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "specs"
    shutil.copytree(default_folder(), folder)
    (folder / "mail.toml").write_text(text)
    return folder


def server_toml(server: PlayedServer, more: str = "") -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n{more}'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return closed_day(tmp_path / "var")


def test_a_close_writes_the_messages_and_closing_again_what_is_missing(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with journal_of(data, FRIDAY) as journal:
        journal.decide(merchant_id=SHOP)
    closed = run("day", "close", FRIDAY, "--data", data)
    assert (closed.code, closed.err) == (0, "")
    file = data / "mail" / FRIDAY / f"{SHOP}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == EMAILS[SHOP]
    shutil.rmtree(data / "mail")
    (data / "outbox.db").unlink()
    assert run("day", "close", FRIDAY, "--data", data).code == 1
    assert file.is_file(), "whoever died behind the close closes again"


def test_the_outbox_is_listed_and_shown(data: Path) -> None:
    assert run("mail", "send", "--data", data).out == f"4 messages written to {data}/mail\n"
    assert run("mail", "send", "--data", data).out == "nothing to send: every message is sent, or waits for its time\n"
    listed = run("mail", "list", "--data", data)
    assert [line.split()[1::4] for line in listed.out.splitlines()[1:]] == [[each, EMAILS[each]] for each in MERCHANTS]
    assert {line.split()[2] for line in listed.out.splitlines()[1:]} == {"written"}, "no server took it"
    shown = run("mail", "show", AIRLINE, "--data", data).out
    for part in ("Message-ID", f"{data}/mail/{FRIDAY}/{AIRLINE}.eml", "Amount credited", f"{AIRLINE}-{FRIDAY}.csv"):
        assert part in shown
    assert [each["merchant_id"] for each in run("mail", "list", "--data", data, "--json").json] == list(MERCHANTS)
    assert run("mail", "list", "--data", data, "--state", "bounced").code == 1
    assert run("mail", "list", "--month", "2026-11", "--data", data).out == listed.out
    assert run("mail", "list", "--from", "21/11/2026", "--data", data).code == 1
    assert run("mail", "list", "--date", FRIDAY, "--month", "2026-11", "--data", data).code == 2
    assert run("mail", "list", "--data", data, "--date", "21/11/2026").code == 1


def test_in_french(data: Path) -> None:
    words = ("--data", data, "--lang", "fr")
    assert run("mail", "send", *words).out == f"4 messages enregistrés dans {data}/mail\n"
    assert run("mail", "send", *words).out == "rien à envoyer : chaque message est envoyé, ou attend son heure\n"
    assert "enregistré" in run("mail", "list", *words).out
    shown = run("mail", "show", GROCER, *words).out
    assert "pièces jointes" in shown
    assert "journée comptable  20/11/2026" in shown
    refused = run("mail", "send", "--date", "2026-11-27", *words)
    assert (refused.code, refused.sentence) == (
        1,
        "la journée comptable 27/11/2026 n'est pas arrêtée : elle n'a pas de relevés à envoyer",
    )
    assert run("mail", "retry", *words).sentence == "aucun message à renvoyer : tout est envoyé"


def test_a_server_that_refuses_one_ends_with_1_and_says_who(data: Path, tmp_path: Path) -> None:
    answer = {HOTEL: "550 5.1.1 no such user", SHOP: "451 4.7.1 later"}
    by_email = {EMAILS[merchant]: said for merchant, said in answer.items()}
    with mail_server(PlayedServer()) as server:
        server.answer = lambda verb, who: by_email.get(who[len("TO:<") : -1]) if verb == "RCPT" else None
        specs = specs_with(tmp_path, server_toml(server))
        sent = run("mail", "send", "--data", data, "--specs", specs)
        assert (sent.code, sent.out) == (1, "2 messages sent\n")
        assert f"{HOTEL} of {FRIDAY}: bounced: 550 5.1.1 no such user" in sent.err
        assert f"{SHOP} of {FRIDAY}: to be tried again at 20" in sent.err
        shown = run("mail", "show", HOTEL, "--data", data, "--specs", specs)
        assert "550 5.1.1 no such user" in shown.out
        assert "refused" in shown.out
        by_email.clear()
        again = run("mail", "retry", "--data", data, "--specs", specs, "--json")
        assert (again.code, again.json["sent_count"]) == (0, 2)
        assert len(server.taken) == 4
        one = run("mail", "retry", HOTEL, "--data", data, "--specs", specs)
        assert (one.code, one.sentence) == (1, f"no message of merchant {HOTEL} is to be tried again: everything was sent")


def test_a_server_that_is_not_there_ends_with_3(data: Path, tmp_path: Path) -> None:
    with mail_server(PlayedServer()) as server:
        pass
    specs = specs_with(tmp_path, server_toml(server))
    sent = run("mail", "send", "--data", data, "--specs", specs)
    assert (sent.code, sent.out) == (3, "")
    assert sent.sentence == f"mail server 127.0.0.1:{server.port}: Connection refused"
    assert {each["state"] for each in run("mail", "list", "--data", data, "--json").json} == {"queued"}


def test_the_whole_message_goes_to_a_file(data: Path) -> None:
    import os
    import subprocess
    import sys

    run("mail", "send", "--data", data)
    command = [sys.executable, "-m", "switch", "mail", "show", GROCER, "--eml", "--data", str(data)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    whole = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
    assert whole == (data / "mail" / FRIDAY / f"{GROCER}.eml").read_bytes()
    assert run("mail", "show", GROCER, "--eml", "--json", "--data", data).code == 2
    assert run("mail", "show", "NOBODY", "--data", data).sentence == "merchant NOBODY has no message in the outbox"


def test_specs_check_tells_of_the_mail_line(tmp_path: Path) -> None:
    specs = specs_with(tmp_path, '[smtp]\nhost = "mail.example"\nca = "ca.pem"\n')
    checked = run("specs", "check", "--specs", specs)
    assert checked.code == 2
    assert checked.sentence.startswith(f"mail.toml: smtp: ca: found no file {specs}/ca.pem, expected certificates in PEM")
    (specs / "mail.toml").write_text('[smtp]\nhost = "mail.example"\npassword = "x"\n')
    assert "a login in the specification" in run("specs", "check", "--specs", specs).err
    (specs / "mail.toml").write_text('[smtp]\nhost = "mail.example"\n')
    assert run("specs", "check", "--specs", specs).code == 0


def test_a_merchant_whose_contract_is_gone_is_named(tmp_path: Path) -> None:
    data = closed_day(tmp_path / "var")
    specs = specs_with(tmp_path, "")
    merchants = specs / "merchants.toml"
    merchants.write_text(merchants.read_text().replace(f'id = "{HOTEL}"', 'id = "HOTEL0000000002"'))
    sentence = f"switch: {HOTEL} of {FRIDAY}: failed: no contract of the specification names an address for it\n"
    closed = run("day", "close", FRIDAY, "--data", data, "--specs", specs)
    assert closed.err == sentence
    assert run("mail", "send", "--data", data, "--specs", specs).code == 0, "it was told once"
    again = run("mail", "retry", "--data", data, "--specs", specs, "--lang", "fr")
    assert (again.code, again.err) == (1, f"switch: {HOTEL} du 20/11/2026 : échoué : aucun contrat ne donne son adresse\n")
    assert run("mail", "retry", "--data", data).code == 0


def test_reports_of_what_came_back_are_read(tmp_path: Path) -> None:
    data, server = closed_day(tmp_path / "var"), PlayedServer()
    with mail_server(server):
        specs = specs_with(tmp_path, server_toml(server))
        assert run("mail", "send", "--data", data, "--specs", specs).code == 0
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "1.eml").write_bytes(report(HOTEL, at_s=int(time.time()) + 60))
    (tmp_path / "box" / "2.eml").write_bytes(b"Subject: hello\r\n\r\n")
    told = run("mail", "bounces", tmp_path / "box", "--data", data)
    assert (told.code, told.out) == (1, "1 message bounced\n1 message not a report\n")
    assert told.sentence == f"{HOTEL} of {FRIDAY}: bounced: 550 5.1.1 no such user"
    again = run("mail", "bounces", tmp_path / "box", "--data", data, "--json")
    assert (again.code, again.json["known_count"], again.json["bounced"]) == (0, 1, [])
    assert mistakes(again.json, schema_of("mail-bounces")) == []
    french = run("mail", "bounces", tmp_path / "box", "--data", data, "--lang", "fr")
    assert french.out == "0 messages rejetés\n1 rapport déjà connu\n1 message qui n'est pas un rapport\n"
    shown = run("mail", "show", HOTEL, "--data", data).out
    assert "delivery report" in shown
    assert run("check", "--data", data).code == 0
