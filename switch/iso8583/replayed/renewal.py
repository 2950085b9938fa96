"""A recorded message with fresh numbers and times, so that no host takes it for the one it has seen.

What names a message is renewed alike wherever it stands: a repeat stays a repeat of its original, and a reversal names the
purchase as it was played again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.message import Message

STAN, RRN, APPROVAL_CODE, TERMINAL = 11, 37, 38, 41
SENT_AT, LOCAL_TIME, LOCAL_DATE = 7, 12, 13
#: Edition -> the element that names the original, and where in it stand STAN and time (ISO 8583:1987, DE 90; 1993, DE 56).
ORIGINAL: Final = {False: (90, slice(4, 10), slice(10, 20)), True: (56, slice(4, 10), slice(10, 22))}
_INSTANT, _DATED = "%m%d%H%M%S", "%y%m%d%H%M%S"


class _Name(NamedTuple):
    """What names a message of a terminal: STAN, and when it was sent (DE 7; of 1993 DE 12)."""

    stan: str
    sent_at: str


class Renewal:
    """Renews the messages of one recording. ``later`` is the time from the recording to now; ``stan`` gives fresh STANs."""

    def __init__(self, later: timedelta, stan: Callable[[], int]) -> None:
        self._later, self._next_stan = later, stan
        self._names: dict[tuple[str, _Name], _Name] = {}  #: terminal and name as they were -> the name now
        self._rrns: dict[str, str] = {}
        self._approval_codes: dict[str, str] = {}

    def renewed(self, message: Message, recorded_at: datetime, edition: str) -> Message:
        """The message to send now. ``recorded_at`` says in which year it was."""
        dated = edition == EDITION_1993
        e = dict(message.elements)
        self._name_original(e, dated=dated)
        if RRN in e:
            e[RRN] = self._rrns.get(e[RRN], e[RRN])
        if APPROVAL_CODE in e:
            e[APPROVAL_CODE] = self._approval_codes.get(e[APPROVAL_CODE], e[APPROVAL_CODE])
        if STAN in e:
            self._name(e, recorded_at, dated=dated)
            self._rrn(e, message)
        return Message(message.mti, e)

    def answered(self, recorded: Message | None, came: Message | None) -> None:
        """Note the approval code of an answer: a later message may name it."""
        before, now = (None if each is None else each.elements.get(APPROVAL_CODE) for each in (recorded, came))
        if before and now:
            self._approval_codes[before] = now

    def _name(self, e: dict[int, str], recorded_at: datetime, *, dated: bool) -> None:
        """Renew STAN and times; those of a message that comes again are those it was renewed with first."""
        when = LOCAL_TIME if dated else SENT_AT
        key = e.get(TERMINAL, ""), _Name(e[STAN], e.get(when, ""))
        times = self._times(e, recorded_at, dated=dated)
        known = self._names.get(key)
        if known is None:
            known = self._names[key] = _Name(f"{self._next_stan():06d}", times.get(when, ""))
        e.update(times)
        e[STAN] = known.stan
        if when in e:
            e[when] = known.sent_at

    def _times(self, e: dict[int, str], recorded_at: datetime, *, dated: bool) -> dict[int, str]:
        """The times of a message, as much later as it is played later; a text that is no time stays."""
        times = {}
        if SENT_AT in e:
            times[SENT_AT] = self._shifted(e[SENT_AT], _INSTANT, recorded_at.year)
        if dated and LOCAL_TIME in e:
            times[LOCAL_TIME] = self._shifted(e[LOCAL_TIME], _DATED, None)
        elif not dated and LOCAL_TIME in e and LOCAL_DATE in e:
            local = self._shifted(e[LOCAL_DATE] + e[LOCAL_TIME], _INSTANT, recorded_at.year)
            times |= {LOCAL_DATE: local[:4], LOCAL_TIME: local[4:]}
        return times

    def _shifted(self, text: str, form: str, year: int | None) -> str:
        try:
            at = datetime.strptime(f"{year or ''}{text}+0000", f"{'%Y' if year else ''}{form}%z")
        except ValueError:
            return text
        return (at + self._later).strftime(form)

    def _rrn(self, e: dict[int, str], message: Message) -> None:
        """A fresh retrieval reference number: of the new time and STAN, unless an earlier message had the same."""
        old = message.elements.get(RRN)
        if old is not None and old not in self._rrns:
            self._rrns[old] = e[RRN] = f"{e.get(SENT_AT, e.get(LOCAL_TIME, ''))[-10:-4]:0>6}{e[STAN]}"

    def _name_original(self, e: dict[int, str], *, dated: bool) -> None:
        number, stan, sent_at = ORIGINAL[dated]
        original = e.get(number, "")
        known = self._names.get((e.get(TERMINAL, ""), _Name(original[stan], original[sent_at])))
        if known is not None and len(known.sent_at) == len(original[sent_at]):
            e[number] = original[: stan.start] + known.stan + known.sent_at + original[sent_at.stop :]
