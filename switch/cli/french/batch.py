"""What ``day list``, ``day redo``, ``day diff``, ``close --dry-run``, ``find`` and ``report`` print and complain of."""

from __future__ import annotations

from typing import Final

BATCH_WORDS: Final[dict[str, str]] = {
    # day list
    "decisions": "demandes",
    "paid out": "viré",
    "open": "ouverte",
    "to be closed": "à arrêter",
    "no decisions": "sans demande",
    "closed": "arrêtée",
    "1 missing": "1 manquant",
    "{1#} missing": "{1} manquants",
    "1 changed": "1 modifié",
    "{1#} changed": "{1} modifiés",
    "verified": "contrôlés",
    "{1#} without a digest": "{1} sans empreinte",
    "rows changed in {1#} of the books' tables": "lignes modifiées dans {1} tables de la comptabilité",
    "no business date in this range": "aucune journée comptable dans cette période",
    "reopened": "rouverte",
    "closed again": "arrêtée à nouveau",
    # day prepare
    "the journal is prepared up to request {1#}; files: {2#}, new ones: {3#}, requests left to the close: {4#}": (
        "le journal est préparé jusqu'à la demande {1} ; fichiers : {2}, nouveaux : {3}, demandes laissées à l'arrêté : {4}"
    ),
    "nothing is prepared yet; requests in the journal: {1#}": "rien n'est encore préparé ; demandes au journal : {1}",
    "prepared up to request {1#}": "préparé jusqu'à la demande {1}",
    # day reopen
    "business date {1} is reopened, and is to be closed again": "la journée comptable {1} est rouverte, et reste à arrêter",
    "business date {1} can be reopened; nothing was written": (
        "la journée comptable {1} peut être rouverte ; rien n'a été écrit"
    ),
    "business date {1} cannot be reopened": "la journée comptable {1} ne peut pas être rouverte",
    "business date {1} cannot be reopened: {2*}; correct it on the open date": (
        "la journée comptable {1} ne peut pas être rouverte : {2} ; à corriger sur la journée ouverte"
    ),
    "business date {1} cannot be reopened: {2*}": "la journée comptable {1} ne peut pas être rouverte : {2}",
    "business date {1} is to be closed again: {2} reopened it; {3*}": (
        "la journée comptable {1} reste à arrêter : rouverte par {2} ; {3}"
    ),
    "{1} was closed after it; only the last closed date can be reopened": (
        "celle du {1} a été arrêtée ensuite ; seule la dernière journée arrêtée peut être rouverte"
    ),
    "payment file {1} was written for the bank: 1 transfer pays its payouts": (
        "le fichier de virements {1} est écrit pour la banque, avec 1 virement de la journée"
    ),
    "payment file {1} was written for the bank: {2#} transfers pay its payouts": (
        "le fichier de virements {1} est écrit pour la banque, avec {2} virements de la journée"
    ),
    "it is booked on the accounts of {1}": "elle est passée sur les comptes de {1}",
    "it is booked at once by what is running: {1}": "elle est passée aussitôt sur les comptes des banques en marche : {1}",
    "an earlier release wrote the accounts of bank {1}, which may have booked it": (
        "les comptes de la banque {1} sont d'une version antérieure, et elle y est peut-être passée"
    ),
    "dispute {1} is about a sale of it": "le litige {1} concerne une de ses ventes",
    "a person has decided about its exception with RRN {1}": "une décision est prise sur son anomalie RRN {1}",
    "rows of {1} are not as its close wrote them": "des lignes de « {1} » ont changé depuis son arrêté",
    "1 statement was given to a mail server": "1 relevé est remis à un serveur de messagerie",
    "{1#} statements were given to a mail server": "{1} relevés sont remis à un serveur de messagerie",
    "presentments and adjustments": "présentations et régularisations",
    "to be paid": "à virer",
    "payouts": "virements",
    "banks": "banques",
    "rows kept": "lignes gardées",
    # progress
    "copying the books": "copie de la comptabilité",
    "reading day {1#} of {2#}": "lecture de la journée {1} sur {2}",
    "proving day {1#} of {2#}": "contrôle de la journée {1} sur {2}",
    "{1#}:{2#} left": "reste {1}:{2}",
    # day close --dry-run, day redo, day diff
    "business date {1} would be closed like this; nothing was written": (
        "la journée comptable {1} serait arrêtée ainsi ; rien n'a été écrit"
    ),
    "business date {1} is closed, and was computed again; nothing was written": (
        "la journée comptable {1} est arrêtée et a été recalculée ; rien n'a été écrit"
    ),
    "rows of the books": "lignes de la comptabilité",
    "as they were written": "telles qu'écrites",
    "not as they were written: {1}": "modifiées depuis leur écriture : {1}",
    "files alike": "fichiers identiques",
    "files put back": "fichiers remis",
    "files written otherwise now": "fichiers édités autrement à présent",
    "files without a digest": "fichiers sans empreinte",
    "the specification is not the one that the date was closed with": (
        "la spécification n'est pas celle avec laquelle la journée a été arrêtée"
    ),
    "computed again, the date is the same in every sum and every line": (
        "recalculée, la journée est la même dans chaque somme et chaque ligne"
    ),
    "computed again, {1*} and {2*} would differ": "recalculée, la journée changerait : {1} et {2}",
    "nothing was written: a closed date stays as it is, and a correction is a posting of its own": (
        "rien n'a été écrit : une journée arrêtée reste telle quelle, et une correction est une écriture à part"
    ),
    "0 sums": "0 somme",
    "{1#} sum": "{1} somme",
    "{1#} sums": "{1} sommes",
    "the two dates are alike in every sum": "les deux journées sont égales dans chaque somme",
    "making day {1#} of {2#} again": "journée {1} sur {2} refaite",
    "alike": "identiques",
    "put back": "remis",
    "rows changed": "lignes modifiées",
    "the same": "la même",
    "{1*} would differ": "{1} changeraient",
    "{1#} sums differ": "{1} sommes diffèrent",
    "1 sum differs": "1 somme diffère",
    "of": "de",
    "which": "lequel",
    "sum": "somme",
    "change": "écart",
    "as it stands": "en comptabilité",
    "computed now": "recalculé",
    "bank": "banque",
    "account": "compte",
    "all": "tous",
    "presentment postings": "présentations",
    "adjustment postings": "régularisations",
    "discount postings": "commissions",
    "vat postings": "TVA",
    "entry postings": "écritures",
    "payout postings": "virements",
    "settlement postings": "règlements",
    "presented": "présentées",
    "reversed approvals": "autorisations annulées",
    "exceptions": "anomalies",
    "held": "en attente",
    "captured later": "reprises ailleurs",
    "nothing due": "sans montant dû",
    "entry": "écriture",
    "rounding entries": "arrondis",
    "service entries": "frais de service",
    "gateway entries": "frais de passerelle",
    "cash_machine entries": "commissions GAB",
    "setup entries": "frais d'installation",
    "subscription entries": "abonnement",
    "rent entries": "location de TPE",
    "reserve entries": "retenue de garantie",
    "reserve_release entries": "retenue libérée",
    "deposit entries": "dépôt de garantie",
    "deposit_release entries": "dépôt restitué",
    "chargeback entries": "impayés",
    "representment entries": "représentations",
    "second_chargeback entries": "seconds impayés",
    "chargeback_fee entries": "frais d'impayé",
    "correction entries": "corrections",
    "debits": "débits",
    "credits": "crédits",
    "VAT of entries": "TVA des écritures",
    # day show of a range
    "business dates from {1} to {2}": "journées comptables du {1} au {2}",
    "By date in {1}": "Par journée en {1}",
    "By merchant in {1}": "Par commerçant en {1}",
    # find
    "Fits label, date and amount": "Correspond : libellé, date et montant",
    "nothing fits label, date and amount": "rien ne correspond à la fois au libellé, à la date et au montant",
    "Near": "Approchant",
    "kind": "nature",
    "payout": "virement",
    "sale": "vente",
    "reference": "référence",
    "agrees": "concorde",
    "time": "heure",
    "Its transactions": "Ses opérations",
    "differs": "diffère",
    "label": "libellé",
    "net amount": "montant net",
    "gross amount": "montant brut",
    "paid amount": "montant versé",
    "+1 day": "+1 jour",
    "-1 day": "-1 jour",
    "{1$} days": "{1} jours",
    # report
    "report of {1} written to {2}": "rapport du {1} écrit dans {2}",
    "report from {1} to {2} written to {3}": "rapport du {1} au {2} écrit dans {3}",
    "other currency than the merchant's": "autre devise que celle du commerçant",
    "no issuer": "aucun émetteur",
    "neither domestic nor foreign": "ni nationale ni étrangère",
    "made offline, above the floor limit of the contract": "faite hors ligne, au-dessus du plafond du contrat",
    "statements of {1} until {2} written to {3}": "relevés de {1} jusqu'au {2} écrits dans {3}",
    # mistakes
    "{1}: found {2*}, expected a folder that can be moved; business date {3} is reopened, and is closed by: {4}": (
        "{1} : {2}, attendu un dossier déplaçable ; la journée comptable {3} est rouverte, et s'arrête par : {4}"
    ),
    "{1}: found {2}, expected a folder that can be moved; business date {3} is reopened, and is closed by: {4}": (
        "{1} : « {2} », attendu un dossier déplaçable ; la journée comptable {3} est rouverte, et s'arrête par : {4}"
    ),
    "--dry-run: found beside {1}, expected one of them": "--dry-run : trouvé avec {1}, attendu l'un des deux",
    "merchant {1} has no statement from {2} to {3}": "le commerçant {1} n'a pas de relevé du {2} au {3}",
    "--format {1}: found several dates, expected text, csv or json": (
        "--format {1} : trouvé plusieurs journées, attendu text, csv ou json"
    ),
    "--format {1}: found several months, expected text, csv or json": (
        "--format {1} : trouvé plusieurs mois, attendu text, csv ou json"
    ),
    "{1}: found {2}, expected a month such as 2026-11 or 11/2026": (
        "{1} : trouvé {2}, attendu un mois tel que 11/2026 ou 2026-11"
    ),
    "{1}: found beside {2}, expected a date, a month, or a range with --from and --to": (
        "{1} : trouvé avec {2}, attendu une date, un mois, ou une période avec --from et --to"
    ),
    "--to: found {1}, expected {2} or later, as --from says": "--to : trouvé {1}, attendu le {2} ou après, selon --from",
    "no business date is closed from {1} to {2}; the last one closed is {3}": (
        "aucune journée comptable n'est arrêtée du {1} au {2} ; la dernière journée arrêtée est le {3}"
    ),
    "no business date is closed {1}; the last one closed is {2}": (
        "aucune journée comptable n'est arrêtée le {1} ; la dernière journée arrêtée est le {2}"
    ),
    "nothing to close: {1*}": "rien à arrêter : {1}",
    "AMOUNT: found {1}, expected an amount such as 412.35 or 412,35": (
        "AMOUNT : trouvé {1}, attendu un montant tel que 412,35 ou 412.35"
    ),
    "AMOUNT: found {1}, expected an amount above zero": "AMOUNT : trouvé {1}, attendu un montant au-dessus de zéro",
    "business date {1} cannot be computed in a copy of the books: {2}": (
        "la journée comptable {1} ne peut pas être calculée dans une copie de la comptabilité : « {2} »"
    ),
}
