"""What ``shop`` and ``gateway certify`` print and complain of."""

from __future__ import annotations

from typing import Final

SHOP: Final[dict[str, str]] = {
    # the sheet of certify
    "check": "contrôle",
    "expected": "attendu",
    "remark": "remarque",
    "passed": "réussi",
    "not checked": "non contrôlé",
    "the form posts an order as it should": "le formulaire poste une commande comme il faut",
    "a hash made with another key": "une empreinte faite avec une autre clé",
    "an amount that is not the order's": "un montant qui n'est pas celui de la commande",
    "the right amount in another currency": "le bon montant dans une autre devise",
    "an order the shop does not have": "une commande que la boutique n'a pas",
    "a declined payment": "un paiement refusé",
    "the same order, approved after the refusal": "la même commande, acceptée après le refus",
    "the same callback once more": "le même rappel une seconde fois",
    "a second payment of an order that is paid": "un second paiement d'une commande déjà payée",
    "accents, | and \\, and an amount shown in euros": "accents, | et \\, et un montant affiché en euros",
    "a callback that comes after the browser": "un rappel qui arrive après le navigateur",
    "{1#} of {2#} checks passed": "{1} contrôles réussis sur {2}",
    # the shop
    "the shop is open at {1}": "la boutique est ouverte à l'adresse {1}",
    "a card to pay with: {1}, any date to come, code {2}": "une carte pour payer : {1}, une date à venir, code {2}",
    "a card whose bank asks: {1}, any date to come, code {2}, then {3}": (
        "une carte dont la banque demande : {1}, une date à venir, code {2}, puis {3}"
    ),
    "Ctrl+C stops it": "Ctrl+C l'arrête",
    # errors
    "{1}: the shop fails {2#} of {3#} checks": "{1} : la boutique échoue à {2} contrôles sur {3}",
    "SHOP_URL: found {1}, expected an address such as {2}": "SHOP_URL : trouvé {1}, attendu une adresse comme {2}",
    "--order: found {1#}, expected {2#} orders that wait in the shop": (
        "--order : trouvé {1}, attendu {2} commandes qui attendent dans la boutique"
    ),
    "--order: found {1}, expected OID=AMOUNT, such as A-1=31.50": "--order : trouvé {1}, attendu OID=MONTANT, comme A-1=31.50",
    "--client-id: found {1}, expected a shop of gateway.toml ({2})": (
        "--client-id : trouvé {1}, attendu une boutique de gateway.toml ({2})"
    ),
    "--client-id: found {1}, expected one of {2}": "--client-id : trouvé {1}, attendu l'une de {2}",
    "--client-id: found {1}, expected a shop in gateway.toml": (
        "--client-id : trouvé {1}, attendu une boutique dans gateway.toml"
    ),
    "found {1}, expected an address such as {2}": "trouvé {1}, attendu une adresse comme {2}",
    "{1}: found no form with oid, clientid and HASH, expected the page that posts an order to the payment page": (
        "{1} : pas de formulaire avec oid, clientid et HASH, attendu la page qui poste une commande à la page de paiement"
    ),
    "name the address of the callback, and orders that wait there: --order OID=AMOUNT, three times": (
        "nommer l'adresse du rappel, et des commandes qui y attendent : --order OID=MONTANT, trois fois"
    ),
}
