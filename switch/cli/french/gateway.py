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
    "MERCHANT: found {1}, expected a merchant with a shop in gateway.toml ({2})": (
        "MERCHANT : trouvé {1}, attendu un commerçant avec une boutique dans gateway.toml ({2})"
    ),
    "MERCHANT: found {1}, which has no password": "MERCHANT : trouvé {1}, qui n'a pas de mot de passe",
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
