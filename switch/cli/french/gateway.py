"""What ``gateway`` prints and complains of: the callbacks to shops, and what shops answered."""

from __future__ import annotations

from typing import Final

GATEWAY: Final[dict[str, str]] = {
    # the table of callbacks
    "callback": "rappel",
    "order": "commande",
    "told": "annoncé",
    "tries": "essais",
    "verdict": "verdict",
    "answer": "réponse",
    # states and verdicts
    "waiting": "en instance",
    "answered": "répondu",
    "given up": "abandonné",
    "capture": "capture",
    "acknowledge": "accusé de réception",
    "failure": "échec",
    # what was done
    "the payment page is served at {1}": "la page de paiement est servie à l'adresse {1}",
    "the callback of order {1} is sent again to {2}": "le rappel de la commande {1} est renvoyé à {2}",
    # the office
    "Password": "Mot de passe",
    "Repeat it": "À nouveau",
    "merchant {1} signs in with this password from now on; its sessions are over": (
        "le commerçant {1} se connecte désormais avec ce mot de passe ; ses sessions sont closes"
    ),
    "merchant {1} can no longer sign in to the office": "le commerçant {1} ne peut plus se connecter à son espace",
    "password: found {1#} characters, expected {2#} to {3#}": "mot de passe : trouvé {1} caractères, attendu {2} à {3}",
    "MERCHANT: found {1}, expected a merchant with a shop ({2})": (
        "MERCHANT : trouvé {1}, attendu un commerçant qui a une boutique ({2})"
    ),
    "MERCHANT: found {1}, which has no password": "MERCHANT : trouvé {1}, qui n'a pas de mot de passe",
    # affiliation
    "#": "#",
    "applied": "demandé",
    "shop": "boutique",
    "company": "entreprise",
    "site": "site",
    "field": "champ",
    "value": "valeur",
    "shop name": "nom de la boutique",
    "legal name": "raison sociale",
    "ice": "ICE",
    "address": "adresse",
    "email": "adresse électronique",
    "rib": "RIB",
    "language": "langue",
    "merchant id": "commerçant",
    "terminal id": "terminal",
    "client id": "identifiant de la boutique",
    "store key": "clé de la boutique",
    "api name": "nom pour l'API XML",
    "api password": "mot de passe pour l'API XML",
    "mcc": "MCC",
    "application {1} is accepted: the running page takes shop {2} within a second": (
        "la demande {1} est acceptée : la page en marche prend la boutique {2} en moins d'une seconde"
    ),
    "merchant and shop are written into {1}; the running Switch takes the merchant at once": (
        "le commerçant et la boutique sont écrits dans {1} ; Switch en marche prend le commerçant aussitôt"
    ),
    "a running Switch takes the merchant without a restart: switch merchants --reload": (
        "Switch en marche prend le commerçant sans redémarrage : switch merchants --reload"
    ),
    "merchant and shop are written into {1}; Switch knows the merchant from its next start": (
        "le commerçant et la boutique sont écrits dans {1} ; Switch connaîtra le commerçant à son prochain démarrage"
    ),
    "write both tables into the specification and start Switch again; until then it declines its payments with 03": (
        "écrire les deux tables dans la spécification et redémarrer Switch ; d'ici là, il refuse ses paiements avec 03"
    ),
    "write both tables into the specification and start Switch again; until then it pays it under the default contract": (
        "écrire les deux tables dans la spécification et redémarrer Switch ; d'ici là, il le règle au contrat par défaut"
    ),
    "turned down": "rejetée",
    "application {1} is refused": "la demande {1} est refusée",
    "{1}: no application waits for a decision": "{1} : aucune demande n'attend de décision",
    "{1}: there is no application {2}": "{1} : il n'y a pas de demande {2}",
    "NUMBER: found application {1}, which is {2}, expected one without a decision": (
        "NUMBER : trouvé la demande {1}, qui est {2}, attendu une demande sans décision"
    ),
    "found another decision at the same time, expected one after the other; try again": (
        "trouvé une autre décision au même moment, attendu l'une après l'autre ; recommencez"
    ),
    "NUMBER: found application {1}, which is accepted and stands in {2}, expected another": (
        "NUMBER : trouvé la demande {1}, acceptée et déjà inscrite dans {2}, attendu une autre"
    ),
    "application {1} is accepted all the same; give the same command again to write its tables": (
        "la demande {1} est tout de même acceptée ; redonnez la même commande pour écrire ses tables"
    ),
    "{1}: found another content than a moment ago, expected nobody else to write it": (
        "{1} : trouvé un autre contenu qu'à l'instant, attendu que personne d'autre n'y écrive"
    ),
    "--mcc: found {1}, expected four digits (ISO 18245)": "--mcc : trouvé {1}, attendu quatre chiffres (ISO 18245)",
    "--acquirer: found {1}, expected an acquirer of gateway.toml ({2})": (
        "--acquirer : trouvé {1}, attendu un acquéreur de gateway.toml ({2})"
    ),
    "--write-specs: found the embedded specification, expected a folder of your own": (
        "--write-specs : trouvé la spécification intégrée, attendu un dossier à vous"
    ),
    "--reason: found nothing, expected a sentence": "--reason : rien trouvé, attendu une phrase",
    # errors
    "{1}: there are no such callbacks": "{1} : aucun rappel de ce genre",
    "{1}: there is no callback {2}": "{1} : il n'y a pas de rappel {2}",
    "gateway: found no {1}, expected the libraries of the payment page": (
        "gateway : pas de {1}, attendu les bibliothèques de la page de paiement"
    ),
    "--centre: found {1}, expected HOST:PORT, such as 127.0.0.1:8583": (
        "--centre : trouvé {1}, attendu HÔTE:PORT, comme 127.0.0.1:8583"
    ),
    "--certificate: found nothing beside --key, expected both or neither": (
        "--certificate : rien trouvé à côté de --key, attendu les deux ou aucun"
    ),
    "--key: found nothing beside --certificate, expected both or neither": (
        "--key : rien trouvé à côté de --certificate, attendu les deux ou aucun"
    ),
    "gateway.toml: found no shop, expected one: the payment page has nobody to serve": (
        "gateway.toml : aucune boutique, attendu une boutique : la page de paiement n'a personne à servir"
    ),
}
