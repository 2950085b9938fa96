"""What ``fees`` prints, and what the day says of its fee tables."""

from __future__ import annotations

from typing import Final

FEES: Final[dict[str, str]] = {
    "sale": "opération",
    "adjusts": "régularise",
    "payout": "virement",
    "fee": "frais",
    "takes": "prend",
    "by the row": "selon la ligne",
    "commission": "commission HT",
    "gateway": "passerelle",
    "service": "service",
    "cash machine": "retrait",
    "purchase": "achat",
    "refund": "remboursement",
    "cash withdrawal": "retrait d'espèces",
    "purchase with cash back": "achat avec remise d'espèces",
    "quasi cash": "quasi-espèces",
    "bill payment": "paiement de facture",
    "domestic": "carte locale",
    "foreign": "carte étrangère",
    "chip": "puce",
    "ecommerce": "en ligne",
    "magstripe": "piste",
    "manual": "saisie manuelle",
    "Entries: what changes payouts besides transactions": "Mouvements : ce qui modifie les virements en plus des opérations",
    "entry": "mouvement",
    "of": "de",
    "rounding": "arrondi",
    "setup": "mise en service",
    "subscription": "abonnement",
    "rent": "location TPE",
    "reserve": "retenue de garantie",
    "reserve release": "retenue libérée",
    "deposit": "dépôt de garantie",
    "deposit release": "dépôt libéré",
    "chargeback": "impayé",
    "representment": "représentation",
    "second chargeback": "second impayé",
    "chargeback fee": "frais d'impayé",
    "at least {1}": "au moins {1}",
    "at most {1}": "au plus {1}",
    "{1}, plan {2}, from {3}": "{1}, barème {2}, à partir du {3}",
    "not in the books: an earlier release closed the day": "pas en comptabilité : journée arrêtée par une version antérieure",
    "RRN: found {1}, expected one that is presented in a closed day of {2}": (
        "RRN : trouvé {1}, attendu celui d'une opération présentée dans une journée arrêtée de {2}"
    ),
    "`switch explain RRN` tells what became of it; fees are taken when its day is closed": (
        "`switch explain RRN` dit ce qu'elle est devenue ; les frais sont pris à l'arrêté de sa journée"
    ),
    "--card: found {1}, expected digits of a card that routing.toml sends to an issuer": (
        "--card : trouvé {1}, attendu les chiffres d'une carte que routing.toml confie à un émetteur"
    ),
    "presentment {1} (RRN {2}) has not the fee {3} its rule comes to": (
        "la présentation {1} (RRN {2}) n'a pas les frais {3} que donne leur règle"
    ),
    "presentment {1} is not there for its fee {2}, or has no rule for it": (
        "la présentation {1} manque à ses frais {2}, ou n'a pas de règle pour eux"
    ),
    "merchant {1}, terminal {2}: the fees {3} differ from their entries by {4} minor units": (
        "commerçant {1}, TPE {2} : les frais {3} diffèrent de leurs mouvements de {4} (en unités divisionnaires)"
    ),
    "presentment {1} (RRN {2}) has not the rates of its rule": "la présentation {1} (RRN {2}) n'a pas les taux de sa règle",
    "merchant {1}: {2} {3} was charged before": "commerçant {1} : {2} {3} déjà facturé",
    "merchant {1}: {2} {3} has not the VAT its rate comes to": ("commerçant {1} : {2} {3} n'a pas la TVA que donne son taux"),
    "merchant {1}: {2} of {3} is not what was held back": "commerçant {1} : {2} du {3} n'est pas ce qui avait été retenu",
    "merchant {1}: {2} of {3} minor units, held back on {4}, was to be released by {5} and is not, or not as much": (
        "commerçant {1} : {2} de {3} (en unités divisionnaires), retenu le {4}, devait être libéré au plus tard le {5} et ne "
        "l'est pas, ou pas en entier"
    ),
    "merchant {1}: {2} of {3} minor units is not its share of a net of {4}, or is above its maximum": (
        "commerçant {1} : {2} de {3} n'est pas sa part d'un net de {4} (en unités divisionnaires), ou dépasse son maximum"
    ),
    "merchant {1}, terminal {2}: the rounding of remise {3} is not what its commission rounded once comes to": (
        "commerçant {1}, TPE {2} : l'arrondi de la remise {3} n'est pas celui de sa commission arrondie une seule fois"
    ),
}
