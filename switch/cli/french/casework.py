"""What ``exceptions`` and ``disputes`` print: lists, states, and why something cannot be done."""

from __future__ import annotations

from typing import Final

CASEWORK: Final[dict[str, str]] = {
    # lists of exceptions
    "dates": "journées",
    "decided": "décision",
    "request": "demande",
    "by": "par",
    "age": "ancienneté",
    "1 day": "1 jour",
    "{1#} days": "{1} jours",
    "1 business date": "1 journée comptable",
    "{1#} business dates": "{1} journées comptables",
    "waiting": "à traiter",
    "presented on": "présentée le",
    "accepted": "acceptée",
    "to write off": "à passer en perte",
    "written off": "passée en perte",
    "represent": "représenter",
    "write-off": "passer en perte",
    "the close of {1} found: {2*}": "l'arrêté du {1} a trouvé : {2}",
    "{1}: there are no such exceptions": "{1} : aucune anomalie de ce genre",
    "{1}: there is no such exception": "{1} : cette anomalie n'existe pas",
    "RRN {1}: the exception ended on {2}: {3*}": "RRN {1} : l'anomalie est clôturée depuis le {2} : {3}",
    "RRN {1}: found {2*}, which nobody can accept; expected that the specification is put right: the next close then "
    "presents it by itself": (
        "RRN {1} : trouvé « {2} », que personne ne peut accepter ; attendu une correction de la spécification : l'arrêté "
        "suivant présente alors l'opération de lui-même"
    ),
    "--pay-merchant: RRN {1}: found a refund, expected a sale": (
        "--pay-merchant : RRN {1} : trouvé un remboursement, attendu une vente"
    ),
    "{1}: found {2}, expected 1 to {3#} characters": "{1} : trouvé {2}, attendu de 1 à {3} caractères",
    "{1}: found {2#} exceptions, expected one; their requests are {3}": (
        "{1} : trouvé {2} anomalies, attendu une seule ; ce sont les demandes {3}"
    ),
    "{1}: found {2#} presented sales, expected one; their requests are {3}": (
        "{1} : trouvé {2} ventes présentées, attendu une seule ; ce sont les demandes {3}"
    ),
    "{1}: no business date was ever opened": "{1} : aucune journée comptable n'a été ouverte",
    # lists of disputes
    "dossier": "dossier",
    "code": "code",
    "until": "jusqu'au",
    "charged back": "impayé",
    "next step until": "suite jusqu'au",
    "passed": "dépassé",
    "event": "événement",
    "fee": "frais",
    "booked": "comptabilisé",
    "detail": "détail",
    "requested": "documents demandés",
    "represented": "représenté",
    "charged back again": "second impayé",
    "withdrawn": "retiré",
    "retrieval": "demande de documents",
    "answer": "réponse",
    "chargeback": "impayé",
    "representment": "représentation",
    "second chargeback": "second impayé",
    "acceptance": "acceptation",
    "withdrawal": "retrait",
    "retrieval, chargeback": "demande de documents, impayé",
    "answer, chargeback, withdrawal": "réponse, impayé, retrait",
    "chargeback, withdrawal": "impayé, retrait",
    "representment, acceptance, withdrawal": "représentation, acceptation, retrait",
    "second chargeback, acceptance": "second impayé, acceptation",
    "acceptance, withdrawal": "acceptation, retrait",
    "{1}: there are no such disputes": "{1} : aucun litige de ce genre",
    "{1}: there is no such dispute": "{1} : ce litige n'existe pas",
    "{1}: no such sale was presented": "{1} : cette vente n'a pas été présentée",
    "{1}: found {2#} disputes, expected one of {3}": "{1} : trouvé {2} litiges, attendu l'un de {3}",
    "dossier {1}: {2} of the sale was reversed or refunded after it was charged back: represent it": (
        "dossier {1} : {2} de la vente ont été annulés ou remboursés après l'impayé : à représenter"
    ),
    # what a step is refused for
    "dossier {1}: found the step {2*}, and the dossier is {3*}; expected {4*}": (
        "dossier {1} : trouvé « {2} », et l'état du dossier est « {3} » ; attendu {4}"
    ),
    "dossier {1}: found the step {2*}, and the dossier is {3*}: nothing follows": (
        "dossier {1} : trouvé « {2} », et l'état du dossier est « {3} » : plus rien ne suit"
    ),
    "dossier {1}: the {2*} was possible until {3}, and business date {4} is open": (
        "dossier {1} : {2} possible jusqu'au {3}, et la journée comptable {4} est ouverte"
    ),
    "RRN {1}: the {2*} for reason {3} was possible until {4}, and business date {5} is open": (
        "RRN {1} : {2} possible pour le motif {3} jusqu'au {4}, et la journée comptable {5} est ouverte"
    ),
    "RRN {1}: found a refund, expected a sale": "RRN {1} : trouvé un remboursement, attendu une vente",
    "RRN {1}: found nothing left of {2}: {3} reversed or refunded, {4} charged back in other dossiers": (
        "RRN {1} : il ne reste rien de {2} : {3} annulés ou remboursés, {4} impayés dans d'autres dossiers"
    ),
    "amount: found {1}, expected at most {2}, of {3} presented: {4} reversed or refunded, {5} charged back in other dossiers": (
        "montant : trouvé {1}, attendu {2} au plus, de {3} présentés : {4} annulés ou remboursés, {5} impayés dans d'autres "
        "dossiers"
    ),
    "amount: found {1}, expected at most {2}": "montant : trouvé {1}, attendu {2} au plus",
    "amount: found {1}, expected digits with at most {2#} decimals, such as 125.00": (
        "montant : trouvé {1}, attendu des chiffres avec {2} décimales au plus, comme 125.00"
    ),
    # files
    "{1}: 1 record worked": "{1} : 1 enregistrement traité",
    "{1}: {2#} records worked": "{1} : {2} enregistrements traités",
    "1 record worked before: nothing changed": "1 enregistrement déjà traité : rien n'a changé",
    "{1#} records worked before: nothing changed": "{1} enregistrements déjà traités : rien n'a changé",
    "1 record set aside": "1 enregistrement écarté",
    "{1#} records set aside": "{1} enregistrements écartés",
    "{1}: no record was set aside": "{1} : aucun enregistrement n'a été écarté",
    "file": "fichier",
    "line": "ligne",
    "record": "enregistrement",
    "a file that can be read": "un fichier lisible",
    "records of disputes": "des enregistrements de litiges",
    "{1}: found nothing, expected records as CSV or lines of JSON": (
        "{1} : rien trouvé, attendu des enregistrements en CSV ou en lignes JSON"
    ),
    "{1}: found {2*}, expected a first line of {3}": "{1} : {2}, attendu une première ligne avec {3}",
    "a column {1}": "colonne {1}",
    "columns twice": "colonnes en double",
    "no column {1}": "pas de colonne {1}",
    "found {1#} characters, expected {2#} at most": "trouvé {1} caractères, attendu {2} au plus",
    "found bytes that are no UTF-8, expected text": "trouvé des octets qui ne sont pas de l'UTF-8, attendu du texte",
    "found another record, expected {1*}": "trouvé un autre enregistrement, attendu {1}",
    "{1#} fields as in the first line": "{1} champs comme dans la première ligne",
    "a JSON object of texts and numbers": "un objet JSON de textes et de nombres",
    "found a field {1}, expected one of {2}": "champ {1} inconnu, attendu l'un de {2}",
    "field 'action': found {1}, expected one of {2}": "champ 'action' : trouvé {1}, attendu l'un de {2}",
    "field {1}: found {2*}, expected {3*}": "champ {1} : trouvé {2}, attendu {3}",
    "field {1}: found nothing, expected {2*}": "champ {1} : rien trouvé, attendu {2}",
    "found nothing, expected dossier, rrn or request": "rien trouvé, attendu dossier, rrn ou request",
    "a code of disputes.toml": "un code de disputes.toml",
    "a dossier such as D26000001": "un dossier, par exemple D26000001",
    "1 to 12 letters or digits": "de 1 à 12 lettres ou chiffres",
    "the number of a request": "le numéro d'une demande",
    "1 to 15 letters or digits": "de 1 à 15 lettres ou chiffres",
    "digits with decimals, such as 125.00": "des chiffres avec décimales, comme 125.00",
    "1 to 12 letters, digits or dots": "de 1 à 12 lettres, chiffres ou points",
    "1 to 60 characters": "de 1 à 60 caractères",
    "1 to 200 characters": "de 1 à 200 caractères",
    "a date such as 2026-11-22": "une date telle que 2026-11-22",
    # proofs
    "exception {1} ended as {2*} without that standing behind it, or was presented without its end": (
        "anomalie {1} clôturée comme « {2} » sans justification, ou présentée sans être clôturée"
    ),
    "exception {1} (RRN {2}) is open, though it was reversed or a person wrote it off": (
        "l'anomalie {1} (RRN {2}) n'est pas clôturée, alors que l'opération est annulée ou passée en perte"
    ),
    "dispute {1}, event {2}: it is not booked as it says, or booked and not told": (
        "litige {1}, événement {2} : comptabilisé autrement, ou sans l'avoir été annoncé"
    ),
    "the sale of request {1}: {2$} charged back of {3$} presented, or more than reversals had left of it (minor units)": (
        "la vente de la demande {1} : {2} impayés sur {3} présentés, ou plus que les annulations n'en ont laissé (en unités "
        "divisionnaires)"
    ),
    "merchant {1}: a direct debit of {2} minor units, and no payout with a debt that it brings to 0": (
        "commerçant {1} : un prélèvement de {2} (en unités divisionnaires), et aucun virement dont il ramène la dette à 0"
    ),
    "merchant {1}: entries of kind {2} come to {3$} by the disputes and exceptions, and {4$} are entered (minor units)": (
        "commerçant {1} : les lignes « {2} » font {3} d'après les litiges et anomalies, et {4} sont saisies (en unités "
        "divisionnaires)"
    ),
    "disputes in {1} leave {2$} minor units between merchants and issuers, expected 0": (
        "les litiges en {1} laissent {2} unités divisionnaires entre commerçants et émetteurs, attendu 0"
    ),
    "written_off": "passée en perte",
    # days
    "holds expired": "montants bloqués expirés",
    "exceptions presented": "anomalies présentées",
    "made offline, above the floor limit of the contract": "faite hors ligne, au-dessus du plafond du contrat",
    "neither domestic nor foreign": "ni nationale ni étrangère",
    "no issuer": "aucun émetteur",
    "unknown transaction type": "type d'opération inconnu",
    "other currency than the merchant's": "autre devise que celle du commerçant",
    "completed after its hold had expired, above the floor limit of the contract": (
        "confirmée après l'expiration du montant bloqué, au-dessus du plafond hors ligne du contrat"
    ),
}
