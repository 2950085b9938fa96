"""What ``day``, ``check`` and ``merchants`` print in tables and lines, and what stands behind them on a terminal."""

from __future__ import annotations

from typing import Final

SCREENS: Final[dict[str, str]] = {
    # day close, day show: the outcome
    "business date {1} is closed": "la journée comptable {1} est arrêtée",
    "business date {1} is already closed, nothing was changed; {2} is still open, name it to close it now: {3}": (
        "la journée comptable {1} est déjà arrêtée, rien n'a changé ; {2} est encore ouverte, pour l'arrêter maintenant : {3}"
    ),
    "business date {1} is already closed, nothing was changed": "la journée comptable {1} est déjà arrêtée, rien n'a changé",
    "business date {1} is already closed; files were missing and are rendered again from the books": (
        "la journée comptable {1} est déjà arrêtée ; des fichiers manquaient et sont réédités à partir de la comptabilité"
    ),
    "business date {1} is already closed; its statements are now there as {2}, from the books": (
        "la journée comptable {1} est déjà arrêtée ; ses relevés sont désormais là en {2}, à partir de la comptabilité"
    ),
    "statement of {1} for {2} written to {3}": "relevé de {1} du {2} écrit dans {3}",
    "nothing to close: {1*}; {2*}": "rien à arrêter : {1} ; {2}",
    "business date {1} has no decisions": "la journée comptable {1} n'a aucune demande",
    "no business date was ever opened": "aucune journée comptable n'a été ouverte",
    "the last one closed is {1}": "la dernière journée arrêtée est le {1}",
    "none is closed yet": "aucune journée n'est encore arrêtée",
    # on a terminal, while a day is closed and behind what was printed
    "closing {1}: reading the journal": "arrêté du {1} : lecture du journal",
    "closing {1}: clearing and settling {2*}": "arrêté du {1} : compensation et règlement, {2}",
    "closing {1}: proving the books of {2*}": "arrêté du {1} : contrôle de la comptabilité, {2}",
    "closing {1}: writing statement {2#} of {3#}": "arrêté du {1} : édition du relevé {2} sur {3}",
    "next": "ensuite",
    # the head of a day
    "business date": "journée comptable",
    "value date": "date de valeur",
    "approved": "autorisées",
    "refunds": "remboursements",
    "adjustments": "régularisations",
    "holds waiting": "montants bloqués en attente",
    "cleared": "compensées",
    "files": "fichiers",
    "{1#} of {2*}": "{1} sur {2}",
    "0 presented": "0 présentée",
    "1 presented": "1 présentée",
    "{1#} presented": "{1} présentées",
    "1 reversed": "1 annulée",
    "{1#} reversed": "{1} annulées",
    "{1#} held": "{1} en attente",
    "1 captured by another request": "1 reprise par une autre demande",
    "{1#} captured by another request": "{1} reprises par une autre demande",
    "{1#} with nothing due": "{1} sans montant dû",
    "{1#} as exceptions": "{1} en anomalie",
    "{1#}: 0 presented and {2*}": "{1} : 0 présentée et {2}",
    "{1#}: 1 presented and {2*}": "{1} : 1 présentée et {2}",
    "{1#}: {2#} presented and {3*}": "{1} : {2} présentées et {3}",
    ": ": " : ",
    "; ": " ; ",
    # tables
    "totals": "totaux",
    "count": "nombre",
    "gross": "brut",
    "interchange": "interchange",
    "discount": "comm. HT",
    "VAT": "TVA",
    "net to merchants": "net à régler",
    "Net positions in {1}: + receives, - pays; they sum to zero": (
        "Compensation en {1}, soldes nets : + à recevoir, - à payer ; somme nulle"
    ),
    "participant": "participant",
    "role": "rôle",
    "issuer": "émetteur",
    "acquirer": "acquéreur",
    "debit": "débit",
    "credit": "crédit",
    "net": "net",
    "Payouts in {1}, value date {2}": "Virements aux commerçants en {1}, date de valeur {2}",
    "merchant": "commerçant",
    "terminal": "TPE",
    "remise": "remise",
    "entries": "mouvements",
    "forward": "report",
    "outcome": "statut",
    "paid": "crédité",
    "carried": "reporté",
    "RRN": "RRN",
    "card": "carte",
    "amount": "montant",
    "in": "devise",
    "Refunds": "Remboursements",
    "Adjustments: reversals of what was presented before": "Régularisations : annulations d'opérations déjà présentées",
    "presented on": "présentée le",
    "Reversed before they were presented": "Annulées avant d'être présentées",
    "Held: approved and waiting to be captured": "Montants bloqués : autorisés, pas encore capturés",
    "waits for": "attend",
    "completion": "confirmation",
    "batch": "télécollecte",
    "never": "jamais",
    "cut_off": "à l'arrêté",
    "since": "depuis le",
    "days": "jours",
    "Approved but not presented": "Anomalies : autorisées, mais non présentées",
    "reason": "motif",
    "unknown merchant": "commerçant inconnu",
    "unknown issuer": "émetteur inconnu",
    "unknown transaction type": "type d'opération inconnu",
    "and {1#} more": "et {1} de plus",
    # check
    "closed days": "journées arrêtées",
    "none": "aucune",
    "{1#}, from {2} to {3}": "{1}, du {2} au {3}",
    "approvals": "autorisations",
    "postings": "écritures",
    "statements": "relevés",
    "day files": "fichiers de journée",
    "sealed cards": "cartes chiffrées",
    "booked by banks": "comptabilisé par les banques",
    "still open": "encore ouvertes",
    "{1}: 0 approvals in {2*}": "{1} : 0 autorisation sur {2}",
    "{1}: {2#} approval in {3*}": "{1} : {2} autorisation sur {3}",
    "{1}: {2#} approvals in {3*}": "{1} : {2} autorisations sur {3}",
    "not proved": "non contrôlé",
    "day": "journée",
    "check": "contrôle",
    "fault": "écart",
    "the books are sound": "comptabilité équilibrée",
    "no day is closed yet: nothing to prove": "aucune journée n'est encore arrêtée : rien à contrôler",
    # merchants
    "name": "nom",
    "city": "ville",
    "MCC": "MCC",
    "plan": "barème",
    "capture": "capture",
    "terminals": "TPE",
    "(any other)": "(tout autre)",
    "nothing new: Switch has every merchant and terminal of its specification": (
        "rien de nouveau : Switch a tous les commerçants et TPE de sa spécification"
    ),
    "merchant {1}: its payments are taken from now on": "commerçant {1} : ses paiements sont pris dès maintenant",
    "merchant {1}: its further terminals are known from now on": "commerçant {1} : ses nouveaux TPE sont connus dès maintenant",
    "merchant {1}: its contract says something else; that counts from the next start": (
        "commerçant {1} : son contrat a changé ; cela vaut à partir du prochain démarrage"
    ),
    # counts
    "0 decisions": "0 demande",
    "{1#} decision": "{1} demande",
    "{1#} decisions": "{1} demandes",
    "0 presentments": "0 présentation",
    "{1#} presentment": "{1} présentation",
    "{1#} presentments": "{1} présentations",
    "{1#} adjustment": "{1} régularisation",
    "{1#} adjustments": "{1} régularisations",
    "{1#} fault": "{1} écart",
    "{1#} faults": "{1} écarts",
    # clock
    "machine's clock": "horloge de la machine",
    "{1*} {2} at {3}, it runs": "{1} {2} à {3}, elle avance",
    "{1*} {2} at {3}, it stands still": "{1} {2} à {3}, elle est arrêtée",
    "shows the same time": "indique la même heure",
    "{1} d {2} behind": "en retard de {1} j {2}",
    "{1} d {2} ahead": "en avance de {1} j {2}",
    "{1} behind": "en retard de {1}",
    "{1} ahead": "en avance de {1}",
    "{1}, it ends on {2} at {3}": "{1}, elle finit le {2} à {3}",
    "{1}, opened by hand, it ends when it is closed": "{1}, ouverte à la main, elle finit quand elle est arrêtée",
    "no business date is open: `switch up` opens the first": "aucune journée n'est ouverte : `switch up` ouvre la première",
    "Monday {1}": "lundi {1}",
    "Tuesday {1}": "mardi {1}",
    "Wednesday {1}": "mercredi {1}",
    "Thursday {1}": "jeudi {1}",
    "Friday {1}": "vendredi {1}",
    "Saturday {1}": "samedi {1}",
    "Sunday {1}": "dimanche {1}",
    "Monday": "lundi",
    "Tuesday": "mardi",
    "Wednesday": "mercredi",
    "Thursday": "jeudi",
    "Friday": "vendredi",
    "Saturday": "samedi",
    "Sunday": "dimanche",
    "{1}: found {2}, expected {3} or later: the journal has that time already, and time does not go back": (
        "{1} : trouvé {2}, attendu {3} ou plus tard : le journal a déjà cette heure, et le temps ne recule pas"
    ),
    "a new data folder begins at any time: switch up --data FOLDER --clock TIME": (
        "un nouveau dossier commence à n'importe quelle heure : switch up --data DOSSIER --clock HEURE"
    ),
    "{1}: found {2}, expected a time such as 2026-11-27T18:55, where Switch is, or with its offset: {3}, or now": (
        "{1} : trouvé {2}, attendu une heure telle que 2026-11-27T18:55, là où est Switch, ou avec son décalage : {3}, ou now"
    ),
    "{1}: found a time behind the calendar, expected {2} or earlier": (
        "{1} : trouvé une heure au-delà du calendrier, attendu {2} ou plus tôt"
    ),
    "{1}: found {2}, expected a length of time such as 90s, 30m, 2h, 1d or 1d12h": (
        "{1} : trouvé {2}, attendu une durée telle que 90s, 30m, 2h, 1d ou 1d12h"
    ),
    "{1}: found nothing behind it, expected a length of time: advance 2h": (
        "{1} : rien ne suit, attendu une durée : advance 2h"
    ),
    "{1}: found nothing behind it, expected a time: to 2026-11-27T18:55": (
        "{1} : rien ne suit, attendu une heure telle que 2026-11-27T18:55"
    ),
    "{1}: found {2} behind it, expected nothing": "{1} : trouvé {2} après, attendu rien",
    "--data: found no running centre in {1}, expected one: `switch up`": (
        "--data : aucun centre en marche dans {1}, attendu un centre : `switch up`"
    ),
}
