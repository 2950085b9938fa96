"""What ``check`` proves, and every sentence of a proof that fails: of ``clearing/checks``, ``clearing/proofs``,
``settlement/checks`` and ``endofday/soundness``.

A minor unit is an *unité divisionnaire*, the word of ISO 4217: the centime of the dirham.
"""

from __future__ import annotations

from typing import Final

PROOFS: Final[dict[str, str]] = {
    # the names of the checks, as ``check`` lists them; --json keeps the English ones
    "entries_balance": "écritures équilibrées",
    "exceptions_end_once": "anomalies clôturées une fois",
    "disputes_booked": "litiges comptabilisés",
    "disputes_within_sales": "litiges dans la limite des ventes",
    "disputes_posted": "écritures des litiges",
    "debits_settle_payouts": "prélèvements exacts",
    "positions_sum_to_zero": "somme des soldes nets nulle",
    "positions_match_presentments": "soldes nets exacts",
    "approvals_presented_once": "autorisations présentées une fois",
    "nothing_else_presented": "rien d'autre présenté",
    "holds_end_once": "blocages dénoués une fois",
    "adjustments_leave_what_remains": "régularisations exactes",
    "adjustments_have_reversals": "régularisations justifiées",
    "lines_add_up": "lignes exactes",
    "statements_equal_payouts": "relevés et virements égaux",
    "remises_add_up": "remises exactes",
    "remises_paid_once": "remises réglées une fois",
    "entries_posted": "mouvements comptabilisés",
    "fee_lines_follow_rules": "frais conformes aux règles",
    "line_entries_add_up": "frais repris en mouvements",
    "discounts_follow_rules": "taux conformes aux règles",
    "charges_due_once": "abonnements facturés une fois",
    "releases_are_what_was_held": "retenues libérées exactement",
    "releases_are_made": "retenues toutes libérées",
    "holdings_are_shares": "retenues conformes au contrat",
    "rounding_follows_remises": "arrondis exacts",
    "lines_stand_once": "opérations à un seul endroit",
    "lines_are_whole": "opérations complètes",
    "payables_discharged": "commerçants soldés",
    "payouts_posted": "virements comptabilisés",
    "carried_once": "reports exacts",
    "payouts_in_one_currency": "virements en une seule monnaie",
    "conversions_add_up": "conversions exactes",
    "payouts_in_account_currency": "monnaie des virements",
    "conversions_follow_rates": "conversions au cours",
    "closed_day_unchanged": "journée inchangée",
    "charges_follow_rates": "frais conformes aux taux",
    "presentments_are_the_journals": "présentations conformes",
    "only_refunds_are_credits": "signe des montants",
    "captures_are_within_grants": "captures autorisées",
    "decisions_have_requests": "décisions fondées",
    "reversals_have_originals": "annulations fondées",
    "holds_are_captured_once": "blocages capturés une fois",
    "databases_sound": "bases intègres",
    "schema_unchanged": "structure des bases",
    "cards_open": "cartes déchiffrables",
    "messages_open": "messages déchiffrables",
    "rows_unchanged": "lignes inchangées",
    "withdrawn_rows_unchanged": "lignes retirées inchangées",
    "reopened_is_closed_again": "journées rouvertes arrêtées de nouveau",
    "reopenings_are_all_there": "réouvertures toutes présentes",
    "invoices_of_whole_months": "factures des mois entiers",
    "files_unchanged": "fichiers inchangés",
    "issuers_booked": "comptes des émetteurs",
    "issuers_agree_with_positions": "émetteurs et soldes nets",
    "approvals_in_issuers_books": "autorisations chez l'émetteur",
    "posted_once": "imputations uniques",
    "holds_end_in_one_way": "fin des blocages",
    # endofday/issuer_proofs
    "issuer {1}: request {2} was presented for {3$} and is booked for {4$} (minor units)": (
        "émetteur {1} : la demande {2} est présentée pour {3} et comptabilisée pour {4} (en unités divisionnaires)"
    ),
    "issuer {1}: a position of {2$}, and {3$} booked on its accounts (minor units)": (
        "émetteur {1} : solde net de {2}, et {3} comptabilisé sur ses comptes (en unités divisionnaires)"
    ),
    "issuer {1}: its book has no entry of approval {2} (RRN {3})": (
        "émetteur {1} : son livre n'a aucune écriture de l'autorisation {2} (RRN {3})"
    ),
    "issuer {1}: {2$} booked of request {3}, and {4$} moved on its account (minor units)": (
        "émetteur {1} : {2} comptabilisé de la demande {3}, et {4} mouvementé sur son compte (en unités divisionnaires)"
    ),
    "issuer {1}: a hold on account {2} ended twice: {3$} is left (minor units)": (
        "émetteur {1} : un montant bloqué du compte {2} a pris fin deux fois : il reste {3} (en unités divisionnaires)"
    ),
    "accounts were not compared with the closed days: no book here of {1}": (
        "les comptes n'ont pas été rapprochés des journées arrêtées : aucun livre ici de {1}"
    ),
    "accounts of {1} were not compared: an earlier release wrote its book": (
        "les comptes de {1} n'ont pas été rapprochés : son livre est d'une version antérieure"
    ),
    "{1} has not booked {2} yet; it does once its process runs": (
        "{1} n'a pas encore comptabilisé {2} ; il le fait dès que son processus tourne"
    ),
    "{1} has not booked {2} yet; it does once it is told: `switch day close {3}` does that": (
        "{1} n'a pas encore comptabilisé {2} ; il le fait dès qu'il en est avisé par `switch day close {3}`"
    ),
    # clearing/checks
    "entry {1} does not balance: {2} debited, {3} credited (minor units)": (
        "l'écriture {1} n'est pas équilibrée : {2} au débit, {3} au crédit (en unités divisionnaires)"
    ),
    "net positions sum to {1$} {2}, expected 0": "la somme des soldes nets est de {1} {2}, attendu 0",
    "issuer {1}: presentments of {2} with interchange {3}, but a position of {4} with interchange {5} (minor units)": (
        "émetteur {1} : présentations de {2} avec {3} d'interchange, mais solde de {4} avec {5} d'interchange "
        "(en unités divisionnaires)"
    ),
    "approval {1} (RRN {2}) is not presented exactly once as the journal has it, nor reversed, nor held, nor captured by "
    "another request, nor listed as an exception": (
        "l'autorisation {1} (RRN {2}) n'est ni présentée une seule fois telle qu'au journal, ni annulée, ni en attente, "
        "ni reprise par une autre demande, ni en anomalie"
    ),
    "{1} presentments, {2} exceptions, {3} reversed, {4} held, {5} captured by another request and {6} with nothing due "
    "for {7} approvals in the journal": (
        "présentées : {1}, en anomalie : {2}, annulées : {3}, en attente : {4}, reprises par une autre demande : {5}, "
        "sans montant dû : {6}, pour {7} au journal (en nombre d'autorisations)"
    ),
    "hold {1} is {2*} by {3}, which the journal does not have so": (
        "le montant bloqué {1} est {2} par {3}, que le journal ne confirme pas"
    ),
    "captured": "capturé",
    "reversed": "annulé",
    "hold {1} (RRN {2}) is held still, and request {3} captured it": (
        "le montant bloqué {1} (RRN {2}) est encore en attente, alors que la demande {3} l'a capturé"
    ),
    "presentment {1} (RRN {2}) stands at {3} after reversals that leave {4} of it (minor units)": (
        "la présentation {1} (RRN {2}) vaut {3} après des annulations qui en laissent {4} (en unités divisionnaires)"
    ),
    "the adjustment of presentment {1} has no reversal of its date, or not that presentment, behind it": (
        "la régularisation de la présentation {1} ne repose sur aucune annulation de sa journée, ou pas sur cette présentation"
    ),
    "presentment {1} does not add up": ("présentation {1} : le brut n'est pas la somme de la commission, de la TVA et du net"),
    "adjustment {1} does not add up": ("régularisation {1} : le brut n'est pas la somme de la commission, de la TVA et du net"),
    # settlement/conversion
    "conversion of payout {1}: {2} minor units are not what the payout is, or not what is paid with the margin": (
        "conversion du virement {1} : {2} (en unités divisionnaires) n'est pas le virement, ou le montant payé et la marge"
    ),
    "payout {1}: {2} minor units are not paid in the currency of the account": (
        "virement {1} : {2} (en unités divisionnaires) n'est pas versé dans la monnaie du compte"
    ),
    "conversion of payout {1}: {2} minor units do not follow the rate {3}": (
        "conversion du virement {1} : {2} (en unités divisionnaires) ne suit pas le cours {3}"
    ),
    # mail/outbox_checks
    "messages_have_statements": "messages justifiés",
    "messages_sent_once": "messages envoyés une fois",
    "outbox_sound": "boîte d'envoi saine",
    "messages": "messages",
    "the message for merchant {1} is of no statement of the books": "le message au commerçant {1} n'est d'aucun relevé",
    "the message for merchant {1} has {2} as the close did not write it": (
        "le message au commerçant {1} porte {2} autrement que l'arrêté ne l'a écrit"
    ),
    "the message for merchant {1} was taken by a mail server twice": (
        "le message au commerçant {1} a été pris deux fois par un serveur"
    ),
    "the message for merchant {1} is sent, and no attempt says so": (
        "le message au commerçant {1} est envoyé, sans tentative qui le dise"
    ),
    # settlement/checks
    "merchant {1}: payouts in the currencies {2} and {3} on one date, expected one currency": (
        "commerçant {1} : virements dans les monnaies {2} et {3} à une même date, alors qu'une seule est attendue"
    ),
    "merchant {1}, terminal {2}: remise {3} differs from its lines, by a net of {4} minor units": (
        "commerçant {1}, TPE {2} : la remise {3} diffère de ses lignes, d'un net de {4} (en unités divisionnaires)"
    ),
    "payout {1} differs from its remises, by a gross of {2} minor units": (
        "le virement {1} diffère de ses remises, d'un brut de {2} (en unités divisionnaires)"
    ),
    "merchant {1}: entries differ from the payouts by {2} minor units": (
        "commerçant {1} : les mouvements diffèrent des virements de {2} (en unités divisionnaires)"
    ),
    "payout {1} of {2} minor units is not what it is made of": (
        "le virement {1} de {2} (en unités divisionnaires) n'est pas la somme de ce qui le compose"
    ),
    "merchant {1}: entry {2} {3} of {4} minor units is not as in the ledger": (
        "commerçant {1} : le mouvement {2} {3} de {4} (en unités divisionnaires) n'est pas comme en comptabilité"
    ),
    "merchant {1}: statement lines of net {2}, payout of {3}, statement totals of {4} (minor units)": (
        "commerçant {1} : net des lignes du relevé {2}, virement {3}, totaux du relevé {4} (en unités divisionnaires)"
    ),
    "account {1} is left with {2} minor units after the payout": (
        "il reste {2} unités divisionnaires sur le compte {1} après le virement"
    ),
    "merchant {1}: payout of {2} minor units is {3*}, not as in the ledger": (
        "commerçant {1} : le virement de {2} unités divisionnaires est {3}, contrairement aux écritures"
    ),
    "merchant {1}: {2} minor units brought forward, where the payout before carried {3}": (
        "commerçant {1} : {2} unités divisionnaires reprises, alors que le virement précédent en reportait {3}"
    ),
    # clearing/proofs
    "{1} decisions and {2} reversals in the journal, but {3} and {4} when the day was closed": (
        "au journal, décisions : {1}, annulations : {2} ; à l'arrêté de la journée : {3} et {4}"
    ),
    "presentment {1} (RRN {2}) has not the charges its rates come to": (
        "les commissions ou la TVA de la présentation {1} (RRN {2}) ne sont pas celles que donnent ses taux"
    ),
    "presentment {1} (RRN {2}) is not left with the charges its rates come to": (
        "les commissions ou la TVA qui restent de la présentation {1} (RRN {2}) ne sont pas celles que donnent ses taux"
    ),
    "presentment {1} (RRN {2}), a {3*}, is of {4} minor units": (
        "la présentation {1} (RRN {2}), de type {3}, est de {4} unités divisionnaires : signe inattendu"
    ),
    "purchase": "achat",
    "purchase_with_cash_back": "achat avec cash-back",
    "quasi_cash": "quasi-cash",
    "cash_withdrawal": "retrait d'espèces",
    "bill_payment": "paiement de facture",
    "refund": "remboursement",
    "request {1} captured {2} minor units where {3} were granted, and {4} basis points above at most": (
        "la demande {1} a capturé {2} unités divisionnaires pour {3} accordées, plus {4} points de base au plus"
    ),
    "presentment {1} (RRN {2}) does not say of its sale what the journal says": (
        "la présentation {1} (RRN {2}) ne dit pas de sa vente ce qu'en dit le journal"
    ),
    "decision {1} of the journal has no request": "la décision {1} du journal n'a pas de demande",
    "{1} rows of {2} in the books, whose lines of the date stand in files": (
        "lignes de {2} dans les livres, alors que les opérations de la journée sont dans des fichiers : {1}"
    ),
    "{1} lines of {2} in files have no {3}": "lignes de {2} dans les fichiers, sans {3} : {1}",
    "{1} decisions are of {2}, a business date never opened": (
        "décisions du {2}, journée comptable qui n'a jamais été ouverte : {1}"
    ),
    "reversal {1} of the journal has effect on no request": "l'annulation {1} du journal ne porte sur aucune demande",
    "{1} reversals are of {2}, a business date never opened": (
        "annulations du {2}, journée comptable qui n'a jamais été ouverte : {1}"
    ),
    "request {1} of the journal captures request {2}, which is no approval that waits for it": (
        "la demande {1} du journal capture la demande {2}, qui n'est pas une autorisation en attente"
    ),
    "request {1} of the journal is captured by {2} others": "la demande {1} du journal est capturée par {2} autres",
    # endofday/soundness
    "{1#} of {2#} sealed card numbers do not open, or not to what is masked beside them: those of {3*}": (
        "numéros de carte chiffrés qui ne s'ouvrent pas, ou pas sur le numéro masqué à côté : {1} sur {2}, {3}"
    ),
    "{1#} message of the trace does not open: {2*}": "{1} message de la trace ne s'ouvre pas : {2}",
    "{1#} messages of the trace do not open: {2*}": "{1} messages de la trace ne s'ouvrent pas : {2}",
    "request {1} and {2#} more": "demande {1} et {2} de plus",
    "request {1}": "demande {1}",
    "message {1} and {2#} more": "message {1} et {2} de plus",
    "message {1}": "message {1}",
    "reopening {1}: the rows of {2} that it withdrew are not as they were written": (
        "réouverture {1} : les lignes retirées de « {2} » ont changé depuis leur écriture"
    ),
    "reopening {1}: a later date is closed, and this one was not closed again": (
        "réouverture {1} : une journée suivante est arrêtée, alors que celle-ci ne l'est plus"
    ),
    "reopenings are numbered {1}, or one of them is missing": "réouvertures numérotées {1}, ou il en manque une",
    "business date {1}: reopened by {2}, and not closed again yet: `{3}` does that": (
        "journée comptable {1} : rouverte par {2}, et pas encore arrêtée de nouveau : `{3}`"
    ),
    "the invoice of merchant {1} for {2} is not of its last statement of the month": (
        "la facture {2} du commerçant {1} ne suit pas son dernier relevé du mois"
    ),
    "the rows of {1} are not as they were written": "les lignes de la table « {1} » ont changé depuis leur écriture",
    "{1#} file is not as they were written: {2} and {3#} more; delete them, and `{4}` writes them from the books": (
        "{1} fichier a changé depuis son écriture : {2} et {3} de plus ; supprimez-le, et `{4}` le réédite"
    ),
    "{1#} file is not as they were written: {2}; delete them, and `{3}` writes them from the books": (
        "{1} fichier a changé depuis son écriture : {2} ; supprimez-le, et `{3}` le réédite à partir de la comptabilité"
    ),
    "{1#} files are not as they were written: {2} and {3#} more; delete them, and `{4}` writes them from the books": (
        "{1} fichiers ont changé depuis leur écriture : {2} et {3} de plus ; supprimez-les, et `{4}` les réédite à partir de "
        "la comptabilité"
    ),
    "{1#} files are not as they were written: {2}; delete them, and `{3}` writes them from the books": (
        "{1} fichiers ont changé depuis leur écriture : {2} ; supprimez-les, et `{3}` les réédite à partir de la comptabilité"
    ),
    "{1}: files missing, `{2}` writes them: {3} and {4#} more": (
        "{1} : des fichiers manquent, `{2}` les réédite : {3} et {4} de plus"
    ),
    "{1}: files missing, `{2}` writes them: {3}": "{1} : des fichiers manquent, `{2}` les réédite : {3}",
    "files of {1#} days, from {2} to {3}, were not compared: an earlier release closed the day and kept no digests": (
        "fichiers de {1} journées, du {2} au {3}, non comparés : une version antérieure les a arrêtées sans garder d'empreintes"
    ),
    "files of {1} were not compared: an earlier release closed the day and kept no digests": (
        "fichiers du {1} non comparés : une version antérieure a arrêté la journée sans garder d'empreintes"
    ),
    "no pan.key here: sealed card numbers were not opened": (
        "pan.key est absent : les numéros de carte chiffrés n'ont pas été ouverts"
    ),
    "sealed card numbers were not opened: {1*}": "les numéros de carte chiffrés n'ont pas été ouverts : {1}",
    "the proofs of the books stopped, for what they read makes no sense: {1*}": (
        "les contrôles de la comptabilité se sont arrêtés sur des données illisibles : {1}"
    ),
    "the proofs of the books stopped, for what they read makes no sense: {1}": (
        "les contrôles de la comptabilité se sont arrêtés sur des données illisibles : « {1} »"
    ),
    # data_folder/databases: what of a file is not as it was made
    "{1}: table {2} is missing": "{1} : la table « {2} » manque",
    "{1}: index {2} is missing": "{1} : l'index « {2} » manque",
    "{1}: trigger {2} is missing": "{1} : le verrou (trigger) « {2} » manque",
    "{1}: view {2} is missing": "{1} : la vue « {2} » manque",
    "{1}: table {2} is not as Switch makes it": "{1} : la table « {2} » n'est pas telle que le centre la crée",
    "{1}: index {2} is not as Switch makes it": "{1} : l'index « {2} » n'est pas tel que le centre le crée",
    "{1}: trigger {2} is not as Switch makes it": "{1} : le verrou (trigger) « {2} » n'est pas tel que le centre le crée",
    "{1}: view {2} is not as Switch makes it": "{1} : la vue « {2} » n'est pas telle que le centre la crée",
    "{1}: trigger {2} is not of Switch": "{1} : le verrou (trigger) « {2} » n'est pas du centre",
}
