"""What happened to the requests of an RRN, put into words and in order: both legs, the centre's own decisions, the day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from switch.explain.day_timeline import day_steps
from switch.explain.lifecycle import SCENARIO, Life, Lifecycle, Row
from switch.explain.step import CENTRE, Step, StepDirection
from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.edition93.action_codes import action_code
from switch.iso8583.mti import VERSIONS, response_mti
from switch.iso8583.reading.meanings93 import REASONS
from switch.lines.line import ACQUIRER, RECEIVED, SENT
from switch.money import worded_minor
from switch.record import frozen
from switch.routing.handling.terminals import is_listed
from switch.routing.switchboard import RESTARTED
from switch.specs.specification import Specs
from switch.transaction import (
    ADVICE,
    APPROVALS,
    AUTHORIZATION,
    BATCH,
    FORMAT_ERROR,
    NO_ACTION,
    REASON_STAND_IN,
    REASON_TIMEOUT,
    REQUEST,
    SWITCH,
    response_meaning,
)

AS_REPEAT: Final = "came_as_repeat"  #: kind of occurrence: the message before it was never received
NOT_ACCEPTED: Final = "not_accepted"  #: kind of occurrence: told by the delivery as well
GIVEN_UP: Final = "given_up"  #: kind of occurrence: a delivery its issuer's dialect cannot say; no answer to it came
TIMER: Final = "timer"  #: kind of occurrence: how long its issuer had, where that is not what the specification says
ANSWER_KEPT: Final = ("not answered", "held back")  #: how an occurrence begins that tells of an answer which a rule kept
#: Kinds of occurrence that are about an issuer; the others are an acquirer's.
OF_ISSUER: Final = frozenset({"late_answer", "garbled", GIVEN_UP})
#: Kinds of occurrence that tell of one message each, whatever its MTI.
MESSAGES: Final = frozenset({"late_answer", "repeat"})

#: The order of steps of one commit, which have the same time: a cause stands before its effects.
_ORDER: Final = (
    *("received", "from", "key", "completes", "adds to", "captures", "stands again", "routed", "not routed", "forwarded"),
    *(
        "reversal",
        "void",
        "replaced",
        "repeat",
        "came as repeat",
        "no answer",
        "response",
        "late answer",
        "stand-in",
        "decided",
    ),
    *("not decided", "owed", "answered", "not answered", "held back", "delivered", "given up"),
)
_RANKS: Final = {what: rank for rank, what in enumerate(_ORDER)}


def steps(story: Lifecycle, specs: Specs) -> list[Step]:
    """Everything that happened, in order."""
    unsorted = [step for life in story.lives for step in _Teller(life, story, specs).all()]
    unsorted += [step for reversal in story.unknown for step in _reversed(reversal, None, specs)]
    return sorted(unsorted, key=in_order)


def in_order(step: Step) -> tuple[float, int]:
    """What steps are sorted by."""
    return math.inf if step.at_ms is None else step.at_ms, _RANKS.get(step.what, len(_RANKS))


@frozen
class _Teller:
    """Tells one life."""

    life: Life
    story: Lifecycle
    specs: Specs

    def all(self) -> Iterator[Step]:
        yield from self._taken_in()
        yield from self._decided()
        yield from self._occurred()
        for reversal in self.life.reversals:
            yield from _reversed(reversal, self._id, self.specs)
        for delivery in self.life.deliveries:
            yield from self._delivered(delivery)
        yield from day_steps(self.life)

    @property
    def _id(self) -> int:
        request_id: int = self.life.request["id"]
        return request_id

    def _step(self, at_ms: int, leg: str, what: str, detail: str, mti: str = "", direction: StepDirection = "") -> Step:
        return Step(at_ms=at_ms, leg=leg, what=what, detail=detail, request_id=self._id, mti=mti, direction=direction)

    # the request

    def _taken_in(self) -> Iterator[Step]:
        request = self.life.request
        at_ms, about = request["received_at_ms"], f"as request {request['id']} of the journal"
        kind = f"{request['transaction_type'].replace('_', ' ')} ({request['message_class']})"
        if request["function"] == BATCH:
            amount = worded_minor(request["amount_minor"], request["currency"])
            batch = f"{amount} of {self._original()} with the close of its batch, {about}"
            yield self._step(at_ms, CENTRE, "captures", batch)
            return
        if request["line"] == SWITCH:
            amount = worded_minor(request["amount_minor"], request["currency"])
            yield self._step(at_ms, CENTRE, "stands again", f"{amount} of {self._original()}, {about}")
            return
        mti = self._mti_of_acquirer()
        entry = "" if mti[:1] == VERSIONS[EDITION_1993] else f" (DE 22 {request['entry_mode']})"
        detail = f"{mti} {kind}, {request['channel']}{entry}, on {request['line']}, {about}"
        yield self._step(at_ms, ACQUIRER, "received", detail, mti, RECEIVED)
        merchant = f"merchant {_merchant(request['merchant_id'], self.specs)}, terminal {request['terminal_id'].strip()}"
        listed = is_listed(self.specs.merchants.get(request["merchant_id"]), request["terminal_id"])
        yield self._step(at_ms, ACQUIRER, "from", merchant if listed else f"{merchant}, which is not in its contract")
        yield self._step(at_ms, ACQUIRER, "key", _key(request, mti))
        if request["original_id"] is not None:
            completes = request["function"] == ADVICE and request["message_class"] != AUTHORIZATION
            what = "completes" if completes else "adds to"
            yield self._step(at_ms, CENTRE, what, self._original())
        yield from self._routed(at_ms)

    def _original(self) -> str:
        original_id = self.life.request["original_id"]
        rrns = [life.request["rrn"].strip() for life in self.story.lives if life.request["id"] == original_id]
        return f"request {original_id}" + "".join(f", RRN {rrn}" for rrn in rrns if rrn != self.story.rrn)

    def _routed(self, at_ms: int) -> Iterator[Step]:
        request, issuer = self.life.request, self.life.request["issuer"]
        if issuer is None:
            yield self._step(at_ms, CENTRE, "not routed", "Switch asked no issuer")
            return
        kind = " ".join(part for part in (request["scheme"], request["product"]) if part)
        yield self._step(at_ms, CENTRE, "routed", f"to {issuer}: {kind}, {request['origin']} card")
        if self._asked:
            mti = self._mti_of_issuer("0")
            ran = next((each["detail"] for each in self.life.occurrences if each["kind"] == TIMER), "")
            within = f", which has {seconds} to answer" if (seconds := ran or _timer(request, self.specs)) else ""
            yield self._step(at_ms, issuer, "forwarded", f"{mti} to {issuer}{within}", mti, SENT)

    @property
    def _asked(self) -> bool:
        """Whether the request was forwarded; the journal does not say so itself. A request that the centre decided without
        asking was decided in the turn that received it. Where the centre decided one it had forwarded, there is a reversal
        or an advice for the issuer."""
        request, decision = self.life.request, self.life.decision
        if request["function"] != REQUEST:
            return False
        return decision is None or decision["decided_by"] != SWITCH or self._undone is not None or self._kept_waiting

    @property
    def _undone(self) -> Row | None:
        """The delivery of the reversal that follows from a decision without the issuer's answer."""
        decided_at_ms = self.life.decision["decided_at_ms"] if self.life.decision else 0
        reversals = (delivery for delivery in self.life.deliveries if delivery["kind"] != ADVICE)
        return next((delivery for delivery in reversals if delivery["created_at_ms"] <= decided_at_ms), None)

    @property
    def _stood_in(self) -> bool:
        return any(delivery["message_reason"] == REASON_STAND_IN for delivery in self.life.deliveries)

    @property
    def _kept_waiting(self) -> bool:
        """Whether the centre stood in for the issuer after it had forwarded the request: time passed between receipt and
        decision."""
        decision, request = self.life.decision, self.life.request
        return self._stood_in and decision is not None and decision["decided_at_ms"] > request["received_at_ms"]

    def _mti_of_acquirer(self) -> str:
        """The MTI of the request, as its line says it."""
        request = self.life.request
        repeated = any(occurrence["kind"] == AS_REPEAT for occurrence in self.life.occurrences)
        return _mti(request, "2" if request["function"] == ADVICE else "0", _edition(request["line"], self.specs), repeated)

    def _mti_of_issuer(self, function: str) -> str:
        return _mti(self.life.request, function, _edition(self.life.request["issuer"], self.specs))

    # the decision

    def _decided(self) -> Iterator[Step]:
        decision, request = self.life.decision, self.life.request
        if decision is None:
            yield self._step(request["received_at_ms"], CENTRE, "not decided", "in flight, or Switch stopped before an answer")
            return
        at_ms, code = decision["decided_at_ms"], decision["response_code"]
        took = f"after {at_ms - request['received_at_ms']} ms"
        reason = f": {decision['reason']}" if decision["reason"] not in ("", response_meaning(code)) else ""
        if request["function"] == BATCH or request["line"] == SWITCH:
            yield self._step(at_ms, CENTRE, "decided", f"{code} {response_meaning(code)}{reason}")
            return
        by = decision["decided_by"]
        if by == SWITCH:
            yield from self._without_issuer(at_ms)
        else:
            mti = response_mti(self._mti_of_issuer("0"))
            yield self._step(at_ms, by, "response", f"{mti} {self._coded(code, by)}, {took}{reason}", mti, RECEIVED)
        if decision["reason"] == RESTARTED:
            detail = f"{code} {response_meaning(code)}, by Switch itself{reason}; nobody waited for it any more"
            yield self._step(at_ms, CENTRE, "decided", detail)
            return
        shown_reason = "" if by != SWITCH or self._stood_in else reason
        yield self._answered(at_ms, code, f"by {'Switch itself' if by == SWITCH else by} {took}", shown_reason)

    def _without_issuer(self, at_ms: int) -> Iterator[Step]:
        """What the issuer did, or did not, where the switch decided a request that was forwarded."""
        if self.life.request["function"] != REQUEST:
            return  # it was told, and not asked
        decision, issuer, undone = self.life.decision, self.life.request["issuer"], self._undone
        assert decision is not None
        why = undone["reason"] if undone else decision["reason"]
        if self._asked and (self._stood_in or (undone and undone["message_reason"] == REASON_TIMEOUT)):
            why = why.partition(": ")[2] if self._stood_in else why
            yield self._step(at_ms, issuer, "no answer", why.removeprefix(f"no answer from {issuer} "))
        elif undone and decision["response_code"] != NO_ACTION:  # else its acquirer has reversed it
            yield self._step(at_ms, issuer, "response", why, response_mti(self._mti_of_issuer("0")), RECEIVED)
        if self._stood_in:
            yield self._step(at_ms, CENTRE, "stand-in", decision["reason"])

    def _answered(self, at_ms: int, code: str, by: str, reason: str) -> Step:
        decision, request = self.life.decision, self.life.request
        assert decision is not None
        approval = f", approval code {decision['approval_code']}" if decision["approval_code"] else ""
        granted_minor = decision["approved_minor"]
        if granted_minor is not None and granted_minor < request["amount_minor"]:
            approval += f", for {worded_minor(granted_minor, request['currency'])}"
        mti = response_mti(self._mti_of_acquirer())
        detail = f"{mti} {self._coded(code, request['line'])}, {by}{approval}{reason}"
        kept = next((each for each in self.life.scripted if each.startswith(ANSWER_KEPT)), None)
        if kept is not None:
            by_rule = kept.partition(" (")[2].removesuffix(")") or "a scenario"
            if kept.startswith("not answered"):
                return self._step(at_ms, ACQUIRER, "not answered", f"{by_rule} kept the {detail}")
            held = f"the {detail}; {by_rule} held it: it went when it was released, which switch trace shows"
            return self._step(at_ms, ACQUIRER, "held back", held, mti, SENT)
        return self._step(at_ms, ACQUIRER, "answered", detail, mti, SENT)

    def _coded(self, code: str, line: str) -> str:
        """A response code as a line says it, and in words."""
        return _coded(code, "1" if self.life.request["message_class"] == AUTHORIZATION else "2", _edition(line, self.specs))

    # what came after

    def _occurred(self) -> Iterator[Step]:
        for occurrence in self.life.occurrences:
            kind = occurrence["kind"]
            if kind == TIMER or (kind == NOT_ACCEPTED and self.life.deliveries):
                continue
            issuer = self.life.request["issuer"]
            at_issuer = kind in OF_ISSUER or (kind == SCENARIO and occurrence["detail"].startswith(f"{issuer}: "))
            leg = issuer if at_issuer else ACQUIRER
            direction: StepDirection = RECEIVED if kind in MESSAGES else ""
            what = kind.replace("_", " ")
            yield self._step(occurrence["at_ms"], leg or CENTRE, what, occurrence["detail"], direction=direction)

    def _delivered(self, delivery: Row) -> Iterator[Step]:
        issuer, code = delivery["issuer"], delivery["response_code"]
        edition = _edition(issuer, self.specs)
        advised = delivery["kind"] == ADVICE
        mti = _mti(self.life.request, "2", edition) if advised else VERSIONS[edition] + "420"
        coded = delivery["message_reason"]
        why = f" (reason {coded}, {REASONS.get(coded, 'private use')})" if coded else ""
        still = "" if code is not None else "; sent again and again until it is answered"
        detail = f"{mti} to {issuer}: {delivery['reason']}{why}{still}"
        yield self._step(delivery["created_at_ms"], issuer, "owed", detail, mti, SENT)
        if code is not None and not self._was_given_up(delivery):
            accepted = "" if code in APPROVALS else ": not accepted"
            answer = f"{response_mti(mti)} {_coded(code, mti[1], edition)} to the {mti}{accepted}"
            yield self._step(delivery["delivered_at_ms"], issuer, "delivered", answer, response_mti(mti), RECEIVED)

    def _was_given_up(self, delivery: Row) -> bool:
        """Whether the centre itself closed a delivery, with code 30: an occurrence of the same commit says so."""
        given_up_at_ms = {each["at_ms"] for each in self.life.occurrences if each["kind"] == GIVEN_UP}
        return delivery["response_code"] == FORMAT_ERROR and delivery["delivered_at_ms"] in given_up_at_ms


def _reversed(reversal: Row, request_id: int | None, specs: Specs) -> Iterator[Step]:
    """A reversal or a void, and its answer; or that another approval took the place of this one."""
    if not reversal["mti"]:
        at_ms, why = reversal["received_at_ms"], reversal["reason"]
        yield Step(at_ms=at_ms, leg=CENTRE, what="replaced", detail=f"it counts no more: {why}", request_id=request_id)
        return
    edition, at_ms = _edition(reversal["line"], specs), reversal["received_at_ms"]
    mti = VERSIONS[edition] + reversal["mti"][1:]
    amount, left_minor = worded_minor(reversal["amount_minor"], reversal["currency"]), reversal["replacement_minor"]
    how = f"to leave {worded_minor(left_minor, reversal['currency'])} of {amount}" if left_minor else f"of all {amount}"
    effect = "effective" if reversal["effective"] else "not effective"
    named = f", names {_named(reversal)}" if reversal["original_stan"] is not None and request_id is None else ""
    detail = f"{mti} {how}, on {reversal['line']}{named}, {effect}: {reversal['reason']}"
    what = "reversal" if reversal["mti"][1] == "4" else "void"
    yield Step(at_ms=at_ms, leg=ACQUIRER, what=what, detail=detail, request_id=request_id, mti=mti, direction=RECEIVED)
    answer = response_mti(mti)
    detail = f"{answer} {_coded(reversal['response_code'], mti[1], edition)}, to the {mti}"
    yield Step(at_ms=at_ms, leg=ACQUIRER, what="answered", detail=detail, request_id=request_id, mti=answer, direction=SENT)


def _named(reversal: Row) -> str:
    at = reversal["original_transmitted_at"]
    return f"STAN {reversal['original_stan']}" + (f" of {at} UTC (DE 90)" if at is not None else "")


def _mti(request: Row, function: str, edition: str, repeated: bool = False) -> str:
    kind = "1" if request["message_class"] == AUTHORIZATION else "2"
    return f"{VERSIONS[edition]}{kind}{function}{'1' if repeated else '0'}"


def _coded(code: str, class_digit: str, edition: str) -> str:
    """A response code in words; behind the action code of 1993 that says it there."""
    if edition != EDITION_1993:
        return f"{code} {response_meaning(code)}"
    return f"{action_code(code, class_digit)} ({code} {response_meaning(code)})"


def _edition(line: str | None, specs: Specs) -> str:
    """The edition of ISO 8583 that a line speaks, named as in the journal: an issuer's id, or listener and peer."""
    name = (line or "").partition(" ")[0]
    issuer = specs.issuers.get(name)
    dialects = [listener.dialect for listener in specs.centre.listeners if listener.name == name]
    dialect = specs.dialects.get(issuer.dialect if issuer else dialects[0] if dialects else "")
    return dialect.edition if dialect else EDITION_1987


def _timer(request: Row, specs: Specs) -> str:
    """How long the issuer has for a card of this kind; empty where the specification knows no such cards."""
    issuer = specs.issuers.get(request["issuer"])
    cards = (request["issuer"], request["scheme"], request["product"])
    routes = [route for route in specs.routing.routes() if (route.issuer, route.scheme, route.product) == cards]
    if issuer is None or not routes:
        return ""
    seconds = sorted({route.timeout_seconds or issuer.timeout_seconds for route in routes})
    return " or ".join(f"{each:g} s" for each in seconds)


def _key(request: Row, mti: str) -> str:
    """What names a request: in 1993 DE 12 stands where 1987 has DE 7."""
    at = 12 if mti[:1] == VERSIONS[EDITION_1993] else 7
    terminal_id, stan, transmitted_at = request["terminal_id"].strip(), request["stan"], request["transmitted_at"]
    zone = " (UTC)" if at == 7 and transmitted_at else ""
    return f"DE 32 {request['acquirer_id']}, 41 {terminal_id}, 11 {stan}, {at} {transmitted_at}{zone}"


def _merchant(merchant_id: str, specs: Specs) -> str:
    merchant = specs.merchants.get(merchant_id)
    if merchant is None:
        known_as = "no contract here" if specs.default_contract is None else "no contract of its own, under the default one"
        return f"{merchant_id.strip()} ({known_as})"
    return f"{merchant_id.strip()} ({merchant.name}, {merchant.city})"
