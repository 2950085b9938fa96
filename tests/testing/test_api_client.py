"""The client of the control API, as a tester of a gateway has it: against a whole centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.errors import SwitchError, UnreachableError
from switch.testing.client import ApiProblemError, SwitchClient
from tests.cli.command import run
from tests.support.sold import Seller
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long  # beside a whole centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("client")
    with running_centre(folder / "var", [*small_specs(folder), "--trace", "--api"]) as running:
        yield running
        assert running.stop() == 0


@pytest.fixture
def client(centre: CentreProcess) -> SwitchClient:
    return SwitchClient.of_ready_file(centre.data / "ready.json")


def test_a_tester_plays_in_a_scope_of_its_own_and_leaves_nothing(client: SwitchClient, centre: CentreProcess) -> None:
    client.add_rules("class=echo -> silence")
    with client.scope("mine", terminal=["ONDE0002"]) as mine:
        (rule,) = mine.add_rules({"when": {"amount": "1.00"}, "then": ["91", "ok"]})
        assert (rule.rule, rule.scope, rule.source) == ("amount=1.00 -> 91, ok", "mine", "")
        with Seller(mine.address("ascii"), terminal="ONDE0002") as seller, pytest.raises(AssertionError):
            seller.sale()
        with Seller(client.address("ascii")) as other:
            other.sale()
        assert (mine.rules()[0].hits, mine.count(mti="0100"), mine.count(answer="00")) == (1, 1, 0)
        (seen,) = mine.requests(class_="request")
        assert (seen.response_code, seen.terminal_id, seen.amount_minor) == ("91", "ONDE0002", 100)

        mine.expect("exactly 1 0100 answered 91")
        mine.verify().check()
        late = mine.verify("one 0420 within 1s", strict=True)
        assert (late.met, len(late.unexpected), late.waited_ms >= 1_000) == (False, 1, True)
        with pytest.raises(AssertionError, match="found 0, expected exactly 1"):
            late.check()
        near = mine.verify("one 0100 amount=2", timeout=0)
        assert "(nearest: #" in near.problems[0]
        assert "amount" in near.problems[0]

        mine.reset()
        assert (mine.rules()[0].hits, mine.requests()) == (0, [])
        assert mine.apply("more", 'purpose = "x"\nrules = ["any -> 05"]')[0].source == "more"
        card, merchant = mine.card(), mine.merchant()
        assert (len(card.pan), card.issuer, len(merchant.terminals) > 0) == (16, "atlas", True)
        assert mine.change_card(card.pan, "credit", "5.00")["balance_minor"] == card.balance_minor + 500
        assert mine.unmatched() == []
        mine.remove_rules()
        assert mine.rules() == []
    assert [rule.rule for rule in client.rules()] == ["class=echo -> silence"]
    client.remove_rules(client.rules()[0].id)
    assert client.day()["closed"] == []
    assert client.close_day()["outcome"] == "closed"
    assert client.lines()["issuers"][0]["session"] == "up"


def test_what_the_api_refuses_is_an_error_with_its_fields(client: SwitchClient) -> None:
    with pytest.raises(ApiProblemError) as refused:
        client.add_rules("any -> 91", "any -> silense")
    assert refused.value.status == 422
    assert refused.value.fields[0][0] == "rules[1].then"
    assert client.rules() == []
    with pytest.raises(SwitchError, match="listener: found 'asci', expected one of the specification"):
        client.address("asci")


def test_messages_are_followed(client: SwitchClient) -> None:
    events = client.events()
    with Seller(client.address("ascii")) as seller:
        read = Event()

        def sell() -> None:
            while not read.is_set():  # the first may come before anybody looks
                seller.sale()

        selling = Thread(target=sell)
        selling.start()
        try:
            assert next(events).mti in ("0100", "0110")
        finally:
            read.set()
            selling.join()
    events.close()


def test_nobody_who_answers_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"127.0.0.1:1/__admin: found .* expected the control API \(`switch up --api`\)"):
        SwitchClient("http://127.0.0.1:1/__admin").rules()
    with pytest.raises(UnreachableError, match="found no control API, expected what `switch up --api --ready-file` writes"):
        SwitchClient.of_ready_file(tmp_path / "ready.json")
    with pytest.raises(SwitchError, match="url: found 'https://x', expected one such as"):
        SwitchClient("https://x")


def test_scopes_are_added_listed_and_removed_in_the_shell(centre: CentreProcess) -> None:
    data = ("--data", centre.data)
    assert run("scope", "add", "one", "terminal=ONDE0001", "card=4507160000000010", *data).out == "scope one added\n"
    assert run("scenario", "add", "any -> 91", "--scope", "one", *data).code == 0
    assert run("scenario", "list", "--scope", "one", *data).out.splitlines()[0].split() == [
        "id",
        "hits",
        "from",
        "scope",
        "rule",
    ]
    assert run("scope", "list", *data).out.splitlines()[1].split() == ["one", "card=450716******0010", "terminal=ONDE0001"]
    assert run("scenario", "reset", "--scope", "one", *data).out == "1 rule: counts and states begin anew\n"
    taken = run("scope", "add", "two", "terminal=ONDE0001", *data)
    assert (taken.code, taken.err) == (
        2,
        "switch: scope two: found terminal ONDE0001, which scope one owns, expected things that no other scope owns\n",
    )
    assert run("scope", "add", "one", "terminal", *data).err.startswith(
        "switch: KEY=VALUE: found 'terminal', expected key=value"
    )
    assert run("scope", "remove", "one", *data).out == "scope one removed with 1 rule\n"
    assert run("scope", "list", *data).out == "no scopes\n"
    assert run("scenario", "add", "any -> 91", "--scope", "one", *data).err == (
        "switch: scope: found 'one', expected a scope that was added: there is none\n"
    )
