"""Between messages and the trade's words: which data element means what (ISO 8583:1987)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from switch.card import PAN_DIGITS_MIN, CardSecurity, Pan
from switch.errors import MessageError
from switch.iso8583 import mti as mtis
from switch.iso8583.edition93.pos_data import PARTIAL_ACCEPTED, PRE_AUTHORIZATION
from switch.iso8583.elements import ECHOED, MANDATORY, MARKED, MAY_BE_AUTHENTICATED
from switch.iso8583.mapping.security_places import SecurityPlaces
from switch.iso8583.message import Message
from switch.record import altered
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    BALANCE_INQUIRY,
    BILL_PAYMENT,
    CARD_VERIFICATION,
    CASH_WITHDRAWAL,
    CHIP,
    ECOMMERCE,
    FINANCIAL,
    INQUIRIES,
    MAGSTRIPE,
    MANUAL,
    OTHER,
    PARTIALLY_APPROVED,
    PURCHASE,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    REFUND,
    REQUEST,
    Authorization,
    Channel,
    Decision,
    ExchangeKey,
    MessageClass,
    Reversal,
    TransactionType,
)

#: Second digit of the MTI -> class, of the messages that become an authorization.
MESSAGE_CLASSES: Final[dict[str, MessageClass]] = {"1": AUTHORIZATION, "2": FINANCIAL}

#: First two digits of DE 3 -> type of transaction, for those the centre offers.
TRANSACTION_TYPES: Final[dict[str, TransactionType]] = {
    "00": PURCHASE,
    "01": CASH_WITHDRAWAL,
    "09": PURCHASE_WITH_CASH_BACK,
    "11": QUASI_CASH,
    "20": REFUND,
    "30": BALANCE_INQUIRY,
    "31": BALANCE_INQUIRY,
    "50": BILL_PAYMENT,
}
PURCHASE_CODE: Final = "00"
DEBIT_ADJUSTMENT: Final = "02"  #: first two digits of DE 3; a request with it takes a sale back, an advice changes its amount
VOIDS: Final = frozenset({DEBIT_ADJUSTMENT, "22"})  #: first two digits of DE 3 that take a sale or a refund back

#: First two digits of DE 22 -> how the card was read.
CHANNEL_OF_ENTRY_MODE: Final[dict[str, Channel]] = {
    "01": MANUAL,
    "02": MAGSTRIPE,
    "05": CHIP,
    "07": CHIP,
    "10": ECOMMERCE,  # credential on file
    "80": MAGSTRIPE,  # fallback from chip
    "81": ECOMMERCE,
    "90": MAGSTRIPE,
    "91": MAGSTRIPE,
    "95": CHIP,
}
ECOMMERCE_CONDITIONS: Final = frozenset({"59"})  #: DE 25 that makes a manual entry an electronic order

MARKS: Final = frozenset({PRE_AUTHORIZATION, PARTIAL_ACCEPTED})  #: of DE 25
CASH_AMOUNT: Final = "40"  #: type of an amount in DE 54: the cash part


MESSAGE_REASON_DIGITS: Final = 4
EXPIRY_DIGITS: Final = 4  #: YYMM
AMOUNT_DIGITS: Final = 12  #: of DE 4; an adjustment may have those of its sale in DE 60

_ANSWER_MTIS: Final = {
    REQUEST: {AUTHORIZATION: "0110", FINANCIAL: "0210"},
    ADVICE: {AUTHORIZATION: "0130", FINANCIAL: "0230"},
}


class Stamp(NamedTuple):
    """The centre's clock, for a message without a time of its own."""

    transmitted_at: str  #: MMDDhhmmss, UTC
    local_at: str  #: MMDDhhmmss in the time zone of the centre


def to_authorization(
    message: Message,
    *,
    acquirer_id: str,
    stamp: Stamp,
    currency: str,
    places: SecurityPlaces | None = None,
) -> Authorization:
    """What a 0100, 0200, 0120 or 0220 asks or tells; MessageError where an element it needs is missing or makes no sense.

    ``acquirer_id`` stands in for a missing DE 32. A missing DE 7 is what DE 13 and 12 say, else all three are ``stamp``. A
    missing DE 37 becomes the date and hour of transmission and the STAN. All of them are then carried on as if sent. An amount
    without DE 49 is one of ``currency``. ``places`` is where the dialect of its sender says what proves card and holder;
    without them none of it is read.
    """
    mti, e = message
    if not e.keys() >= MANDATORY:
        missing = min(MANDATORY - e.keys())
        raise MessageError(missing, None, "nothing", f"a value: mandatory in a {mti}")
    stan = e[11]
    stamped = False
    if 32 not in e or 7 not in e or 37 not in e:
        stamped = gives_no_time(e)
        e = timed(e, stamp)
        e = {32: acquirer_id, 37: e[7][:6] + stan, **e}
    pan, expiry = _card(e)
    entry, condition = e.get(22, "000"), e.get(25)
    channel: Channel = CHANNEL_OF_ENTRY_MODE.get(entry[:2], MANUAL)
    if channel == MANUAL and condition in ECOMMERCE_CONDITIONS:
        channel = ECOMMERCE
    transaction_type, amount_minor = _type_and_amount(mti, e)
    plain, security = mti[2:] == "00" and condition not in MARKS, None
    unmarked = e.keys().isdisjoint(MARKED if places is None else places.marked)
    if places is not None and not unmarked:
        security = places.read(e)
    authorization = Authorization(
        key=tuple.__new__(ExchangeKey, (e[32], e[41], stan, e[7])),
        message_class=MESSAGE_CLASSES[mti[1]],
        transaction_type=transaction_type,
        processing_code=e[3],
        pan=Pan(pan),
        expiry=expiry,
        amount_minor=amount_minor,
        currency=e.get(49, currency),
        merchant_id=e[42].rstrip(),
        merchant_type=e.get(18),
        entry_mode=entry,
        channel=channel,
        rrn=e[37],
        local_at=e.get(13, e[7][:4]) + e.get(12, e[7][4:]),
        carried=e,
        stamped=stamped,
        security=security,
        authenticated=plain and not unmarked and channel == ECOMMERCE and _may_be_authenticated(security, e),
    )
    if plain and (unmarked or _says_no_more(channel, e)):
        return authorization
    marked = _marked(authorization, mti, e)
    return _adjusting(marked, e) if _adjusts(mti, e) else marked


def _adjusting(marked: Authorization, e: Mapping[int, str]) -> Authorization:
    """An adjustment: what it adjusts is a purchase, and DE 60 may have the amount of that."""
    original = e.get(60, "").strip()
    says = len(original) == AMOUNT_DIGITS and original.isdecimal()
    return altered(
        marked,
        transaction_type=PURCHASE,
        processing_code=PURCHASE_CODE + marked.processing_code[2:],
        pre_authorized=False,
        adjusts=True,
        original_minor=int(original) if says else None,
    )


def gives_no_time(e: Mapping[int, str]) -> bool:
    """Whether nothing in a message says when it was sent."""
    return 7 not in e and not (12 in e and 13 in e)


def timed(e: dict[int, str], stamp: Stamp) -> dict[int, str]:
    """The elements with a DE 7. A sender that has none, a terminal mostly, names a message by the time it writes into DE 13 and
    12; one that writes no time at all gets the centre's, there too: terminals set their clocks by it."""
    if 7 in e:
        return e
    if not gives_no_time(e):
        return {7: e[13] + e[12], **e}
    return {7: stamp.transmitted_at, 12: stamp.local_at[4:], 13: stamp.local_at[:4], **e}


def _says_no_more(channel: str, e: Mapping[int, str]) -> bool:
    """Whether what may mark an authorization marks nothing here: it is a proof, or private data."""
    return 54 not in e and 90 not in e and (38 not in e or channel != ECOMMERCE or e.keys().isdisjoint(MARKED))


def _marked(plain: Authorization, mti: str, e: Mapping[int, str]) -> Authorization:
    """The same with what only some messages say: these take their time, so that the others need none for it."""
    advised, condition = mti[2] == "2", e.get(25)
    original_key = named_key(e, e[32])
    adds = original_key is not None and plain.message_class == AUTHORIZATION
    return altered(
        plain,
        function=ADVICE if advised else REQUEST,
        pre_authorized=condition == PRE_AUTHORIZATION or adds,
        partial_accepted=condition == PARTIAL_ACCEPTED,
        authenticated=plain.channel == ECOMMERCE and _may_be_authenticated(plain.security, e),
        cash_back_minor=_cash_back_minor(e[54]) if 54 in e else 0,
        original_key=original_key,
        advised_code=e.get(39) if advised else None,
        approval_code=e.get(38, "").strip() or None,
        repeat=mti[3] in mtis.REPEATS,
    )


def _may_be_authenticated(security: CardSecurity | None, e: Mapping[int, str]) -> bool:
    """Whether a message carries 3-D Secure data, or may: it has private data of which not all is known to be something else."""
    known = security is not None and security.cvv2 is not None and security.eci is None and security.cavv is None
    places = security.places if known and security is not None else None
    return not e.keys().isdisjoint(places.unknown if isinstance(places, SecurityPlaces) else MAY_BE_AUTHENTICATED)


def _type_and_amount(mti: str, e: Mapping[int, str]) -> tuple[TransactionType, int]:
    """What kind of transaction it is, and for how much. A purchase of nothing that is only authorized verifies the card."""
    transaction_type = TRANSACTION_TYPES.get(e[3][:2], OTHER)
    amount_minor = int(e.get(4, "0"))
    if amount_minor:
        return transaction_type, amount_minor
    if 4 not in e and transaction_type not in INQUIRIES:
        raise MessageError(4, None, "nothing", f"a value: mandatory in a {mti}")
    verifies = transaction_type == PURCHASE and mti[1:3] == "10"
    return (CARD_VERIFICATION if verifies else transaction_type), 0


def _cash_back_minor(additional: str) -> int:
    """The cash part in DE 54: entries of 20, account type (2), amount type (2), currency (3), C or D, amount (12)."""
    entries = [additional[start : start + 20] for start in range(0, len(additional), 20)]
    if any(len(entry) < 20 or not entry[8:].isdecimal() for entry in entries):
        raise MessageError(54, None, f"{len(additional)} characters", "entries of 20: types, currency, sign and 12 digits")
    return sum(int(entry[8:]) for entry in entries if entry[2:4] == CASH_AMOUNT)


def is_void(message: Message) -> bool:
    """Whether a financial message takes an earlier one back: a reversal by another name."""
    return message.elements.get(3, "")[:2] in VOIDS and not _adjusts(message.mti, message.elements)


def _adjusts(mti: str, e: Mapping[int, str]) -> bool:
    """Whether a message tells that an earlier sale has another amount (0220 with DE 3 02)."""
    return mti[1:3] == "22" and e.get(3, "")[:2] == DEBIT_ADJUSTMENT


def _card(e: Mapping[int, str]) -> tuple[str, str | None]:
    """PAN and expiry (YYMM) from DE 2 and 14, else from track 2 (ISO/IEC 7813: PAN, separator, YYMM, service code)."""
    pan = e.get(2)
    expiry = e.get(14)
    if pan is None:
        track = e.get(35)
        if track is None:
            raise MessageError(2, None, "nothing", "a PAN in DE 2 or a track in DE 35")
        pan, rest = _read_track(track)
        if expiry is None and len(rest) >= EXPIRY_DIGITS and rest[:EXPIRY_DIGITS].isdecimal():
            expiry = rest[:EXPIRY_DIGITS]
    if len(pan) < PAN_DIGITS_MIN:
        raise MessageError(2, None, f"{len(pan)} digits", f"a PAN of at least {PAN_DIGITS_MIN} digits")
    if 35 in e or 45 in e:
        _same_card(e, pan)
    return pan, expiry


def _read_track(track: str) -> tuple[str, str]:
    """The PAN of a track 2, and what follows its separator."""
    pan, _, rest = track.replace("D", "=").partition("=")
    return pan, rest


def _same_card(e: Mapping[int, str], pan: str) -> None:
    """MessageError where DE 2, track 2 (DE 35) and track 1 (DE 45: B, PAN, ^ …) name two cards."""
    if 35 in e and _read_track(e[35])[0] != pan:
        raise MessageError(35, None, "a track 2 of another card than DE 2", "one card in both")
    on_track_1 = e[45].lstrip("%").partition("^")[0].replace(" ", "") if 45 in e else ""
    if on_track_1[:1] == "B" and on_track_1[1:] != pan:
        raise MessageError(45, None, f"a track 1 of another card than DE {2 if 2 in e else 35}", "one card in both")


def to_reversal(message: Message, *, acquirer_id: str, stamp: Stamp, currency: str) -> Reversal:
    """The reversal a 0400 or 0420 asks for; MessageError where an element it needs is missing or makes no sense.

    The parameters are those of ``to_authorization``.
    """
    e = timed(message.elements, stamp)
    for number in (4, 11, 41, 42):
        if number not in e:
            raise MessageError(number, None, "nothing", f"a value: mandatory in a {message.mti}")
    acquirer_id = e.get(32, acquirer_id)
    pan = e.get(2) or _read_track(e.get(35, ""))[0]
    if pan:
        _same_card(e, pan)
    actual = e[95][:12] if 95 in e else "0"
    if not actual.isdecimal():
        raise MessageError(95, None, "another character", "12 digits of actual amount, first of all")
    amount_minor, replacement_minor = int(e[4]), int(actual)
    if replacement_minor > amount_minor:
        raise MessageError(95, None, f"{replacement_minor} of {amount_minor}", "a replacement amount of at most DE 4")
    return Reversal(
        key=ExchangeKey(acquirer_id, e[41], e[11], e[7]),
        mti=message.mti,
        original_key=named_key(e, acquirer_id),
        original_stan=named_stan(e) or e[11],
        pan=Pan(pan) if pan else None,
        amount_minor=amount_minor,
        currency=e.get(49, currency),
        replacement_minor=replacement_minor,
        merchant_id=e[42].rstrip(),
        rrn=e.get(37, ""),
        reason=_message_reason(e),
        carried=e,
        stamped=gives_no_time(message.elements),
        of_adjustment=message.mti[1] == "4" and e.get(3, "")[:2] == DEBIT_ADJUSTMENT,
    )


def _message_reason(e: Mapping[int, str]) -> str:
    """Four digits of DE 56: where networks put in 1987 what 1993 has in DE 25; empty where it holds anything else."""
    reason = e.get(56, "")
    return reason if len(reason) == MESSAGE_REASON_DIGITS and reason.isdecimal() else ""


def named_key(e: Mapping[int, str], acquirer_id: str) -> ExchangeKey | None:
    """The key DE 90 names: MTI (4), STAN (6), DE 7 (10), acquirer (11), forwarder (11), the last two filled with zeros."""
    original = e.get(90)
    if original is None or not original[10:20].strip("0"):
        return None
    named = original[20:31].lstrip("0")
    return ExchangeKey(acquirer_id if named in ("", acquirer_id.lstrip("0")) else named, e[41], original[4:10], original[10:20])


def named_stan(e: Mapping[int, str]) -> str:
    """The STAN that DE 90 names, also where it names no DE 7; empty where it names none."""
    stan = e.get(90, "")[4:10]
    return stan if stan.strip("0") else ""


def original_data(original_mti: str, key: ExchangeKey) -> str:
    """DE 90 for an original message."""
    return f"{original_mti}{key.stan}{key.transmitted_at}{key.acquirer_id:0>11}{0:011d}"


def replacement_amounts(actual_minor: int) -> str:
    """DE 95 for a reversal that leaves an amount: of the transaction, its settlement and the fees of both."""
    return f"{actual_minor:012d}{0:012d}C{0:08d}C{0:08d}"


def reversal_response(reversal: Reversal, response_code: str) -> Message:
    """The 0410 or 0430 to a reversal."""
    elements = {number: value for number, value in reversal.carried.items() if number in ECHOED}
    elements[39] = response_code
    return Message(mtis.response_mti(reversal.mti), elements)


def to_response(authorization: Authorization, decision: Decision, places: SecurityPlaces | None = None) -> Message:
    """The answer to the acquirer: what lets it match, the decision, and what the issuer added for it; where it said what it
    found of the proofs of card and holder, that in the ``places`` of the acquirer's dialect."""
    carried = authorization.carried
    elements = {number: value for number, value in carried.items() if number in ECHOED}
    if decision.approval_code is not None:
        elements[38] = decision.approval_code
    elements[39] = decision.response_code
    if decision.response_code == PARTIALLY_APPROVED:
        elements[4] = f"{decision.approved_minor:012d}"
    if decision.carried is not None:
        elements.update(decision.carried)
    if decision.results is not None and places is not None:
        elements = places.with_results(elements, decision.results)
    return tuple.__new__(Message, (answer_mti(authorization), elements))


def answer_mti(authorization: Authorization) -> str:
    """The MTI of the answer to a request or an advice."""
    return _ANSWER_MTIS[authorization.function][authorization.message_class]


def only_adds(decision: Decision, places: SecurityPlaces | None) -> bool:
    """Whether the answer says no more than DE 38 and 39 and what the issuer added as it came, beside what it gives back of the
    request. ``places`` are those of the acquirer's dialect."""
    if decision.response_code == PARTIALLY_APPROVED:
        return False
    return decision.results is None or (places is not None and places.says_alike(decision.results, decision.carried))


def refusal(message: Message, response_code: str) -> Message:
    """The answer to a request nobody can act on: every element that lets its sender match it, and DE 39."""
    elements = {n: value for n, value in message.elements.items() if n in ECHOED}
    elements[39] = response_code
    return Message(mtis.response_mti(message.mti), elements)
