"""Traffic that the centre begins on cue, without any request: a sign-off, an echo, a stray answer, lines that end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, Final

from switch.iso8583.mapping.session import CUT_OVER, NETWORK_FUNCTION_NAMES
from switch.iso8583.scripted.stray_answer import stray_answer
from switch.lines.acquirer_lines import AcquirerLines
from switch.lines.issuer_link import IssuerLink
from switch.lines.network_management import Identity
from switch.spec_table import SECONDS_MAX

ALL_LINES: Final = "lines"  #: the lines of every listener
DROP, REFUSE, STRAY = "drop", "refuse", "stray"
_FUNCTIONS: Final = {name: function for function, name in NETWORK_FUNCTION_NAMES.items()}
POKES: Final = (*_FUNCTIONS, DROP, REFUSE, STRAY)


class Pokes:
    """Who does it. ``refuse`` lets a listener refuse connections for some seconds, ``business_date`` is the open one, and
    ``sent`` is called after something was sent."""

    def __init__(
        self,
        links: Mapping[str, IssuerLink],
        callers: AcquirerLines,
        listeners: Collection[str],
        *,
        voice: Identity,
        refuse: Callable[[str, float], None],
        business_date: Callable[[], str],
        sent: Callable[[], None],
    ) -> None:
        self._links, self._callers, self._listeners = links, callers, listeners
        self._voice, self._refuse, self._business_date, self._sent = voice, refuse, business_date, sent
        self.handlers = {"poke": self._poke}

    async def _poke(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do ``what`` to ``target``: an issuer, a listener, or all lines of acquirers; ``seconds`` of a drop or refusal."""
        target, what, seconds = str(order.get("target")), str(order.get("what")), order.get("seconds") or 0.0
        targets = [ALL_LINES, *sorted(self._listeners), *sorted(self._links)]
        if target not in targets:
            return {"error": f"TARGET: found {target!r}, expected {_nearest(target, targets)}one of {', '.join(targets)}"}
        if what not in POKES:
            return {"error": f"POKE: found {what!r}, expected {_nearest(what, POKES)}one of {', '.join(POKES)}"}
        if not isinstance(seconds, int | float) or not 0 <= seconds <= SECONDS_MAX:
            return {"error": f"--for: found {seconds!r}, expected seconds above 0 and up to {SECONDS_MAX:g}"}
        if (what == REFUSE) > bool(seconds):
            return {"error": "--for: found nothing, expected how long connections are refused, such as 30s"}
        if seconds and what not in (DROP, REFUSE):
            return {"error": f"--for: found it beside {what}, expected it beside {DROP} or {REFUSE}"}
        link = self._links.get(target)
        if link is None:
            lines = self._at_acquirers(list(self._listeners) if target == ALL_LINES else [target], what, seconds)
        elif what in (REFUSE, STRAY):
            return {"error": f"POKE: found {what} of {target}, expected it of a listener, or of {ALL_LINES}"}
        else:
            lines = [target] if self._at_issuer(link, what, seconds) else []
        self._sent()
        return {"lines": lines}

    def _at_issuer(self, link: IssuerLink, what: str, seconds: float) -> bool:
        return link.drop_on_cue(seconds) if what == DROP else link.ask_on_cue(_FUNCTIONS[what])

    def _at_acquirers(self, listeners: list[str], what: str, seconds: float) -> list[str]:
        """The connections that it was done to; of a refusal, the listeners."""
        if seconds:
            for listener in listeners:
                self._refuse(listener, seconds)
        if what == REFUSE:
            return listeners
        if what == DROP:
            return self._callers.drop_on_cue(listeners)
        if what == STRAY:
            return self._callers.say_on_cue(listeners, stray_answer(self._voice.stamp(), self._voice.institution_id))
        function = _FUNCTIONS[what]
        return self._callers.ask_on_cue(listeners, function, self._business_date() if function == CUT_OVER else None)


def _nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    near = get_close_matches(word[:80], list(known), n=1)
    return f"{near[0]} (the nearest), or " if near else ""
