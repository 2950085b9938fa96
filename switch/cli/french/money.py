"""What ``payouts`` and ``day accounting`` print and complain of: transfers at the bank, and what the bank said of them.

A payout is a *virement*, as in the screens of the day; what ISO 20022 calls a transfer is an *ordre de virement*.
"""

from __future__ import annotations

from typing import Final

MONEY: Final[dict[str, str]] = {
    # the states of a payout, the verdicts of a bank
    "due": "à émettre",
    "issued": "émis",
    "accepted": "accepté",
    "settled": "exécuté",
    "rejected": "rejeté",
    "returned": "retourné",
    "disputed": "contesté",
    "released": "libéré",
    # tables
    "reference": "référence",
    "transfers": "ordres",
    "transfer": "ordre",
    "message id": "MsgId",
    "control sum": "somme de contrôle",
    "attempt": "essai",
    "label": "libellé",
    "source": "source",
    "RIB": "RIB",
    # what was done
    "payouts of {1} are issued": "les virements du {1} sont émis",
    "payouts of {1} are issued already, nothing was changed": "les virements du {1} sont déjà émis, rien n'a changé",
    "{1#}; {2#} paid again": "{1} ; {2} émis de nouveau",
    "1 transfer changed": "1 ordre modifié",
    "{1#} transfers changed": "{1} ordres modifiés",
    "{1#} known before": "{1} déjà connus",
    "{1#} with nothing new": "{1} sans nouveauté",
    "{1#} set aside": "{1} mis de côté",
    "released by a person": "libéré par une personne",
    # what was not
    "{1}: there are no such payouts": "{1} : aucun virement de ce genre",
    "{1}: there is no payout {2} that is to be paid": "{1} : aucun virement {2} à payer",
    "{1}: no business date is closed yet": "{1} : aucune journée comptable n'est encore arrêtée",
    "business date {1} is not closed; the last one closed is {2}": (
        "la journée comptable {1} n'est pas arrêtée ; la dernière journée arrêtée est le {2}"
    ),
    "no business date from {1} to {2} is closed; the last one closed is {3}": (
        "aucune journée comptable du {1} au {2} n'est arrêtée ; la dernière journée arrêtée est le {3}"
    ),
    "no business date of {1} is closed; the last one closed is {2}": (
        "aucune journée comptable du {1} n'est arrêtée ; la dernière journée arrêtée est le {2}"
    ),
    "nothing to issue: no payout of {1} is to be paid, and none is to be paid again": (
        "rien à émettre : aucun virement du {1} à payer, et aucun à payer de nouveau"
    ),
    "no file was issued: {1*}; {2*}": "aucun fichier émis : {1} ; {2}",
    "no file was issued: {1*}": "aucun fichier émis : {1}",
    "1 payout lacks a RIB with 24 digits: {1}": "1 virement sans RIB de 24 chiffres : {1}",
    "{1#} payouts lack a RIB with 24 digits: {2}": "{1} virements sans RIB de 24 chiffres : {2}",
    "1 payout lacks a currency that ISO 4217 names: {1}": "1 virement dans une devise sans nom ISO 4217 : {1}",
    "{1#} payouts lack a currency that ISO 4217 names: {2}": "{1} virements dans une devise sans nom ISO 4217 : {2}",
    "REFERENCE: found {1}, expected the reference of a payout; {2} has them": (
        "REFERENCE : trouvé {1}, attendu la référence d'un virement ; {2} les donne"
    ),
    "REFERENCE: found {1}, which no file has yet, expected a payout that was rejected or returned": (
        "REFERENCE : trouvé {1}, qu'aucun fichier n'a encore, attendu un virement rejeté ou retourné"
    ),
    "REFERENCE: found {1}, whose transfer may still be paid, expected a payout that was rejected or returned": (
        "REFERENCE : trouvé {1}, dont l'ordre peut encore être payé, attendu un virement rejeté ou retourné"
    ),
    "{1}: found transfers in the books that make other bytes than before, expected SHA-256 {2}; {3} says what was changed": (
        "{1} : trouvé des ordres qui donnent d'autres octets que ceux émis, attendu SHA-256 {2} ; {3} dit ce qui a changé"
    ),
    # a file of the bank
    "{1}: found no such file, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)": (
        "{1} : trouvé aucun fichier de ce nom, attendu un pain.002, camt.054 ou pacs.004 d'une banque (ISO 20022)"
    ),
    "{1}: found {2*}, expected a pain.002, camt.054 or pacs.004 of a bank (ISO 20022)": (
        "{1} : trouvé {2}, attendu un pain.002, camt.054 ou pacs.004 d'une banque (ISO 20022)"
    ),
    "a document type (DOCTYPE)": "un type de document (DOCTYPE)",
    "no XML (line {1}: {2})": "pas de XML (ligne {1} : {2})",
    "a message {1}": "un message {1}",
    "{1} in the namespace {2}": "{1} dans l'espace de noms {2}",
    "more than {1#} elements": "plus de {1} éléments",
    "elements more than {1#} deep": "des éléments sur plus de {1} niveaux",
    "text that cannot be read ({1})": "un texte illisible ({1})",
    # a record of it that was set aside; ``record: `` in front keeps these apart from other sentences, and is not printed
    "record: found {1}, expected XML to its end": "trouvé {1}, attendu du XML jusqu'à la fin",
    "record: found the unknown reference {1}, expected the end-to-end id of a transfer that was issued": (
        "trouvé la référence inconnue {1}, attendu l'EndToEndId d'un ordre émis"
    ),
    "record: found {1}, which no file was issued under, expected the id of a file of ours": (
        "trouvé {1}, sous lequel aucun fichier n'a été émis, attendu l'identifiant d'un de nos fichiers"
    ),
    "record: found a record that breaks off, expected a whole one": (
        "trouvé un enregistrement interrompu, attendu un enregistrement entier"
    ),
    "record: found an entry that breaks off, expected a whole one": (
        "trouvé une écriture interrompue, attendu une écriture entière"
    ),
    "record: found no {1}, expected the id of what was sent": "trouvé aucun {1}, attendu l'identifiant de ce qui a été émis",
    "record: found no {1}, expected the file that the statuses are of": (
        "trouvé aucun {1}, attendu le fichier que les statuts concernent"
    ),
    "record: found no {1}, expected one of {2}": "trouvé aucun {1}, attendu l'un de {2}",
    "record: found no {1}, expected CRDT or DBIT": "trouvé aucun {1}, attendu CRDT ou DBIT",
    "record: found {1}, expected CRDT or DBIT": "trouvé {1}, attendu CRDT ou DBIT",
    "record: found a credit for {1} that is no return, expected a booked debit, or a credit with RtrInf": (
        "trouvé un crédit pour {1} qui n'est pas un retour, attendu un débit comptabilisé, ou un crédit avec RtrInf"
    ),
    "record: found a debit taken back, expected a booked debit, or a credit with RtrInf": (
        "trouvé un débit annulé, attendu un débit comptabilisé, ou un crédit avec RtrInf"
    ),
    "record: found {1} for {2}, expected {3}": "trouvé {1} pour {2}, attendu {3}",
    "record: found {1}, expected one of {2}": "trouvé {1}, attendu l'un de {2}",
    # accounting
    "--month: found {1}, expected a month such as 2026-11": "--month : trouvé {1}, attendu un mois tel que 2026-11",
    "--month: found beside a DATE, expected one of them": "--month : trouvé avec une DATE, attendu l'un des deux",
    "--all: found beside a DATE or --month, expected one of them": (
        "--all : trouvé avec une DATE ou --month, attendu l'un des deux"
    ),
    "--from: found beside DATE, expected one of them": "--from : trouvé avec DATE, attendu l'un des deux",
    "--to: found without --from or a DATE, expected the first date": (
        "--to : trouvé sans --from ni DATE, attendu la première date"
    ),
    "--to: found {1}, expected {2} or later": "--to : trouvé {1}, attendu {2} ou plus tard",
    "--ledger: found beside --chart or --merchant, expected one of them: it is of Switch itself": (
        "--ledger : trouvé avec --chart ou --merchant, attendu l'un des deux : c'est le grand livre de Switch"
    ),
    "--chart: found {1}, expected one of {2}": "--chart : trouvé {1}, attendu l'un de {2}",
    # proofs of the money
    "transfers_have_payouts": "ordres fondés",
    "payouts_paid_once": "virements payés une fois",
    "attempts_in_order": "essais numérotés",
    "transfer_entries_balance": "écritures des ordres équilibrées",
    "suspense_as_transfers": "compte d'attente exact",
    "files_have_their_transfers": "fichiers complets",
    "payment_files_unchanged": "fichiers de virements inchangés",
    "transfer {1} of {2} minor units is of no payout that is to be paid, {3}, or of no file": (
        "l'ordre {1} de {2} unités divisionnaires n'a pas de virement à payer, {3}, ou pas de fichier"
    ),
    "payout {1} is paid twice: by transfer {2}, and by transfer {3}": (
        "le virement {1} est payé deux fois : par l'ordre {2}, et par l'ordre {3}"
    ),
    "payout {1} has {2} transfers, numbered {3} to {4}": "le virement {1} a {2} ordres, numérotés de {3} à {4}",
    "payout {1}: {2} minor units in the suspense account, where its transfers leave {3}": (
        "virement {1} : {2} unités divisionnaires au compte d'attente, où ses ordres laissent {3}"
    ),
    "payment file {1} has {2} transfers, and {3} in the books": ("le fichier {1} a {2} ordres, et {3} dans la comptabilité"),
    "{1} is not as it was issued; {2} of its date writes it from the books": (
        "{1} n'est pas comme il a été émis ; {2} de sa date l'écrit à partir de la comptabilité"
    ),
    "1 payment file is missing, {1} of the date writes them: {2}": (
        "1 fichier de virements manque, {1} de la date l'écrit : {2}"
    ),
    "{1#} payment files are missing, {2} of the date writes them: {3}": (
        "{1} fichiers de virements manquent, {2} de la date les écrit : {3}"
    ),
}
