"""Every condition, turn and answer of a rule with its meaning: one table, of which help and documentation are made."""

from __future__ import annotations

from typing import Final, NamedTuple

HOST, ISSUER, PAGE = "host", "issuer", "page"
#: Who misbehaves: the host, as its acquirers see it, an issuer, as the host sees it, or the page on which shoppers pay.
PLACES: Final = (HOST, ISSUER, PAGE)


class RuleWord(NamedTuple):
    """One line of a table: how it is spelled, and what it means, in Markdown."""

    spelled: tuple[str, ...]
    meaning: str


CONDITIONS: Final = (
    RuleWord(("card", "bin"), "a card number; its first digits"),
    RuleWord(
        ("class",),
        "`request`, `advice`, `reversal`, `totals`, `sign_on`, `sign_off`, `echo`, "
        "or a class of the standard such as `financial`",
    ),
    RuleWord(("mti",), "`0420`"),
    RuleWord(("amount",), "`125.00`, or `100..200`"),
    RuleWord(("merchant", "terminal", "mcc"), "DE 42, DE 41, DE 18 or the merchant's contract"),
    RuleWord(("issuer", "scheme", "line"), "`atlas`, `visa`, the listener `bcd`"),
    RuleWord(("type", "channel", "entry", "currency"), "`refund`, `ecommerce`, `contactless`, `504`"),
    RuleWord(("rrn", "stan"), "`rrn=632603575796` (DE 37), `stan=000042` (DE 11)"),
    RuleWord(("an element",), "`de22=051`, `127.22=ABC`, `processing_code=…`"),
    RuleWord(("time", "date"), "`time=08:00..12:00`, `time=22:00..06:00`, `date=2026-11-30`, `date=2026-11-28..2026-11-30`"),
    RuleWord(("after", "until"), "from, before: `after=18:00`, `until=18:00`, `until=2026-11-30`, `until=2026-11-30T18:00`"),
)
TURNS: Final = (
    RuleWord(("nth=2",), "the second matching message"),
    RuleWord(("first=2", "after=2", "until=3"), "the first two; all but the first two; those before the third"),
    RuleWord(("every=3",), "the third, sixth, ninth …"),
    RuleWord(
        ("chance=10%",),
        "one in ten, drawn from the seed, the rule, the card and the count: the same traffic gets the same faults",
    ),
    RuleWord(("times=4",), "four messages in all"),
)
ANSWERS: Final = (
    RuleWord(("ok",), "the usual answer"),
    RuleWord(("05",), "this [response code](../reference/response-codes.md)"),
    RuleWord(("silence", "lost"), "no answer"),
    RuleWord(("partial 30.00",), "an approval of a part of the amount (10, DE 4)"),
    RuleWord(
        ("timeout", "timeout 3s"),
        "Switch waits 1 ms, or 3 s, for the bank, whatever its file and `--timers` say; then 91 and a reversal",
    ),
    RuleWord(("balance 500.00",), "an answer with this available balance (DE 54)"),
    RuleWord(("hold",), "an answer that waits until you [release it](#hold-an-answer-until-you-release-it)"),
    RuleWord(("late 12s", "late 300ms", "twice"), "an answer that is late; the same answer two times"),
    RuleWord(
        ("late uniform 1s..3s", "late lognormal 300ms 0.4"),
        "a delay drawn for each message: between two ends; with this median and spread",
    ),
    RuleWord(
        ("wrong stan", "wrong rrn", "wrong amount", "wrong mti"), "an answer with a wrong DE 11, DE 37, DE 4 or message type"
    ),
    RuleWord(("set 38=ABC123", "without 38"), "an answer with another DE 38; without it"),
    RuleWord(
        ("wrong length", "half frame", "trickle"),
        "a length header that announces 5 bytes too many; half an answer; an answer byte by byte",
    ),
    RuleWord(("dialect bcd",), "an answer in another dialect than the connection has"),
    RuleWord(("drop line", "reset line"), "no answer, and the connection ends (FIN, RST)"),
    RuleWord(("half open",), "no answer, and nothing more on this connection, which stays open"),
    RuleWord(("refuse 30s",), "no answer, the connection ends, and the listener refuses new ones for 30 s"),
    RuleWord(("state blocked",), "the usual answer; the scenario is in this state from now on"),
    RuleWord(
        ("threeds=challenge",),
        "the usual answer; [at the payment page](#choose-what-3-d-secure-finds) the bank of the card asks for a code",
    ),
)
#: First words of answers that are no keys of a condition, too.
ANSWER_WORDS: Final = frozenset(
    {
        word.partition(" ")[0].partition("=")[0].replace("-", "_")
        for answer in ANSWERS
        for word in answer.spelled
    }
) - {"05", "state"}  # fmt: skip
