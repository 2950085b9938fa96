"""The French of what the commands of the day print (those with ``--lang``): a catalogue, and nothing else."""

from __future__ import annotations

from typing import Final

#: English -> French. ``{1}``, ``{2}`` … are what differs; what stands there is looked up again.
FRENCH: Final[dict[str, str]] = {
    # day close, day show: the outcome
    "business date {1} is closed": "la journée comptable {1} est arrêtée",
    "business date {1} is already closed, nothing was changed": "la journée comptable {1} est déjà arrêtée, rien n'a changé",
    "business date {1} is already closed; files were missing and are rendered again from the books": (
        "la journée comptable {1} est déjà arrêtée ; des fichiers manquaient et ont été réédités à partir des livres"
    ),
    "business date {1} is already closed, nothing was changed; {2} is still open, name it to close it now: {3}": (
        "la journée comptable {1} est déjà arrêtée, rien n'a changé ; {2} est encore ouverte, pour l'arrêter maintenant : {3}"
    ),
    "nothing to close: {1}; {2}": "rien à arrêter : {1} ; {2}",
    "business date {1} has no decisions": "la journée comptable {1} n'a aucune demande",
    "no business date was ever opened": "aucune journée comptable n'a été ouverte",
    "the last one closed is {1}": "la dernière journée arrêtée est {1}",
    "none is closed yet": "aucune n'est encore arrêtée",
    # the head of a day
    "business date": "journée comptable",
    "value date": "date de valeur",
    "approved": "autorisées",
    "refunds": "remboursements",
    "adjustments": "régularisations",
    "holds waiting": "montants bloqués en attente",
    "cleared": "compensées",
    "files": "fichiers",
    "{1} presented": "{1} présentées",
    "{1} reversed": "{1} annulées",
    "{1} held": "{1} en attente de confirmation",
    "{1} captured by another request": "{1} reprises par une autre demande",
    "{1} with nothing due": "{1} sans montant dû",
    "{1} as exceptions": "{1} en anomalie",
    ": ": " : ",
    "; ": " ; ",
    # tables
    "totals": "totaux",
    "count": "nombre",
    "gross": "brut",
    "interchange": "interchange",
    "discount": "comm. HT",
    "VAT": "TVA",
    "net to merchants": "net commerçants",
    "Net positions in {1}: + receives, - pays; they sum to zero": (
        "Soldes nets en {1} : + reçoit, - paie ; leur somme est nulle"
    ),
    "participant": "participant",
    "role": "rôle",
    "issuer": "émetteur",
    "acquirer": "acquéreur",
    "debit": "débit",
    "credit": "crédit",
    "net": "net",
    "Payouts in {1}, value date {2}": "Virements en {1}, date de valeur {2}",
    "merchant": "commerçant",
    "forward": "report",
    "outcome": "suite",
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
    "Held: approved and waiting to be captured": "Montants bloqués : autorisés, en attente de confirmation",
    "waits for": "attend",
    "completion": "confirmation",
    "batch": "télécollecte",
    "never": "jamais",
    "cut_off": "à l'arrêté",
    "at once": "aussitôt",
    "since": "depuis",
    "days": "jours",
    "Approved but not presented": "Autorisées mais non présentées",
    "reason": "motif",
    "and {1} more": "et {1} de plus",
    # check
    "closed days": "journées arrêtées",
    "none": "aucune",
    "{1}, from {2} to {3}": "{1}, du {2} au {3}",
    "approvals": "autorisations",
    "postings": "écritures",
    "statements": "relevés",
    "day files": "fichiers de journée",
    "sealed cards": "cartes chiffrées",
    "still open": "encore ouvertes",
    "not proved": "non prouvé",
    "day": "journée",
    "check": "contrôle",
    "fault": "anomalie",
    "the books are sound": "les livres sont justes",
    "{1}: {2} in the books, expected none": "{1} : {2} dans les livres, aucune attendue",
    "{1} fault": "{1} anomalie",
    "{1} faults": "{1} anomalies",
    "{1} files are not as they were written: {2}; delete them, and `{3}` writes them from the books": (
        "{1} fichiers ont changé depuis leur écriture : {2} ; supprimez-les, et `{3}` les réédite à partir des livres"
    ),
    "the rows of {1} are not as they were written": "les lignes de {1} ont changé depuis leur écriture",
    "{1}: files missing, `{2}` writes them: {3}": "{1} : des fichiers manquent, `{2}` les réédite : {3}",
    "files of {1} were not compared: an earlier release closed the day and kept no digests": (
        "fichiers de {1} non comparés : une version antérieure a arrêté la journée sans garder d'empreintes"
    ),
    "no pan.key here: sealed card numbers were not opened": (
        "pan.key est absent : les numéros de carte chiffrés n'ont pas été ouverts"
    ),
    # merchants
    "name": "nom",
    "city": "ville",
    "MCC": "MCC",
    "plan": "barème",
    "capture": "capture",
    "terminals": "TPE",
    "(any other)": "(tout autre)",
    "authorization": "autorisation",
    # errors
    "business date: found {1}, expected a date such as 2026-11-22": (
        "journée comptable : trouvé {1}, attendu une date comme 2026-11-22"
    ),
    "business date {1} is not open yet, the open one is {2}": (
        "la journée comptable {1} n'est pas encore ouverte, la journée ouverte est {2}"
    ),
    "business date {1} cannot be closed before {2}": "la journée comptable {1} ne peut pas être arrêtée avant {2}",
    "{1} was never a business date here; {2}": "{1} n'a jamais été une journée comptable ici ; {2}",
    "business date {1} is not closed; {2}": "la journée comptable {1} n'est pas arrêtée ; {2}",
    "merchant {1} has no statement yet: none of its sales is in a closed day": (
        "le commerçant {1} n'a pas encore de relevé : aucune de ses ventes n'est dans une journée arrêtée"
    ),
    "merchant {1} has no statement of {2}, its latest is of {3}": (
        "le commerçant {1} n'a pas de relevé du {2}, le dernier est du {3}"
    ),
    "merchant {1} has no statement of {2}, nor of any other date": "le commerçant {1} n'a aucun relevé (demandé : {2})",
    "MERCHANT: found {1}, expected one such as {2}": "MERCHANT : trouvé {1}, attendu par exemple {2}",
    "switch merchants lists them": "switch merchants en donne la liste",
    "no day is closed yet: nothing to prove": "aucune journée n'est encore arrêtée : rien à prouver",
    "merchant: found {1}, expected one with a statement": "commerçant : trouvé {1}, attendu un commerçant qui a un relevé",
    "--json: found beside --format, expected one of them": "--json : trouvé avec --format, attendu l'un des deux",
    "--excel-fr: found without --format csv, expected both": "--excel-fr : trouvé sans --format csv, attendu les deux",
    "{1}: found no journal.db, expected the data folder of a Switch that has run": (
        "{1} : pas de journal.db, attendu le dossier de données d'un Switch qui a déjà tourné"
    ),
    "--data or SWITCH_DATA names another folder; {1} starts Switch with this one": (
        "--data ou SWITCH_DATA désigne un autre dossier ; {1} démarre Switch avec celui-ci"
    ),
    # counts, behind all that says more
    "{1} decision": "{1} demande",
    "{1} decisions": "{1} demandes",
    "{1} approval": "{1} autorisation",
    "{1} approvals": "{1} autorisations",
    "{1} adjustment": "{1} régularisation",
    "{1} adjustments": "{1} régularisations",
    "{1}: {2} presented and {3}": "{1} : {2} présentées et {3}",
    "{1}: {2}": "{1} : {2}",
    "{1} in {2}": "{1} sur {2}",
    "{1} of {2}": "{1} sur {2}",
}
