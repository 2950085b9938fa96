"""What pages of the office show of orders: words, amounts, dates and times of a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from switch.display.visible import visible
from switch.gateway.api.order_story import amounts, approved_body
from switch.gateway.front.page_frame import amount_shown, words
from switch.gateway.office.journal_view import JournalEntry
from switch.gateway.office.office_desk import OrderLife
from switch.gateway.protocol.payment_request import PageLanguage
from switch.gateway.store.callback_book import Callback, CallbackAttempt
from switch.gateway.store.order_book import Happened, PageOrder
from switch.money import format_minor
from switch.transaction import APPROVALS

_LEFT_TO_RIGHT, _ISOLATE_ENDS = "\u2066", "\u2069"  #: around figures in a text that goes the other way
_TYPED: Final = frozenset({"order_unknown", "date_wrong"})  #: notices that repeat what was typed
ShownFacts = list[tuple[str, str]]
_GOOD_STATES: Final = frozenset({"captured", "settled", "held"})
_BAD_STATES: Final = frozenset({"declined", "failed", "in doubt"})


class OfficeView:
    """Values as a page shows them. Times are those of the centre's zone."""

    def __init__(self, language: PageLanguage, zone: tzinfo) -> None:
        self.language, self._zone = language, zone
        self.t: Mapping[str, str] = words(__package__, language)

    def date(self, iso: str) -> str:
        """A date as its reader writes it."""
        year, month, day = iso.split("-")
        return iso if self.language == "en" else f"{day}/{month}/{year}"

    def time(self, at_ms: int, *, with_date: bool = True) -> str:
        at = datetime.fromtimestamp(at_ms / 1000, self._zone)
        return f"{self.date(f'{at:%Y-%m-%d}')} {at:%H:%M:%S}" if with_date else f"{at:%H:%M}"

    def amount(self, minor: int, currency: str) -> str:
        return self._figures(amount_shown(minor, currency, self.language))

    def _figures(self, text: str) -> str:
        """Figures or a code in the middle of a text, which go from left to right whatever the text does."""
        return f"{_LEFT_TO_RIGHT}{text}{_ISOLATE_ENDS}" if self.language == "ar" else text

    def code(self, code: str) -> str:
        """A response code with its meaning.

        >>> from datetime import UTC
        >>> OfficeView("en", UTC).code("51")
        '51 insufficient funds'
        """
        return f"{code} {self.t.get(f'code_{code}', '')}".strip()

    def notice(self, key: str, what: str) -> str:
        """What the last form came to."""
        shown = self.t[f"done_{what}"] if key == "act_done" else self.code(what) if key == "act_declined" else what
        return self.t[key].format(visible(shown) if key in _TYPED else shown)

    # lists

    def row(self, order: PageOrder) -> dict[str, Any]:
        """An order in a list."""
        asked, _, currency = amounts(order)
        posts = [each.at_ms for each in order.events if each.event == "post"]
        tried = order.last("authorize", "decline") or {}
        return {
            "number": order.number,
            "order_id": visible(order.order_id),
            "client_id": order.client_id,
            "time": self.time(posts[-1], with_date=False) if posts else "",
            "amount": self.amount(asked, currency),
            "refunded": self.amount(order.refunded_minor, currency) if order.refunded_minor else "",
            "card": tried.get("pan_masked", ""),
            "state": self.t[f"state_{order.state}"],
            "tone": _tone(order.state),
        }

    def state_sum(self, state: str, count: int, minor: int, currency: str) -> dict[str, Any]:
        return {
            "state": self.t[f"state_{state}"],
            "tone": _tone(state),
            "count": count,
            "amount": self.amount(minor, currency),
        }

    # one order

    def life(self, life: OrderLife) -> dict[str, Any]:
        """All of an order."""
        order = life.order
        _, _, currency = amounts(order)
        return {
            "order": order,
            "order_id": visible(order.order_id),
            "state": self.t[f"state_{order.state}"],
            "tone": _tone(order.state),
            "facts": self._facts(life),
            "settled": self._settled(order),
            "acts": life.acts,
            "left": self.amount(life.left_minor, currency),
            "left_typed": format_minor(life.left_minor, currency).replace(".", "," if self.language == "fr" else "."),
            "seen": order.steps,
            "events": [self._event(each, currency) for each in order.events],
            "callbacks": [self._callback(*each) for each in life.callbacks],
            "journal": None if life.journal is None else [self._entry(each) for each in life.journal],
        }

    def _facts(self, life: OrderLife) -> ShownFacts:
        order = life.order
        asked, captured, currency = amounts(order)
        approved, tried = approved_body(order), order.last("authorize", "decline") or {}
        pairs = (
            ("shop", life.shop.name),
            ("client_id", order.client_id),
            ("amount", self.amount(asked, currency)),
            ("captured_amount", self.amount(captured, currency) if captured else ""),
            ("refunded_amount", self.amount(order.refunded_minor, currency) if order.refunded_minor else ""),
            ("card", str(tried.get("pan_masked", ""))),
            ("brand", str(tried.get("brand", "")).upper()),
            ("issuer", str(tried.get("issuer", ""))),
            ("auth_code", str(approved.get("auth_code", ""))),
            ("rrn", str(approved.get("rrn", ""))),
            ("transaction", str(approved.get("transaction_id", ""))),
        )
        return [(self.t[name], value) for name, value in pairs if value]

    def _settled(self, order: PageOrder) -> ShownFacts:
        settled = order.last("settle")
        if settled is None:
            return []
        return [
            (self.t["remise"], str(settled["settle_id"])),
            (self.t["business_date"], self.date(str(settled["business_date"]))),
            (self.t["value_date"], self.date(str(settled["value_date"]))),
        ]

    def _event(self, happened: Happened, currency: str) -> dict[str, Any]:
        body, paid = happened.body, happened.body.get("paid")
        minor = body.get("amount_minor", paid.get("amount_minor") if isinstance(paid, dict) else None)
        details = [self.amount(int(minor), currency)] if minor is not None else []
        if body.get("code"):
            details.append(self.code(str(body["code"])))
        if body.get("auth_code"):
            details.append(f"{self.t['auth_code']} {self._figures(str(body['auth_code']))}")
        if body.get("result"):  # of 3-D Secure, chosen by a rule
            details += [self.t[f"result_{body['result']}"], visible(str(body["rule"]))]
        return {
            "time": self.time(happened.at_ms),
            "what": self.t.get(f"event_{happened.event}", happened.event),
            "details": details,
        }

    def _callback(self, callback: Callback, attempts: tuple[CallbackAttempt, ...]) -> dict[str, Any]:
        return {
            "url": visible(callback.url),
            "state": self.t[f"callback_{callback.state}"],
            "attempts": [
                {
                    "time": self.time(each.at_ms),
                    "status": f"HTTP {each.status}" if each.status else self.t["no_answer"],
                    "answer": visible(each.answer),
                    "verdict": self.t.get(f"verdict_{each.verdict}", each.verdict),
                }
                for each in attempts
            ],
        }

    def _entry(self, entry: JournalEntry) -> dict[str, Any]:
        return {
            "time": self.time(entry.at_ms),
            "what": self.t[entry.kind],
            "tone": "good" if entry.code in APPROVALS else "bad" if entry.code else "",
            "facts": list(self._entry_facts(entry)),
        }

    def _entry_facts(self, entry: JournalEntry) -> Iterator[tuple[str, str]]:
        yield self.t["amount"], self.amount(entry.amount_minor, entry.currency)
        yield self.t["response"], self.code(entry.code) if entry.code else self.t["undecided"]
        if entry.approval_code:
            yield self.t["auth_code"], entry.approval_code
        yield self.t["rrn"], entry.rrn
        yield self.t["stan"], entry.stan
        if entry.business_date:
            yield self.t["business_date"], self.date(entry.business_date)
        if entry.settled is not None:
            row = entry.settled
            for name in ("discount_minor", "vat_minor", "net_minor"):
                yield self.t[name], self.amount(int(row[name]), str(row["currency"]))
            yield self.t["value_date"], self.date(str(row["value_date"]))


def _tone(state: str) -> str:
    return "good" if state in _GOOD_STATES else "bad" if state in _BAD_STATES else ""
