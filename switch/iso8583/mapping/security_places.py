"""Where a dialect says CVV2, ECI, CAVV and what the issuer found of them: read from a message, and written into one.

The places are data of the dialect, its [security] table; how values are written in them is what its ``_form`` keys say. PIN
block, its control data, chip data and track 2 stand in DE 52, 53, 55 and 35 everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple

from switch.card import CardSecurity, SecurityResults
from switch.errors import MessageError
from switch.iso8583.dialect import SECURITY_OF_ANSWERS, SECURITY_OF_REQUESTS, Dialect
from switch.iso8583.element import Element, Layout
from switch.iso8583.elements import EMV_DATA, MARKED, MAY_BE_AUTHENTICATED, TRACK_2
from switch.iso8583.nested.ber import tag_values, tlv
from switch.iso8583.nested.plain_tags import Alone, alone_by_head, cut_by_tag, is_plain
from switch.iso8583.nested.proof_forms import from_form, in_form
from switch.iso8583.nested.read import contents, subelement
from switch.iso8583.nested.wire import SubelementError
from switch.iso8583.nested.write import build, with_subelement
from switch.iso8583.values import value_problem
from switch.record import frozen

PIN_BLOCK: Final = 52
PIN_CONTROL: Final = 53
ISSUER_AUTHENTICATION: Final = b"\x91"  #: tag of ARPC and what it vouches for
_AUTHENTICATION: Final = frozenset({ISSUER_AUTHENTICATION})
#: First two digits of DE 22 of entries whose track is read whole, so that the verification value on it can be relied on.
WHOLE_TRACK: Final = frozenset({"90", "91"})
_EXPIRY_DIGITS, _SERVICE_DIGITS = 4, 3  #: behind the separator of track 2 (ISO/IEC 7813)
_PVV_DIGITS: Final = 5  #: key index and PVV, which stand before the verification value
_VALUE_DIGITS: Final = 3
_VALUE_AT: Final = _EXPIRY_DIGITS + _SERVICE_DIGITS + _PVV_DIGITS
_CRYPTOGRAM, _CHIP_TRACK = b"\x9f\x26", b"\x57"  #: tags
_CHIP_TAGS: Final = frozenset({_CRYPTOGRAM, _CHIP_TRACK})
_CHIP_SERVICE_CODE: Final = "999"  #: with which the value in a chip is reckoned, whatever its track says


class SecurityPlace(NamedTuple):
    """The element, the way down to the subelement, and how the value is written there."""

    number: int
    path: tuple[str, ...]
    form: str


#: What answers say of proofs is kept, read and written, where it is no longer than this: there are few such texts.
RESULT_CHARACTERS_MAX: Final = 16
RESULTS_KEPT_MAX: Final = 4_096


class QuickPlace(NamedTuple):
    """The places of one element whose subelements stand by tag in plain text."""

    number: int
    head: int  #: characters of tag and length
    wanted: Mapping[str, tuple[str, str]]  #: tag -> name and form
    alone: Mapping[str, Alone]  #: by head: where the element has one of them and nothing else


@frozen(kw_only=True, eq=False)
class SecurityPlaces:
    """The places of one dialect, with the elements they are in."""

    zone: str  #: the PIN key that a line of it agreed on; empty where it did not
    request: Mapping[str, SecurityPlace]
    answer: Mapping[str, SecurityPlace]
    elements: Mapping[int, Element]
    plain: Mapping[int, Layout]  #: of those whose subelements stand by tag in plain text
    like: int  #: the same of two dialects that say all of it alike
    quick_request: tuple[QuickPlace, ...] | None  #: the places where all of them are plain: looked through in less time
    quick_answer: tuple[QuickPlace, ...] | None
    answering: tuple[int, ...]  #: the elements of the places of an answer
    unknown: frozenset[int]  #: where 3-D Secure data may stand that no place of a request is in
    marked: frozenset[int]  #: where none of these is, there is nothing to read: they, what else may prove a card, and MARKED

    def read(self, e: Mapping[int, str]) -> CardSecurity | None:
        """What of a request proves card and holder; None where nothing does. Whatever stands there, nothing is raised."""
        said = self._values(self.request, e)
        cvv2, eci, cavv = said.get("cvv2"), said.get("eci"), said.get("cavv")
        service_code, cvv = _on_track(e.get(TRACK_2, ""), e.get(22, ""))
        pin_block, chip = e.get(PIN_BLOCK), e.get(EMV_DATA)
        if chip is not None and cvv is None:
            service_code, cvv = _in_chip(chip)
        if cvv2 is None and eci is None and cavv is None and pin_block is None and chip is None and cvv is None:
            return None
        return CardSecurity(
            cvv2=cvv2,
            eci=eci,
            cavv=cavv,
            pin_block=pin_block,
            pin_control=e.get(PIN_CONTROL, ""),
            pin_zone=self.zone,
            chip=chip,
            service_code=service_code,
            cvv=cvv,
            places=self,
        )

    def _values(self, places: Mapping[str, SecurityPlace], e: Mapping[int, str]) -> dict[str, str]:
        """What stands in the places, in the house's form; nothing of those where nothing does, or it cannot be found."""
        quick = self.quick_answer if places is self.answer else self.quick_request
        if quick is not None:
            return self._quick_values(quick, e)
        found, inside = dict[str, str](), dict[int, Mapping[str, str]]()
        for name, place in places.items():
            number, path, form = place
            if number not in e:
                continue
            element = self.elements[number]
            if number not in inside:
                inside[number] = self._inside(number, e[number])
            value = inside[number].get(path[0])
            if value is not None and len(path) > 1:
                value = subelement(element, e[number], path)
            value = None if value is None else from_form(name, form, value)
            if value is not None:
                found[name] = value
        return found

    def _quick_values(self, quick: tuple[QuickPlace, ...], e: Mapping[int, str]) -> dict[str, str]:
        """The same where every place is a subelement by tag in plain text."""
        found = dict[str, str]()
        for number, head, wanted, alone in quick:
            text = e.get(number)
            if text is None:
                continue
            known = alone.get(text[:head])
            if known is not None and len(text) == known.characters and text.isascii() and known.fits(text[head:]):
                cut = {known.tag: text[head:]}
            else:
                cut = cut_by_tag(self.plain[number], text)
            for tag, value in cut.items():
                said = wanted.get(tag)
                if said is not None and (meant := from_form(*said, value)) is not None:
                    found[said[0]] = meant
        return found

    def _inside(self, number: int, value: str) -> Mapping[str, str]:
        layout = self.plain.get(number)
        if layout is not None:
            return cut_by_tag(layout, value)
        return {part.key: part.value for part in reversed(contents(self.elements[number], value).parts)}

    def hands_on(self, security: CardSecurity) -> bool:
        """Whether proofs that came in a message stand in it as this dialect has them."""
        source = security.places
        return isinstance(source, SecurityPlaces) and source.like == self.like

    def says_alike(self, results: SecurityResults, said: Mapping[int, str] | None) -> bool:
        """Whether what an issuer found stands in the elements of its answer, ``said``, as this dialect has it."""
        source = results.places
        alike = isinstance(source, SecurityPlaces) and source.like == self.like
        return alike and (not results.issuer_authentication or (said is not None and EMV_DATA in said))

    def written(self, e: Mapping[int, str], security: CardSecurity) -> dict[int, str]:
        """The elements with the proofs of a request in the places of this dialect, and no longer in those they were read from;
        proofs that come from no message are added.

        MessageError where one does not fit.
        """
        source = security.places
        values = {"cvv2": security.cvv2, "eci": security.eci, "cavv": security.cavv}
        if not isinstance(source, SecurityPlaces):
            return self._put(dict(e), self.request, values)
        if source.like == self.like:
            return dict(e)
        return self._moved(e, source, source.request, self.request, values)

    def with_results(self, e: Mapping[int, str], results: SecurityResults) -> dict[int, str]:
        """The elements of an answer with what the issuer found in the places of this dialect. What does not fit is left out."""
        elements = dict(e)
        source = results.places
        if not isinstance(source, SecurityPlaces):
            said = _said(self, results.cvv2, results.cvv, results.cavv)
            if elements.keys().isdisjoint(said):
                elements.update(said)
            else:
                elements = self._with_found(elements, results)
        elif source.like != self.like:
            with suppress(MessageError):
                elements = self._moved(elements, source, source.answer, self.answer, _found(results))
        if results.issuer_authentication and EMV_DATA not in elements:
            data = bytes.fromhex(results.issuer_authentication)
            elements[EMV_DATA] = tlv(ISSUER_AUTHENTICATION.hex(), data).hex().upper()
        return elements

    def _with_found(self, e: dict[int, str], results: SecurityResults) -> dict[int, str]:
        with suppress(MessageError):
            self._put(e, self.answer, _found(results))
        return e

    def results(self, e: Mapping[int, str]) -> SecurityResults | None:
        """What an issuer's answer says of the proofs; None where it says nothing."""
        texts = tuple([e.get(number) for number in self.answering])
        if EMV_DATA not in e and all(text is None or len(text) <= RESULT_CHARACTERS_MAX for text in texts):
            return _told(self, texts)
        return self._results(e)

    def _results(self, e: Mapping[int, str]) -> SecurityResults | None:
        told = self._values(self.answer, e)
        authentication = _authentication(e[EMV_DATA]) if EMV_DATA in e else ""
        if not (authentication or told):
            return None
        return SecurityResults(
            cvv2=told.get("cvv2_result", ""),
            cvv=told.get("cvv_result", ""),
            cavv=told.get("cavv_result", ""),
            issuer_authentication=authentication,
            places=self,
        )

    def _moved(
        self,
        e: Mapping[int, str],
        source: SecurityPlaces,
        before: Mapping[str, SecurityPlace],
        after: Mapping[str, SecurityPlace],
        values: Mapping[str, str | None],
    ) -> dict[int, str]:
        """The elements with values taken out of the places of one dialect and put into those of this."""
        elements = dict(e)
        ours = {place.number for place in after.values()}
        for place in before.values():
            if place.number in ours:
                elements.pop(place.number, None)  # what else stands there has a layout of the other dialect
            elif place.number in elements:
                element = source.elements[place.number]
                private = elements.pop(place.number)
                with suppress(SubelementError):  # what cannot be read to its end goes whole
                    rest = with_subelement(element, private, place.path, None)
                    if rest:
                        elements[place.number] = rest
        return self._put(elements, after, values)

    def _put(self, e: dict[int, str], places: Mapping[str, SecurityPlace], values: Mapping[str, str | None]) -> dict[int, str]:
        for name, value in values.items():
            place = places.get(name)
            if place is None or not value:
                continue
            element, written = self.elements[place.number], in_form(name, place.form, value)
            layout = self.plain.get(place.number)
            if layout is not None and len(place.path) == 1 and place.number not in e:  # nearly all: the first of its element
                member = layout.members[place.path[0]]
                if value_problem(member, written) is None:
                    e[place.number] = f"{place.path[0]}{len(written):0{layout.tag_length_digits}d}{written}"
                    continue
            try:
                e[place.number] = with_subelement(element, _begun(element, e.get(place.number, "")), place.path, written)
                there = subelement(element, e[place.number], place.path) or ""
            except SubelementError as fault:
                raise MessageError(place.number, None, fault.found, fault.expected) from None
            if (from_form(name, place.form, there) or "").strip() != value:  # filled up it would be another value
                found, room = f"{len(value)} characters for {'.'.join((str(place.number), *place.path))}", "as many as it has"
                raise MessageError(place.number, None, found, room)
        return e


def without_proofs(e: Mapping[int, str], security: CardSecurity) -> dict[int, str]:
    """The elements without what is for one judgement alone: PIN block and CVV2. What is sent later is not to have them."""
    elements = {number: value for number, value in e.items() if number not in (PIN_BLOCK, PIN_CONTROL)}
    source = security.places
    place = source.request.get("cvv2") if isinstance(source, SecurityPlaces) and security.cvv2 is not None else None
    if isinstance(source, SecurityPlaces) and place is not None:
        private = elements.pop(place.number)
        with suppress(SubelementError):  # what cannot be read to its end goes whole
            rest = with_subelement(source.elements[place.number], private, place.path, None)
            if rest:
                elements[place.number] = rest
    return elements


def _found(results: SecurityResults) -> dict[str, str]:
    return {"cvv2_result": results.cvv2, "cvv_result": results.cvv, "cavv_result": results.cavv}


@lru_cache(RESULTS_KEPT_MAX)
def _said(places: SecurityPlaces, cvv2: str, cvv: str, cavv: str) -> Mapping[int, str]:
    """The elements that say what an issuer found, where nothing else stands in them."""
    return places._with_found({}, SecurityResults(cvv2=cvv2, cvv=cvv, cavv=cavv))


@lru_cache(RESULTS_KEPT_MAX)
def _told(places: SecurityPlaces, texts: tuple[str | None, ...]) -> SecurityResults | None:
    """What the elements of an answer say of proofs: the same few texts nearly always."""
    return places._results({n: text for n, text in zip(places.answering, texts, strict=True) if text is not None})


def _begun(element: Element, value: str) -> str:
    """A value that something can be put into: of places one behind the other, with all of them filled with nothing."""
    layout = element.layout
    if value or layout is None or layout.kind != "places":
        return value
    return build(element, {key: ("0" if each.content == "n" else " ") * each.size for key, each in layout.members.items()})


@lru_cache(maxsize=256)
def security_places(dialect: Dialect, zone: str = "") -> SecurityPlaces:
    """The places of a dialect, those that its elements (still) have."""
    request = {name: place for name in SECURITY_OF_REQUESTS if (place := _place(dialect, name))}
    answer = {name: place for name in SECURITY_OF_ANSWERS if (place := _place(dialect, name))}
    numbers = {place.number for place in (*request.values(), *answer.values())}
    elements = {number: dialect.element(number) for number in sorted(numbers)}
    private = frozenset(place.number for place in request.values())
    plain = {number: each.layout for number, each in elements.items() if each.layout is not None and is_plain(each)}
    signature = (tuple(request.items()), tuple(answer.items()), tuple(_signature(elements[n]) for n in elements))
    return SecurityPlaces(
        zone=zone,
        request=request,
        answer=answer,
        elements=elements,
        plain=plain,
        quick_request=_quick(request, plain),
        quick_answer=_quick(answer, plain),
        answering=tuple(sorted({place.number for place in answer.values()})),
        like=_LIKE.setdefault(signature, len(_LIKE)),
        unknown=frozenset(MAY_BE_AUTHENTICATED) - private,
        marked=private | MARKED | {TRACK_2, PIN_BLOCK, EMV_DATA},
    )


_LIKE: Final[dict[object, int]] = {}  #: how dialects have their places -> a number for it


def _quick(places: Mapping[str, SecurityPlace], plain: Mapping[int, Layout]) -> tuple[QuickPlace, ...] | None:
    tags = dict[int, dict[str, tuple[str, str]]]()
    for name, place in places.items():
        if place.number not in plain or len(place.path) > 1 or place.path[0] in tags.get(place.number, {}):
            return None
        tags.setdefault(place.number, {})[place.path[0]] = (name, place.form)
    return tuple(
        QuickPlace(n, plain[n].tag_characters + plain[n].tag_length_digits, of, alone_by_head(plain[n], of))
        for n, of in tags.items()
    )


def _place(dialect: Dialect, name: str) -> SecurityPlace | None:
    """A place the [security] table names, where the dialect (still) describes it."""
    text = dialect.security.get(name)
    if not text:
        return None
    number, *path = text.split(".")
    element = dialect.elements[int(number)]
    for key in path:
        layout = element.layout if element is not None else None
        element = layout.members.get(key) if layout is not None else None
    if element is None:
        return None
    return SecurityPlace(int(number), tuple(path), dialect.security.get(f"{name}_form", ""))


def _signature(element: Element | None) -> object:
    """How an element has its subelements, as a value that is the same of two that have them alike."""
    if element is None:
        return None
    layout: Layout | None = element.layout
    inside = layout and (
        *(layout.kind, layout.bitmap, layout.bitmap_bytes, layout.tag_characters, layout.tag_length_digits),
        tuple((key, _signature(each)) for key, each in layout.members.items()),
    )
    return element.content, element.size, element.length_units, inside


def _authentication(chip: str) -> str:
    """ARPC and what it vouches for, of the chip data of an answer; empty where they have none."""
    with suppress(IndexError, ValueError):
        return tag_values(bytes.fromhex(chip), _AUTHENTICATION).get(ISSUER_AUTHENTICATION, b"").hex().upper()
    return ""


def _in_chip(chip: str) -> tuple[str | None, str | None]:
    """The verification value (iCVV) in the chip's own track 2, under the service code it is reckoned with; nothing where the
    chip asks its issuer for nothing."""
    with suppress(IndexError, ValueError):
        tags = tag_values(bytes.fromhex(chip), _CHIP_TAGS)
        if _CRYPTOGRAM in tags:
            _, _, rest = tags.get(_CHIP_TRACK, b"").hex().upper().rstrip("F").partition("D")
            value = rest[_VALUE_AT : _VALUE_AT + _VALUE_DIGITS]
            return (_CHIP_SERVICE_CODE, value) if len(value) == _VALUE_DIGITS else (None, None)
    return None, None


def _on_track(track: str, entry_mode: str) -> tuple[str | None, str | None]:
    """Service code and verification value of a track 2 that was read whole; nothing of any other, and of a short one."""
    if not track or entry_mode[:2] not in WHOLE_TRACK:
        return None, None
    _, _, rest = track.replace("D", "=").partition("=")
    service = rest[_EXPIRY_DIGITS : _EXPIRY_DIGITS + _SERVICE_DIGITS]
    value = rest[_VALUE_AT : _VALUE_AT + _VALUE_DIGITS]
    return (service, value) if len(value) == _VALUE_DIGITS else (None, None)
