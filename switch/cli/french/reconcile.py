"""What ``reconcile`` prints and complains of."""

from __future__ import annotations

from typing import Final

_EXPECTED: Final = "a till export, a relevé or a bank statement (CSV, XLSX, text, JSON, camt.053)"
_ATTENDU: Final = "attendu un export de caisse, un relevé monétique ou un relevé bancaire (CSV, XLSX, texte, JSON, camt.053)"

RECONCILE: Final[dict[str, str]] = {
    "LEFT": "GAUCHE",
    "RIGHT": "DROITE",
    "1 line": "1 ligne",
    "{1#} lines": "{1} lignes",
    "{1#} without the label": "{1} sans le libellé",
    "1 entry left out": "1 mouvement laissé de côté",
    "{1#} entries left out": "{1} mouvements laissés de côté",
    "clock": "horloge",
    "lost lines": "lignes perdues",
    "1 hour": "1 heure",
    "{1#} hours": "{1} heures",
    "{1}: RIGHT is {2*} behind, as {3#} lines say": "{1} : DROITE retarde de {2}, d'après {3} lignes",
    "{1}: RIGHT is {2*} ahead, as {3#} lines say": "{1} : DROITE avance de {2}, d'après {3} lignes",
    "remise {1} of {2}": "remise {1} du {2}",
    "LEFT lacks {1*} of {2*}, {3$} {4}, and has {5#} of it": "à GAUCHE il manque {1} ({2}), soit {3} {4} ; {5} y sont",
    "RIGHT lacks {1*} of {2*}, {3$} {4}, and has {5#} of it": "à DROITE il manque {1} ({2}), soit {3} {4} ; {5} y sont",
    "LEFT states {1$} {2} more for {3*} than its {4*} come to": "GAUCHE annonce {1} {2} de plus que la somme de {4} ({3})",
    "RIGHT states {1$} {2} more for {3*} than its {4*} come to": "DROITE annonce {1} {2} de plus que la somme de {4} ({3})",
    # tables
    "class": "classe",
    "MATCHED": "RAPPROCHÉ",
    "DIFFERENCE": "ÉCART",
    "UNMATCHED": "NON RAPPROCHÉ",
    "in all": "en tout",
    "LEFT lines": "nb GAUCHE",
    "RIGHT lines": "nb DROITE",
    "LEFT line": "ligne GAUCHE",
    "RIGHT line": "ligne DROITE",
    "difference": "écart",
    "currency": "devise",
    "pass": "rapproché par",
    "findings": "nombre",
    "dated": "date",
    "time": "heure",
    "card": "carte",
    "reference": "référence",
    "note": "remarque",
    "RIGHT is 1 day later": "DROITE a 1 jour de retard",
    "RIGHT is 1 day earlier": "DROITE a 1 jour d'avance",
    "RIGHT is {1#} days later": "DROITE a {1} jours de retard",
    "RIGHT is {1#} days earlier": "DROITE a {1} jours d'avance",
    "repeats line {1#}, which is matched": "répète la ligne {1}, déjà rapprochée",
    "{1*} has transactions only: fees and other entries of its payouts are in payouts.csv": (
        "{1} n'a que les opérations : frais et autres mouvements des versements sont dans payouts.csv"
    ),
    "on different dates": "à des dates différentes",
    "1 record is set aside": "1 enregistrement est écarté",
    "{1#} records are set aside": "{1} enregistrements sont écartés",
    "LEFT line {1#}: found {2}, expected {3*}": "GAUCHE ligne {1} : trouvé {2}, attendu {3}",
    "RIGHT line {1#}: found {2}, expected {3*}": "DROITE ligne {1} : trouvé {2}, attendu {3}",
    "an amount such as 1 234,56": "un montant tel que 1 234,56",
    "an amount such as 1234.56": "un montant tel que 1234.56",
    "a date such as 03/02/2026": "une date telle que 03/02/2026",
    "a date such as 2026-02-03": "une date telle que 2026-02-03",
    "a time such as 14:05": "une heure telle que 14:05",
    "a currency such as MAD": "une devise telle que MAD",
    "an amount in {1}": "un montant en {1}",
    "quotation marks that end in their row": "des guillemets fermés dans la même ligne",
    "cells of at most 131,072 characters": "des cellules de 131 072 caractères au plus",
    "a total": "un total",
    "the date of a remise": "la date d'une remise",
    "CRDT or DBIT": "CRDT ou DBIT",
    "a line of date, STAN, card type, L or I, card and amount": (
        "une ligne : date, STAN, type de carte, L ou I, carte et montant"
    ),
    "a line of date, time, card, kind, amount and C or D": "une ligne : date, heure, carte, nature, montant et C ou D",
    "a line of two dates, card, batch, rate, amount, discount, net, approval and ARN": (
        "une ligne : deux dates, carte, lot, taux, montant, commission, net, autorisation et ARN"
    ),
    "a line of switch statement --json": "une ligne de switch statement --json",
    "and {1#} more: --csv FILE has all": "et {1} de plus : --csv FILE les donne toutes",
    "every line with its class written to {1}": "chaque ligne et sa classe : {1}",
    "all lines of both files are matched": "toutes les lignes des deux fichiers sont rapprochées",
    # the three books
    "transactions": "opérations",
    "by journal": "au journal",
    "by bank": "à la banque",
    "by day": "à la journée",
    "differences": "écarts",
    "as exceptions": "en anomalie",
    "request": "demande",
    "the three books say the same of every transaction": "les trois livres concordent pour chaque opération",
    "no book of {1} here: journal and day were compared without it": (
        "aucun livre de {1} ici : journal et journée sont comparés sans lui"
    ),
    "the book of {1} was not read: an earlier release wrote it": (
        "le livre de {1} n'est pas lu : il est d'une version antérieure"
    ),
    "{1} has not booked {2} yet: journal and day were compared without its book": (
        "{1} n'a pas encore comptabilisé {2} : journal et journée sont comparés sans son livre"
    ),
    "{1}: found 1 transaction on which the three books differ, expected none": (
        "{1} : trouvé 1 opération sur laquelle les trois livres diffèrent, aucune attendue"
    ),
    "{1}: found {2#} transactions on which the three books differ, expected none": (
        "{1} : trouvé {2} opérations sur lesquelles les trois livres diffèrent, aucune attendue"
    ),
    "--books: found beside the file {1}, expected one of them": "--books : trouvé avec le fichier {1}, attendu l'un des deux",
    # what cannot be read, or was typed wrongly
    "{1} and {2}: found differences {3#}, unmatched {4#}, set aside {5#}, expected none": (
        "{1} et {2} : trouvé écarts {3}, non rapprochés {4}, enregistrements écartés {5}, aucun attendu"
    ),
    "LEFT: found nothing, expected a file": "LEFT : rien trouvé, attendu un fichier",
    "RIGHT: found nothing, expected a file": "RIGHT : rien trouvé, attendu un fichier",
    "switch reconcile LEFT RIGHT, or --books": "switch reconcile LEFT RIGHT, ou --books",
    "{1}: found beside --books, which has no use for it": "{1} : trouvé avec --books, qui n'en fait rien",
    "--data: found without --books, expected both": "--data : trouvé sans --books, attendu les deux",
    "--label: found without a bank statement, expected one in LEFT or RIGHT": (
        "--label : trouvé sans relevé bancaire, attendu l'un des deux fichiers"
    ),
    "{1}: found {2}, which this command reads, expected another file": (
        "{1} : trouvé {2}, que cette commande lit, attendu un autre fichier"
    ),
    "--excel-fr: found without --csv, expected both": "--excel-fr : trouvé sans --csv, attendu les deux",
    f"{{1}}: found no such file, expected {_EXPECTED}": f"{{1}} : fichier introuvable, {_ATTENDU}",
    f"{{1}}: found a folder, expected {_EXPECTED}": f"{{1}} : trouvé un dossier, {_ATTENDU}",
    f"{{1}}: found an empty file, expected {_EXPECTED}": f"{{1}} : trouvé un fichier vide, {_ATTENDU}",
    f"{{1}}: found no line of money, expected {_EXPECTED}": f"{{1}} : trouvé aucune ligne, {_ATTENDU}",
    f"{{1}}: found a file of no known layout, expected {_EXPECTED}": f"{{1}} : trouvé un fichier de forme inconnue, {_ATTENDU}",
    "`--map date=HEAD,amount=HEAD` names the columns of a table; --left-as and --right-as say what a file is": (
        "`--map date=TITRE,amount=TITRE` nomme les colonnes d'un tableau ; --left-as et --right-as disent ce qu'est un fichier"
    ),
    "`--map date=HEAD,amount=HEAD` names the columns": "`--map date=TITRE,amount=TITRE` nomme les colonnes",
    "{1}: found the heads {2}, expected those of a date and an amount": (
        "{1} : trouvé les titres {2}, attendu ceux d'une date et d'un montant"
    ),
    "--map: found {1}, expected heads of columns in {2}": "--map : trouvé {1}, attendu des titres de colonnes de {2}",
    "{1}: found no usable line (line {2#}: {3}), expected {4*}": (
        "{1} : trouvé aucune ligne utilisable (ligne {2} : {3}), attendu {4}"
    ),
    "{1}: found a damaged workbook, expected XLSX": "{1} : trouvé un classeur endommagé, attendu XLSX",
    "{1}: found a workbook, expected {2}": "{1} : trouvé un classeur, attendu {2}",
    "{1}: found broken XML, expected camt.053": "{1} : trouvé un XML endommagé, attendu camt.053",
    "{1}: found an encoding that XML is not read in, expected UTF-8 or another usual one": (
        "{1} : trouvé un codage dans lequel XML ne se lit pas, attendu UTF-8 ou un autre codage usuel"
    ),
    "{1}: found a document type, expected a camt.053 without one": (
        "{1} : trouvé un type de document, attendu un camt.053 qui n'en a pas"
    ),
    "{1}: found broken JSON, expected switch statement --json": (
        "{1} : trouvé un JSON endommagé, attendu switch statement --json"
    ),
    "{1}: found another JSON, expected switch statement --json": "{1} : trouvé un autre JSON, attendu switch statement --json",
    "--map: found {1}, expected pairs such as `date=Jour,amount=Total`, or the name of a TOML file; fields are `{2}`": (
        "--map : trouvé {1}, attendu des paires telles que `date=Jour,amount=Total`, ou un fichier TOML ; champs : `{2}`"
    ),
}
