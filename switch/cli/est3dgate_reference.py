"""The page of the fields of est3Dgate, ``docs/reference/est3dgate.md``, printed from the tables that the payment page works by.

``python -m switch.cli.est3dgate_reference > docs/reference/est3dgate.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from switch.gateway.protocol.answers import PaymentOutcome, answer_fields, callback_fields
from switch.gateway.protocol.callbacks import callback_answer
from switch.gateway.protocol.hash_rules import NOT_HASHED
from switch.gateway.protocol.payment_request import (
    CARD_FIELDS,
    FORM_FIELDS,
    ORDER_ID_LENGTH_MAX,
    PAGE_LANGUAGES,
    REFRESH_SECONDS_MAX,
    SESSION_SECONDS,
    SESSION_SECONDS_LEAST,
    payment_request,
)
from switch.gateway.protocol.posted import BRAND_NUMBERS, FIELDS_MAX, NAME_LENGTH_MAX, POST_BYTES_MAX, Posted
from switch.gateway.site.holder_proofs import BANK_FINDINGS, MASTERCARD_ECI

_HEAD = f"""# Fields of est3Dgate

You write a form for the payment page, or read what it sends back: this page lists each field. `make docs` makes it from
the tables that the page itself works by. [Take payments](../how-to/take-payments.md) goes through one payment.

A shop posts `application/x-www-form-urlencoded` to the path of its acquirer, `/fim/est3Dgate`. Names count in any case:
`CallbackURL` is `callbackUrl`. A form has at most {FIELDS_MAX} fields, {POST_BYTES_MAX // 1024} KiB, and names of at most
{NAME_LENGTH_MAX} characters. A field twice is refused. Fields that are not listed are hashed and given back.

## The shop's form

*Yes* under *needed* means that the page refuses a form without it.

| field | needed | meaning |
| --- | --- | --- |
"""
#: Field of the form -> what it means; ``needed`` is found out by leaving it away.
FORM_MEANINGS: Final[Mapping[str, str]] = {
    "clientid": "the client id of the shop, 1 to 15 letters or digits (`client_id` in `gateway.toml`)",
    "storetype": "`3D_PAY_HOSTING`, or `3D_PAY` where the shop's own page asks for the card; also without `_`",
    "TranType": "`PreAuth` (default): held until it is captured; `Auth`: captured at once",
    "amount": "such as `31.50`; a comma may stand for the point; no blanks, no thousands marks",
    "currency": "ISO 4217, `504` or `MAD`; the shop sells in this currency",
    "oid": f"the shop's order number, 1 to {ORDER_ID_LENGTH_MAX} characters; again after a refusal, not after a payment",
    "okUrl": "where the browser posts the answer if the payment is approved",
    "failUrl": "where it posts every other answer, and where it goes by GET if the shopper cancels",
    "callbackUrl": "where the page posts the answer before the browser goes back; without it there is no callback",
    "shopurl": "address of the shop, checked and given back",
    "lang": f"{', '.join(f'`{each}`' for each in PAGE_LANGUAGES)}; default `{PAGE_LANGUAGES[0]}`",
    "email": "of the shopper; the receipt's link is mailed there",
    "BillToCountry": "by ISO 3166: `MA` or `504`",
    "hashAlgorithm": "`ver3`; every other version is refused by its name",
    "encoding": "the encoding of the shop; not hashed",
    "refreshtime": f"seconds before the browser goes back, with `AutoRedirect` false; 0 to {REFRESH_SECONDS_MAX}, default 5",
    "rnd": "any text, another one each time; comes back as `orgRnd`",
    "HASH": "base64 of SHA-512 over all values and the store key",
    "AutoRedirect": "`true`: the browser goes back at once; default `false`",
    "amountCur": "an amount in another currency, shown beside `amount`; it is not charged",
    "symbolCur": "the currency of `amountCur`",
    "sessiontimeout": f"seconds for which the page waits; {SESSION_SECONDS_LEAST} to {SESSION_SECONDS}, the default",
}
_HASHED_ONLY = "hashed and given back, no other meaning"
_OF_ADDRESSES: Final = {"BillTo": "billing address; hashed and given back", "ShipTo": "delivery address; hashed and given back"}
CARD_MEANINGS: Final[Mapping[str, str]] = {
    "pan": "card number",
    "cv2": "security code, three or four digits",
    "Ecom_Payment_Card_ExpDate_Year": "`29` or `2029`",
    "Ecom_Payment_Card_ExpDate_Month": "`01` to `12`",
    "cardType": f"{', '.join(f'`{number}` {brand}' for brand, number in BRAND_NUMBERS.items())}; or the name; may be missing",
}
#: Field that the page adds to an answer -> what it means.
ANSWER_MEANINGS: Final[Mapping[str, str]] = {
    "ReturnOid": "`oid`",
    "TRANID": "always empty",
    "TransId": "the page's own number of the try",
    "Response": "`Approved`, `Declined` or `Error`",
    "ProcReturnCode": "[response code](response-codes.md) of the bank (DE 39); `99` where no bank gave one",
    "AuthCode": "approval code (DE 38)",
    "HostRefNum": "retrieval reference number (DE 37): `switch explain` takes it",
    "acqStan": "STAN (DE 11)",
    "ErrMsg": "why it is no approval, for the shop's developer",
    "mdStatus": "how the holder was proved, see below",
    "mdErrorMsg": "the same in words, where it is not `1`",
    "txstatus": "result of the bank's page: `Y`, `A`, `N`, `U` or `R`",
    "eci": "ECI as the brand writes it",
    "cavv": "base64 of 20 bytes; empty without a proof",
    "xid": "base64 of 20 bytes, another one each time",
    "version": "of 3-D Secure",
    "PAResSyntaxOK": "`true` where the bank's page answered",
    "PAResVerified": "`true` where `mdStatus` is 1",
    "merchantID": "`clientid`",
    "merchantName": "name of the merchant in `merchants.toml`",
    "sID": f"brand of the card: {', '.join(f'`{number}` {brand}' for brand, number in BRAND_NUMBERS.items())}",
    "ACQBIN": "always empty",
    "MaskedPan": "`400000***0010`",
    "maskedCreditCard": "`4000 00** **** 0010`",
    "Ecom_Payment_Card_ExpDate_Year": "always empty: the page keeps no expiry date",
    "Ecom_Payment_Card_ExpDate_Month": "always empty",
    "EXTRA.CARDBRAND": "brand in capitals; PHP reads the name as `EXTRA_CARDBRAND`",
    "EXTRA.CARDISSUER": "name of the card's bank",
    "EXTRA.TRXDATE": "`YYYYMMDD hh:mm:ss`, local time",
    "SettleId": "the remise, once `switch day close` has settled it",
    "clientIp": "address of the shopper",
    "rnd": "any text, another one each time",
    "orgRnd": "the shop's own `rnd`",
    "HASH": "over all other fields, made as that of the form; it is the last, and the others come in the order of the hash",
    "callbackCall": "`true`; in the callback alone",
}
_CARD = """
## The card, with 3D_PAY

The shop's own page asks for the card and posts it with the form. These fields are not hashed and never given back.

| field | meaning |
| --- | --- |
"""
_ANSWER = """
## The answer

The page posts the answer to `callbackUrl`, and the browser posts it to `okUrl` or `failUrl`. The answer has all fields
of the form but `HASH` and the card, and the fields below. They replace fields of the form with the same name.

| field | meaning |
| --- | --- |
"""
_STATUS = """
## How the holder was proved

`gateway.toml` gives each card a [result](../../specs/README.md#gatewaytoml). A
[rule](../how-to/make-the-host-misbehave.md#choose-what-3-d-secure-finds) (`card=… -> threeds=rejected`), or a tester on the
page of the bank, chooses another one. *Goes on* is whether the bank is asked for an authorization. With
`unproved = false` the results with `mdStatus` 2 and 5 do not go on.

| result | `mdStatus` | `txstatus` | ECI (Visa, Mastercard) | goes on | in words |
| --- | --- | --- | --- | --- | --- |
"""
_CALLBACK = """
## The answer to the callback

| the shop's server answers | the page takes it for |
| --- | --- |
"""
_VERDICTS: Final = {
    "capture": "accepted: a payment that is held is captured",
    "acknowledge": "heard: a payment that is held stays held",
    "failure": "not accepted: a payment that is held stays held",
}
_HASH = f"""
## The hash

1. Take every field but {" and ".join(f"`{each}`" for each in sorted(NOT_HASHED))}, in any case, and those of the card.
2. Sort the names as PHP's `natcasesort` does: in capitals, numbers by their value, so `_` stands behind letters.
3. Of each value decode the HTML entities, remove blanks at both ends, and write `\\` as `\\\\` and `|` as `\\|`.
4. In a value, write a full stop for the character behind the word `document`, in any case.
5. Join the values with `|`, and the store key (written the same way) behind them. Empty values keep their place.
6. Take SHA-512 and write its 64 bytes as base64.

A wrong hash is refused with its cause and both texts:
[Read why a post is refused](../how-to/take-payments.md#read-why-a-post-is-refused).

## Next
[Take payments](../how-to/take-payments.md) · [Test your shop](../how-to/test-your-shop.md) ·
[gateway.toml](../../specs/README.md#gatewaytoml)
"""
_SAMPLE: Final = {
    "clientid": "600000000",
    "storetype": "3D_PAY_HOSTING",
    "amount": "31.50",
    "currency": "504",
    "oid": "ORDER-1",
    "okUrl": "https://shop.example/ok",
    "failUrl": "https://shop.example/fail",
    "rnd": "1",
}


def needed_fields() -> frozenset[str]:
    """The fields without which a form is refused, found out by leaving each away; the hash is judged apart."""
    missing = (Posted(tuple((name, value) for name, value in _SAMPLE.items() if name != each)) for each in _SAMPLE)
    errors = (error.field for posted in missing for error in payment_request(posted)[1])
    return frozenset({*errors, "HASH"})


def answer_names() -> Iterator[str]:
    """The fields that an answer, and the callback, have beside those of the form, as they are sent."""
    request, errors = payment_request(Posted(tuple(_SAMPLE.items())))
    assert request is not None, errors
    outcome = PaymentOutcome(answer="Approved", code="00", transaction_id="", at="", random="2", client_ip="")
    fields = answer_fields(request, outcome, "", "key")
    known = {name.lower() for name in _SAMPLE} - {"rnd"}
    yield from (name for name in fields if name.lower() not in known)
    yield from (name for name in callback_fields(request, outcome, "", "key") if name not in fields)


def est3dgate_reference() -> str:
    """The page of the fields."""
    page, needed = _HEAD, needed_fields()
    for name in FORM_FIELDS:
        meaning = FORM_MEANINGS.get(name) or _OF_ADDRESSES.get(name[:6], _HASHED_ONLY)
        page += f"| `{name}` | {'yes' if name in needed else ''} | {meaning} |\n"
    page += _CARD
    for name in CARD_FIELDS:
        page += f"| `{name}` | {CARD_MEANINGS[name]} |\n"
    page += _ANSWER
    for name in answer_names():
        page += f"| `{name}` | {ANSWER_MEANINGS[name]} |\n"
    page += _STATUS
    for result, found in BANK_FINDINGS.items():
        eci = f"{found.eci}, {MASTERCARD_ECI[found.eci]}" if found.eci else "none"
        goes_on = "yes" if found.goes_on else "no"
        page += f"| `{result}` | {found.md_status} | {found.trans_status} | {eci} | {goes_on} | {found.words} |\n"
    page += _CALLBACK
    for word in ("ACTION=POSTAUTH", "APPROVED", "FAILURE"):
        page += f"| `{word}` | {_VERDICTS[callback_answer(200, word.encode()).verdict]} |\n"
    page += "| anything else | as `FAILURE`, and sent again |\n"
    return page + _HASH


if __name__ == "__main__":
    print(est3dgate_reference(), end="")
