"""What is killed and when, drawn from a seed before anything runs. A moment is a count of answers, or of signed-on issuers."""

from __future__ import annotations

from random import Random
from typing import Final

from attrs import frozen

from tests.e2e.acquirer import SPECS

ANSWERS_MAX: Final = 600  #: the load has had at most so many when the switch is killed: some tenths of a second
EARLY_SHARE: Final = 0.1  #: of the kills: while the switch starts, and sends what it owes
WHOLE_SHARE: Final = 0.5  #: of the others: the issuers' processes die with it
WAITED_SHARE: Final = 0.5  #: of the issuers killed: the switch lives at least until they are back


@frozen
class IssuerKill:
    """An issuer's process is killed once the load has had so many answers."""

    answers: int
    issuer: str
    waited_for: bool  #: the switch is killed only after it is back


@frozen
class Life:
    """How one life of the switch goes and ends."""

    answers: int  #: how many the load has had when it is killed
    early: int | None  #: it is killed while it starts, once so many issuers are signed on; there is no load
    whole: bool  #: the issuers' processes are killed with it
    issuers: tuple[IssuerKill, ...]


def lives(switch_kills: int, issuer_kills: int, random: Random) -> list[Life]:
    """One life for each kill of the switch, the kills of issuers spread over those with a load."""
    names = list(SPECS.issuers)
    loaded = [life for life in range(switch_kills) if life == 0 or random.random() >= EARLY_SHARE]
    if issuer_kills > len(loaded) * len(names):
        raise ValueError(f"issuer kills: found {issuer_kills}, expected at most {len(names)} for each kill of the switch")
    chosen: dict[int, list[IssuerKill]] = {life: [] for life in loaded}
    answers = {life: random.randint(1, ANSWERS_MAX) for life in loaded}
    for place in random.sample([(life, name) for life in loaded for name in names], issuer_kills):
        life, name = place
        kill = IssuerKill(random.randint(1, answers[life]), name, random.random() < WAITED_SHARE)
        chosen[life].append(kill)
    return [
        Life(
            answers.get(life, 0),
            None if life in chosen else random.randint(1, len(names) - 1),
            life in chosen and random.random() < WHOLE_SHARE,
            tuple(sorted(chosen.get(life, ()), key=lambda kill: kill.answers)),
        )
        for life in range(switch_kills)
    ]
