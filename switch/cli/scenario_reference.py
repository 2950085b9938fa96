"""The page of the library of scenarios, ``docs/reference/scenarios.md``, printed from its files.

``python -m switch.cli.scenario_reference > docs/reference/scenarios.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from switch.cli.scenario_library import LibraryScenario, library_of

_HEAD: Final = """# Scenarios

You need a host that fails in one certain way; this page lists {count} scenarios that come with Switch.
`make docs` makes it from [specs/scenarios/library](../../specs/scenarios/library), and `switch scenario library` prints
the same. Play a scenario by its name, from the start or while Switch runs:

```sh
switch up --scenario silent-once
switch scenario apply silent-once       # in a second terminal
```

A test sends each message of the column *sent* to Switch and compares the answer with the column *seen*. Rules are
explained in [Make the host misbehave](../how-to/make-the-host-misbehave.md) and in [Script the
banks](../how-to/script-issuers.md). To change a scenario, copy its file and name the copy: `--scenario mine.toml`.

| sent | meaning |
| --- | --- |
| `payment`, `repeat` | a request (0100), and the last one once more (0101) |
| `reversal`, `reversal repeat` | a reversal of the last payment (0420), and once more (0421) |
| `advice`, `advice repeat` | an advice (0120), and once more (0121) |
| `totals` | the totals of a terminal (0500) |
| `sign-on`, `echo` | network management (0800) |
| `for 40s` | how long the gateway waits; without it 9 s |
| `wait 10s` | the gateway sends nothing for this time |
| `release` | `switch release all` |
| `connect` | a new connection |
| `clock 22:30` | the business clock |
| `checkout` | a payment at the [payment page](../how-to/take-payments.md), with the right code where the bank asks for it |
| `atlas` | the messages that this bank has received so far |

In the column *seen* are the response code ([DE 39](glossary.md#response-code)) and the seconds until the answer. `0110 00`
is an answer to an earlier message. `closed` is the end of the connection (FIN), `reset` its abort (RST). At the
payment page `asked` is the page of the bank, and the shop hears `mdStatus` of [3-D Secure](est3dgate.md).
"""
#: Heading -> how the names below it begin; the first that fits is taken.
_FAMILIES: Final = {
    "Declines": ("decline-", "soft-", "retry-", "contactless-"),
    "Answers that do not come": ("silent-", "lost-", "echo-un", "sign-on-un", "advice-un", "totals-un"),
    "Answers that are late or held": ("late-", "slow-", "held-"),
    "Bytes and connections": ("wrong-length", "half-", "byte-", "drop-", "reset-", "refused-", "another-"),
    "Answers that are wrong": ("wrong-", "missing-", "unknown-", "answered-", "reversal-answered", "partial-", "balance-"),
    "Refused sign-ons, reversals, advices and totals": ("sign-on", "echo", "reversal-", "advice", "totals"),
    "Banks behind Switch": ("bank-", "stand-in"),
    "3-D Secure at the payment page": ("threeds-",),
}
_OTHERS: Final = "States, time, chance, and rules for a part of the traffic"
_NEXT: Final = """
## Next
[Make the host misbehave](../how-to/make-the-host-misbehave.md) · [Wishes](wishes.md) ·
[Test cards](test-cards.md)
"""


def scenario_reference() -> str:
    """The page of the library."""
    scenarios = library_of()
    page = _HEAD.format(count=len(scenarios))
    families: dict[str, list[LibraryScenario]] = {heading: [] for heading in (*_FAMILIES, _OTHERS)}
    for each in scenarios:
        fitting = (heading for heading, beginnings in _FAMILIES.items() if each.name.startswith(beginnings))
        families[next(fitting, _OTHERS)].append(each)
    for heading, members in families.items():
        page += f"\n## {heading}\n\n| scenario | purpose | rules | sent → seen |\n| --- | --- | --- | --- |\n"
        page += "".join(map(_row, members))
    return page + _NEXT


def _row(scenario: LibraryScenario) -> str:
    rules = "<br>".join(f"`{rule}`" for rule in scenario.rules)
    steps = "<br>".join(f"{sent} → {seen}" for sent, seen in scenario.steps)
    return f"| `{scenario.name}` | {scenario.purpose} | {rules} | {steps} |\n"


if __name__ == "__main__":
    print(scenario_reference(), end="")
