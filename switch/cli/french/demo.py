"""What ``demo`` says between the commands of the day, the life of a declined purchase as the demo tells it, and the report of
``load``."""

from __future__ import annotations

from typing import Final

DEMO: Final[dict[str, str]] = {
    # the steps
    "Start Switch: its listeners, its routing, and one process for each issuer": (
        "Démarrer le centre : ses ports d'écoute, son routage et un processus par émetteur"
    ),
    "Buy: {1#} authorizations over TCP, on all listeners in turn": (
        "Acheter : {1} demandes d'autorisation sur TCP, sur tous les ports d'écoute à tour de rôle"
    ),
    "and {1#} more, in short:": "et {1} autres, en bref :",
    "Ask why: the journal knows the reason of every answer": (
        "Demander pourquoi : le journal connaît le motif de chaque réponse"
    ),
    "Close the day while Switch runs: clear the banks, settle the merchants": (
        "Arrêter la journée pendant que le centre tourne : compensation entre banques, règlement des commerçants"
    ),
    "Give a merchant its statement, the relevé monétique": "Éditer le relevé monétique d'un commerçant",
    "Prove the books: every approval presented once, every sum zero": (
        "Contrôler la comptabilité : chaque autorisation présentée une fois, chaque somme nulle"
    ),
    "Stop Switch: it first finishes the requests in flight": "Arrêter le centre : ce qui est en cours s'achève d'abord",
    "or Ctrl+C": "ou Ctrl+C",
    "Switch ended with exit code {1#}.": "Le centre s'est arrêté avec le code de sortie {1}.",
    "Its data folder is gone; {1} keeps one.": "Son dossier de données est supprimé ; {1} en garde un.",
    "Its data folder is {1}.": "Son dossier de données est {1}.",
    "in French here; the command itself speaks English": "en français ici ; la commande elle-même répond en anglais",
    "That was the whole way from the wire to a statement.": "Voilà tout le chemin, du message au relevé.",
    "Your turn: {1}, then paste the line it prints.": "À vous : {1}, puis collez la ligne affichée.",
    # the listeners and issuers
    "{1}, dialect {2}, header {3} and TPDU": "{1}, dialecte {2}, en-tête {3} et TPDU",
    "{1}, dialect {2}, header {3}": "{1}, dialecte {2}, en-tête {3}",
    "{1}, domestic, dialect {2}, process {3#}": "{1}, émetteur local, dialecte {2}, processus {3}",
    "{1}, foreign, dialect {2}, process {3#}": "{1}, émetteur étranger, dialecte {2}, processus {3}",
    # the purchases
    "brand": "réseau",
    "unknown": "inconnu",
    "unknown {1}": "inconnu {1}",
    "MAD": "MAD",
    "answer": "réponse",
    "{1#} approved, {2#} declined, in {3#} ms.": "{1} acceptées, {2} refusées, en {3} ms.",
    "code": "code",
    "The other declines, in short": "Les autres refus, en bref",
    # response codes
    "00 approved": "00 acceptée",
    "03 invalid merchant": "03 commerçant inconnu",
    "05 do not honor": "05 ne pas honorer",
    "12 invalid transaction": "12 transaction non valide",
    "13 invalid amount": "13 montant non valide",
    "14 invalid card number": "14 numéro de carte non valide",
    "15 no such issuer": "15 émetteur inconnu",
    "30 format error": "30 erreur de format",
    "41 lost card, pick up": "41 carte perdue, à retenir",
    "43 stolen card, pick up": "43 carte volée, à retenir",
    "51 insufficient funds": "51 provision insuffisante",
    "54 expired card": "54 carte expirée",
    "57 transaction not permitted to cardholder": "57 transaction interdite au porteur",
    "61 exceeds withdrawal amount limit": "61 plafond de retrait dépassé",
    "91 issuer or switch inoperative": "91 émetteur injoignable",
    "92 no route to the institution": "92 aucun émetteur pour cette carte",
    "96 system malfunction": "96 incident technique",
    # reasons
    "available {1$} {2} is less than {3$} {4}": "disponible {1} {2}, inférieur à {3} {4}",
    "card expired {1}": "carte expirée ({1}, année et mois)",
    "expiry {1} was sent and the card has {2}": "date d'expiration envoyée {1}, celle de la carte est {2}",
    "{1} has no card of this number": "aucune carte de ce numéro chez {1}",
    "card is set to do not honor": "la carte est marquée « ne pas honorer »",
    "card is reported lost": "la carte est déclarée perdue",
    "card is reported stolen": "la carte est déclarée volée",
    "merchant {1} (DE 42) has no contract here": "le commerçant {1} (DE 42) n'a pas de contrat ici",
    "no issuer of {1} for card {2}": "aucun émetteur {1} pour la carte {2}",
    "no route for card {1}": "aucun émetteur pour la carte {1}",
    # the life of a request: verdict, title, legs, steps
    "{1*}, by Switch itself after {2#} ms: {3*}": "{1}, par Switch lui-même après {2} ms : {3}",
    "{1*}, by Switch itself after {2#} ms": "{1}, par Switch lui-même après {2} ms",
    "{1*}, by {2} after {3#} ms: {4*}": "{1}, par {2} après {3} ms : {4}",
    "{1*}, by {2} after {3#} ms": "{1}, par {2} après {3} ms",
    "RRN {1}: {2$} {3}, card {4}, merchant {5}": "RRN {1} : {2} {3}, carte {4}, commerçant {5}",
    "RRN {1}: {2$} {3}, card {4}, {5}": "RRN {1} : {2} {3}, carte {4}, {5}",
    "{1}, times of {2}": "{1}, fuseau {2}",
    "time": "heure",
    "leg": "côté",
    "what": "étape",
    "detail": "détail",
    "switch": "centre",
    "centre": "centre",
    "day": "journée",
    "received": "reçue",
    "from": "de",
    "key": "clé",
    "routed": "routée",
    "not routed": "non routée",
    "forwarded": "transmise",
    "response": "réponse reçue",
    "answered": "réponse rendue",
    "{1} purchase (authorization), {2} (DE 22 {3}), on {4}, as request {5#} of the journal": (
        "{1} achat (autorisation), {2} (DE 22 {3}), sur {4}, demande {5} du journal"
    ),
    "{1} purchase (authorization), {2}, on {3}, as request {4#} of the journal": (
        "{1} achat (autorisation), {2}, sur {3}, demande {4} du journal"
    ),
    "merchant {1} (no contract here), terminal {2}": "commerçant {1} (sans contrat ici), TPE {2}",
    "merchant {1}, terminal {2}, which is not in its contract": "commerçant {1}, TPE {2}, absent de son contrat",
    "merchant {1}, terminal {2}": "commerçant {1}, TPE {2}",
    "DE {1}": "DE {1}",
    "Switch asked no issuer": "le centre n'a interrogé aucun émetteur",
    "to {1}: {2}, domestic card": "vers {1} : {2}, carte locale",
    "to {1}: {2}, foreign card": "vers {1} : {2}, carte internationale",
    "{1} to {2}, which has {3} to answer": "{1} vers {2}, qui a {3} pour répondre",
    "{1#} {2*}, after {3#} ms: {4*}": "{1} {2}, après {3} ms : {4}",
    "{1#} {2*}, after {3#} ms": "{1} {2}, après {3} ms",
    "{1#} {2*}, by Switch itself after {3#} ms: {4*}": "{1} {2}, par le centre lui-même après {3} ms : {4}",
    "{1#} {2*}, by {3} after {4#} ms": "{1} {2}, par {3} après {4} ms",
    "{1#} ({2*})": "{1} ({2})",
    "{1}, not closed yet (switch day close)": "{1}, pas encore arrêtée (switch day close)",
    "{1*}: {2*}": "{1} : {2}",
}

LOAD_WORDS: Final[dict[str, str]] = {
    "{1} s on {2}, listener {3}, connections × window {4}": "{1} s sur {2}, port d'écoute {3}, connexions × fenêtre {4}",
    "it ended before its time: {1*}": "arrêt avant la fin prévue : {1}",
    "interrupted": "interruption",
    "a wrong answer": "une réponse fausse",
    "the count is reached": "le nombre demandé est atteint",
    "messages sent": "messages envoyés",
    "messages answered": "messages répondus",
    "errors": "erreurs",
    "{1#}, {2} a second": "{1}, {2} par seconde",
    "{1#}: {2#} approved, {3#} declined": "{1} : {2} acceptés, {3} refusés",
    "not answered in time": "sans réponse à temps",
    "on their way when a line broke": "en route quand une ligne a été coupée",
    "wrong answers": "réponses fausses",
    "due, and not sent": "dus, et non envoyés",
    "no answer": "sans réponse",
    "line broke": "ligne coupée",
    "wrong answer": "réponse fausse",
    "altogether": "en tout",
    "share": "part",
    "step": "palier",
    "rate": "cadence",
    "a second": "par seconde",
    "max ms": "max ms",
    "behind ms": "retard ms",
    "now": "maintenant",
    "answers": "réponses",
    "kept": "respecté",
    "not kept": "non respecté",
    "The load itself took {1} of a processor.": "La charge elle-même a pris {1} d'un processeur.",
    "Without a rate, a new message went out for each answer: times count from when a message was sent.": (
        "Sans cadence, chaque réponse a été suivie d'un nouveau message : les temps comptent depuis l'envoi."
    ),
    "It was {1} ms behind its schedule for 99 of 100 messages, {2} ms at most.": (
        "Elle avait {1} ms de retard sur son horaire pour 99 messages sur 100, {2} ms au plus."
    ),
    "Times count from when a message was due.": "Les temps comptent depuis l'heure prévue de chaque message.",
    "The load was near its own limit: the host may be quicker than this. A second load at the same time would tell.": (
        "La charge était proche de sa propre limite : l'hôte est peut-être plus rapide. Une seconde charge le dirait."
    ),
    "1 payment went out in place of a message that follows an approval, for there was none yet.": (
        "1 paiement est parti à la place d'un message qui suit une autorisation, car il n'y en avait pas encore."
    ),
    "{1#} payments went out in place of a message that follows an approval, for there was none yet.": (
        "{1} paiements sont partis à la place de messages qui suivent une autorisation, car il n'y en avait pas encore."
    ),
}
