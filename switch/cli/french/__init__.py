"""The French of what the commands of the day, and the demo, print: English text -> French text.

``{1}``, ``{2}`` … are places: what differs from one time to the next. In the English text a place says what may stand there:
``{1}`` anything, which stays as it is (names, paths, what somebody typed); ``{1*}`` words, which have to be in a table too;
``{1#}`` a count; ``{1$}`` an amount, which French writes with a comma. Of two texts that fit, the first one counts. It
refuses to have rules: the tables are data, and ``console/words`` reads them.

All of it is read where somebody asks for French, and not before: nobody else waits for it.
"""

from __future__ import annotations

from typing import Final

from switch.cli.french.batch import BATCH_WORDS
from switch.cli.french.casework import CASEWORK
from switch.cli.french.demo import DEMO, LOAD_WORDS
from switch.cli.french.errors import MISTAKES
from switch.cli.french.fees import FEES
from switch.cli.french.gateway import GATEWAY
from switch.cli.french.mail import MAIL
from switch.cli.french.money import MONEY
from switch.cli.french.proofs import PROOFS
from switch.cli.french.reconcile import RECONCILE
from switch.cli.french.screens import SCREENS
from switch.cli.french.shop import SHOP

#: Sentences with more words of their own come first: the first pattern that fits is taken.
CATALOGUE: Final[dict[str, str]] = {
    **CASEWORK,
    **RECONCILE,
    **BATCH_WORDS,
    **SCREENS,
    **PROOFS,
    **DEMO,
    **MISTAKES,
    **MAIL,
    **FEES,
    **MONEY,
    **GATEWAY,
    **SHOP,
    **LOAD_WORDS,
}
