"""What ``mail`` prints and complains of: the messages to the merchants, and what became of them."""

from __future__ import annotations

from typing import Final

MAIL: Final[dict[str, str]] = {
    # the states of a message, the verdicts of a server
    "queued": "en attente",
    "sent": "envoyé",
    "written": "enregistré",
    "failed": "échoué",
    "bounced": "rejeté",
    "later": "plus tard",
    "refused": "rejeté",
    # tables
    "date": "journée",
    "to": "destinataire",
    "state": "état",
    "reason": "motif",
    "server": "serveur",
    "attempts": "tentatives",
    "attachments": "pièces jointes",
    "file": "fichier",
    "in doubt": "incertain",
    "next attempt": "prochaine tentative",
    "the last attempt had no answer: the server may have it": (
        "la dernière tentative est restée sans réponse : le serveur a peut-être le message"
    ),
    # what was done
    "nothing to send: every message is sent, or waits for its time": (
        "rien à envoyer : chaque message est envoyé, ou attend son heure"
    ),
    "1 message": "1 message",
    "{1#} messages": "{1} messages",
    "mail: {1#} of {2#} written": "courriel : {1} sur {2}",
    "mail: {1#} of {2#}": "courriel : {1} sur {2}",
    "1 message sent again: an earlier attempt had no answer; the Message-ID is the same": (
        "1 message envoyé de nouveau : une tentative est restée sans réponse ; le Message-ID est le même"
    ),
    "{1#} messages sent again: an earlier attempt had no answer; the Message-ID is the same": (
        "{1} messages envoyés de nouveau : une tentative est restée sans réponse ; le Message-ID est le même"
    ),
    "1 message sent": "1 message envoyé",
    "{1#} messages sent": "{1} messages envoyés",
    "1 message written to {1}": "1 message enregistré dans {1}",
    "{1#} messages written to {2}": "{1} messages enregistrés dans {2}",
    "{1} of {2}: to be tried again at {3}: {4}": "{1} du {2} : nouvelle tentative le {3} : {4}",
    "{1} of {2}: {3}: {4}": "{1} du {2} : {3} : {4}",
    "no contract of the specification names an address for it": "aucun contrat ne donne son adresse",
    "the connection was closed in the middle": "la connexion a été coupée en cours d'envoi",
    "no answer in time": "pas de réponse à temps",
    "The same as a message to the merchant: {1} (it is deleted with the folder; --data DIR keeps it)": (
        "Le même en message au commerçant : {1} (supprimé avec le dossier ; --data DIR le garde)"
    ),
    "The same as a PDF: {1}": "Le même en PDF : {1}",
    "The same as a workbook: {1}": "Le même en classeur (XLSX) : {1}",
    "The same as a message to the merchant: {1}": "Le même en message au commerçant : {1}",
    "1 message bounced": "1 message rejeté",
    "{1#} messages bounced": "{1} messages rejetés",
    "1 report known before": "1 rapport déjà connu",
    "{1#} reports known before": "{1} rapports déjà connus",
    "1 report delayed or delivered": "1 rapport de retard ou de remise",
    "{1#} reports delayed or delivered": "{1} rapports de retard ou de remise",
    "1 report of other mail": "1 rapport sur un autre courriel",
    "{1#} reports of other mail": "{1} rapports sur d'autres courriels",
    "1 message not a report": "1 message qui n'est pas un rapport",
    "{1#} messages not a report": "{1} messages qui ne sont pas des rapports",
    "returned without a reason": "retourné sans motif",
    "{1}: found a file that is too large or cannot be read, left out": "{1} : fichier trop grand ou illisible, laissé de côté",
    "{1}: found nothing there, expected a message, an mbox or a folder of messages": (
        "{1} : rien trouvé à cet endroit, attendu un message, un mbox ou un dossier de messages"
    ),
    # errors
    "--json: found beside --eml, expected one of them": "--json : trouvé avec --eml, attendu l'un des deux",
    "{1}: there are no such messages in the outbox": "{1} : aucun message de ce genre dans la boîte d'envoi",
    "merchant {1} has no message of {2} in the outbox": "le commerçant {1} n'a pas de message du {2} dans la boîte d'envoi",
    "merchant {1} has no message in the outbox": "le commerçant {1} n'a pas de message dans la boîte d'envoi",
    "merchant {1} has no message of {2}: {3*}": "le commerçant {1} n'a pas de message du {2} : {3}",
    "business date {1} is not closed: it has no statements to send": (
        "la journée comptable {1} n'est pas arrêtée : elle n'a pas de relevés à envoyer"
    ),
    "no message of merchant {1} and {2} is to be tried again: {3*}": "aucun message du commerçant {1} du {2} à renvoyer : {3}",
    "no message of merchant {1} is to be tried again: {2*}": "aucun message du commerçant {1} à renvoyer : {2}",
    "no message of {1} is to be tried again: {2*}": "aucun message du {1} à renvoyer : {2}",
    "no message is to be tried again: {1*}": "aucun message à renvoyer : {1}",
    "everything was sent": "tout est envoyé",
    "there are none": "il n'y en a pas",
    "{1}: another command is sending the mail of this data folder": (
        "{1} : une autre commande envoie déjà le courrier de ce dossier de données"
    ),
    "{1}: found nothing there, expected the file of a statement; {2} writes it": (
        "{1} : rien trouvé, attendu le fichier d'un relevé ; {2} l'édite"
    ),
    "{1}: found a file that was changed, expected it as it was written; delete it, and {2} writes it from the books": (
        "{1} : trouvé un fichier modifié, attendu celui d'origine ; supprimez-le, et {2} l'édite à partir de la comptabilité"
    ),
    "{1}: found {2}, expected the file of a statement; {3} writes it": (
        "{1} : trouvé {2}, attendu le fichier d'un relevé ; {3} l'édite"
    ),
    "{1}: found no statement of {2} for merchant {3} in the books, expected the books that the outbox is of": (
        "{1} : aucun relevé du {2} du commerçant {3} dans la comptabilité, attendu la comptabilité de cette boîte d'envoi"
    ),
    "{1}: found {2}, expected an outbox of Switch": "{1} : trouvé {2}, attendu une boîte d'envoi de Switch",
    # the mail server
    "{1}: found a login with other letters than ASCII, expected user:password in ASCII": (
        "{1} : trouvé un identifiant avec des lettres hors ASCII, attendu user:password en ASCII"
    ),
    "{1}: found no such variable of the environment, expected user:password in it": (
        "{1} : trouvé aucune variable d'environnement de ce nom, attendu une variable avec user:password"
    ),
    "{1}: found something else, expected user:password": "{1} : trouvé autre chose, attendu user:password",
    "{1}: found a file that others may read, expected a file with user:password that its owner alone can read (chmod 600)": (
        "{1} : trouvé un fichier que d'autres peuvent lire, attendu un fichier avec user:password lisible par son seul "
        "propriétaire (chmod 600)"
    ),
    "{1}: found bytes that are no text, expected a file with user:password that its owner alone can read": (
        "{1} : trouvé des octets qui ne sont pas du texte, attendu un fichier avec user:password lisible par son seul "
        "propriétaire"
    ),
    "{1}: found {2*}, expected a file with user:password that its owner alone can read": (
        "{1} : trouvé {2}, attendu un fichier avec user:password lisible par son seul propriétaire"
    ),
    "mail server {1} refuses the login: {2}": "le serveur de messagerie {1} refuse l'identification : {2}",
    "mail server {1} offers no STARTTLS, and nothing is sent in clear": (
        "le serveur de messagerie {1} n'offre pas STARTTLS, et rien n'est envoyé en clair"
    ),
    "mail server {1} ended {2#} sessions in a row: {3}": "le serveur de messagerie {1} a coupé {2} sessions de suite : {3}",
    "mail.toml: smtp: the server refuses the sender {1}: {2}": ("mail.toml: smtp : le serveur refuse l'expéditeur {1} : {2}"),
}
