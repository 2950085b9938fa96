"""What a command of the day complains of: words that were typed, folders, files and databases that cannot be used.

Mistakes of the specification's files are told in English alone: they name its keys, and their words come from all rooms.
"""

from __future__ import annotations

from typing import Final

MISTAKES: Final[dict[str, str]] = {
    "hint": "conseil",
    # words that were typed
    "{1}: found {2}, expected a date such as 2026-11-22 or 22/11/2026": (
        "{1} : trouvé {2}, attendu une date telle que 22/11/2026 ou 2026-11-22"
    ),
    "business date: found {1}, expected a date such as 2026-11-22": (
        "journée comptable : trouvé {1}, attendu une date telle que 2026-11-22"
    ),
    "business date {1} is not open yet, the open one is {2}": (
        "la journée comptable {1} n'est pas encore ouverte, la journée ouverte est le {2}"
    ),
    "{1} was never a business date here; {2*}": "le {1} n'a jamais été une journée comptable ici ; {2}",
    "business date {1} cannot be closed before {2}": "la journée comptable {1} ne peut pas être arrêtée avant celle du {2}",
    "business date {1} is not closed; {2*}": "la journée comptable {1} n'est pas arrêtée ; {2}",
    "business date: found {1}, expected {2} or earlier: the calendar ends a year later": (
        "journée comptable : trouvé {1}, attendu {2} au plus tard : le calendrier s'arrête un an après"
    ),
    "business date {1} does not balance and nothing was written: {2*}; {3*}; {4*}": (
        "la journée comptable {1} n'est pas équilibrée et rien n'a été écrit : {2} ; {3} ; {4}"
    ),
    "business date {1} does not balance and nothing was written: {2*}; {3*}": (
        "la journée comptable {1} n'est pas équilibrée et rien n'a été écrit : {2} ; {3}"
    ),
    "business date {1} does not balance and nothing was written: {2*}": (
        "la journée comptable {1} n'est pas équilibrée et rien n'a été écrit : {2}"
    ),
    "{1}: no business date is closed yet": "{1} : aucune journée comptable n'est encore arrêtée",
    # statement
    "--fault: found {1}, expected drop-lines=3, late-remise, double-remise or clock-offset=1h": (
        "--fault : trouvé {1}, attendu drop-lines=3, late-remise, double-remise ou clock-offset=1h"
    ),
    "--fault: found the layout monthly, expected --layout detailed or remise": (
        "--fault : trouvé la présentation monthly, attendu --layout detailed ou remise"
    ),
    "--fault {1}: found the layout detailed, expected --layout remise": (
        "--fault {1} : trouvé la présentation detailed, attendu --layout remise"
    ),
    "fault {1}: this output is spoilt; books and files of the day are as they were": (
        "défaut {1} : cette sortie est altérée ; les livres et les fichiers de la journée sont intacts"
    ),
    "no font has the characters {1}: each is a question mark; SWITCH_FONTS names a folder with one": (
        "aucune police n'a les caractères {1} : chacun devient un point d'interrogation ; "
        "SWITCH_FONTS nomme un dossier de polices"
    ),
    "Arabic in a PDF: found no font with its letters, expected one such as Amiri {1}": (
        "arabe dans un PDF : aucune police n'en a les lettres, attendu une police comme Amiri {1}"
    ),
    "Arabic in a PDF: found no arabic-reshaper or no python-bidi, expected both (pip install {1} brings them)": (
        "arabe dans un PDF : arabic-reshaper ou python-bidi manque (pip install {1} les apporte)"
    ),
    "--engine duckdb: found no duckdb, expected it (pip install {1} brings it)": (
        "--engine duckdb : duckdb manque (pip install {1} l'apporte)"
    ),
    "day prepare: found no duckdb, expected it (pip install {1} brings it)": (
        "day prepare : duckdb manque (pip install {1} l'apporte)"
    ),
    "{1}: found another `switch day prepare` that runs, expected one at a time": (
        "{1} : un autre `switch day prepare` est en cours, attendu un seul à la fois"
    ),
    "{1}: DuckDB found {2}, expected room for the journal": "{1} : DuckDB a trouvé {2}, attendu de la place pour le journal",
    "--engine {1}: found no pyspark, grpc or duckdb, expected them (pip install {2} brings them)": (
        "--engine {1} : pyspark, grpc ou duckdb manque (pip install {2} les apporte)"
    ),
    "--engine {1}: found {2}, expected Spark Connect to answer there": (
        "--engine {1} : trouvé {2}, attendu que Spark Connect y réponde"
    ),
    "--engine {1}: found nobody there any more, expected Spark Connect to answer until the date is closed; "
    "nothing was written": (
        "--engine {1} : plus personne n'y répond, attendu que Spark Connect réponde jusqu'à la fin de l'arrêté ; rien n'a été "
        "écrit"
    ),
    "{1}: found no worker of Spark that took the work within {2} s, expected one that is free; nothing was written": (
        "{1} : aucune machine de Spark n'a pris le travail en {2} s, attendu qu'une soit libre ; rien n'a été écrit"
    ),
    "{1}: Spark found {2}, expected a folder that Spark's machines read and write under this name; nothing was written": (
        "{1} : Spark a trouvé {2}, attendu un dossier que les machines de Spark lisent et écrivent sous ce nom ; rien n'a été "
        "écrit"
    ),
    "{1}: found nothing of what Spark wrote there, expected a folder that Spark's machines read and write under this name; "
    "nothing was written": (
        "{1} : rien trouvé de ce que Spark y a écrit, attendu un dossier que les machines de Spark lisent et écrivent sous ce "
        "nom ; rien n'a été écrit"
    ),
    "{1}: found {2} of {3} lines that Spark wrote there, expected all of them; nothing was written, close the date again": (
        "{1} : trouvé {2} des {3} opérations que Spark y a écrites ; rien n'a été écrit, arrêtez la journée à nouveau"
    ),
    "{1}: Spark found {2}, expected lines that it can compute; nothing was written, see --engine sqlite": (
        "{1} : Spark a trouvé {2}, attendu des opérations qu'il sait calculer ; rien n'a été écrit, voir --engine sqlite"
    ),
    "{1}: lines of {2} stand in files beside the books: found no duckdb, expected it (pip install {3} brings it)": (
        "{1} : des opérations du {2} sont dans des fichiers à côté de la comptabilité, et duckdb manque (pip install {3} "
        "l'apporte)"
    ),
    "{1}: found none, expected the lines of {2} as its close wrote them": (
        "{1} : fichier absent, attendu les opérations du {2} telles que son arrêté les a écrites"
    ),
    "{1}: found other bytes, expected the lines of {2} as its close wrote them": (
        "{1} : contenu modifié, attendu les opérations du {2} telles que son arrêté les a écrites"
    ),
    "{1}: DuckDB found {2}, expected lines that it can read": (
        "{1} : DuckDB a trouvé {2}, attendu des opérations qu'il sait lire"
    ),
    "{1}: DuckDB found {2}, expected enough memory and disk; nothing was written, and --engine sqlite needs less": (
        "{1} : DuckDB a trouvé {2}, attendu assez de mémoire et de disque ; rien n'a été écrit, et --engine sqlite en "
        "demande moins"
    ),
    "{1}: DuckDB found {2}, expected lines that it can compute; nothing was written, see --engine sqlite": (
        "{1} : DuckDB a trouvé {2}, attendu des lignes qu'il sait calculer ; rien n'a été écrit, voir --engine sqlite"
    ),
    "merchant {1} has no statement yet: none of its sales is in a closed day": (
        "le commerçant {1} n'a pas encore de relevé : aucune de ses ventes n'est dans une journée arrêtée"
    ),
    "merchant {1} has no statement of {2}, its latest is of {3}": (
        "le commerçant {1} n'a pas de relevé du {2}, le dernier est du {3}"
    ),
    "merchant {1} has no statement of {2}, nor of any other date": (
        "le commerçant {1} n'a pas de relevé du {2}, ni d'aucune autre journée"
    ),
    "MERCHANT: found {1}, expected one such as {2}": "MERCHANT : trouvé {1}, attendu un commerçant, par exemple {2}",
    "MERCHANT: found {1}, expected one with a statement": "MERCHANT : trouvé {1}, attendu un commerçant qui a un relevé",
    "merchant: found {1}, expected one such as {2}": "commerçant : trouvé {1}, attendu un commerçant, par exemple {2}",
    "merchant: found {1}, expected one with a statement": "commerçant : trouvé {1}, attendu un commerçant qui a un relevé",
    "switch merchants lists them": "switch merchants en donne la liste",
    "--json: found beside --format, expected one of them": "--json : trouvé avec --format, attendu l'un des deux",
    "--json: found beside --reload, expected one of them": "--json : trouvé avec --reload, attendu l'un des deux",
    "Switch goes on with the merchants that it had": "Switch continue avec les commerçants qu'il avait",
    "--format {1}: found a terminal, expected a file": "--format {1} : trouvé un terminal, attendu un fichier",
    "--seed: found without --fault, expected both": "--seed : trouvé sans --fault, attendu les deux",
    "--excel-fr: found without --format csv, expected both": "--excel-fr : trouvé sans --format csv, attendu les deux",
    "{1}: found {2*} in the books, expected none": "{1} : trouvé {2} dans la comptabilité, aucun attendu",
    # options and commands that do not exist, or lack something
    "{1}: found an unknown option, expected one of {2}": "{1} : option inconnue, attendu une option de {2}",
    "{1}: found an unknown command, expected one of {2}": "{1} : commande inconnue, attendu une commande de {2}",
    "{1}: found nothing, expected {2*}": "{1} : rien trouvé, attendu {2}",
    "{1}: found a value, expected none": "{1} : trouvé une valeur, aucune attendue",
    "{1}: found more than the command takes": "{1} : mot en trop, la commande n'en attend pas autant",
    "a value": "une valeur",
    "a whole number from {1} to {2}": "un nombre entier de {1} à {2}",
    "a whole number from {1}": "un nombre entier à partir de {1}",
    "a whole number": "un nombre entier",
    "a number": "un nombre",
    "one of {1}": "l'une des valeurs {1}",
    "did you mean {1}?": "vouliez-vous dire {1} ?",
    "Ctrl+C in the terminal of switch up stops Switch": "Ctrl+C dans le terminal de switch up arrête Switch",
    # the data folder
    "{1}: found no journal.db, expected the data folder of a Switch that has run": (
        "{1} : pas de journal.db, attendu le dossier de données d'un centre qui a déjà tourné"
    ),
    "--data or SWITCH_DATA names another folder; {1} starts Switch with this one": (
        "--data ou SWITCH_DATA désigne un autre dossier ; {1} démarre le centre avec celui-ci"
    ),
    "{1}: found an empty file, expected {2*} of Switch": "{1} : fichier vide, attendu {2} de ce centre",
    "{1}: the journal or the books cannot be used: {2*}": "{1} : le journal ou les livres sont inutilisables : {2}",
    "{1}: the journal or the books cannot be used: {2}": "{1} : le journal ou les livres sont inutilisables : « {2} »",
    "{1}: found none, expected the books that the files in {2} are of": (
        "{1} : fichier absent, attendu les livres dont sont tirés les fichiers de {2}"
    ),
    "{1}: found {2*}, expected the books that the files in {3} are of": (
        "{1} : {2}, attendu les livres dont sont tirés les fichiers de {3}"
    ),
    "an empty file": "fichier vide",
    "{1}: found {2*} of schema {3#}, which an earlier release wrote, expected {4#}: `switch check`, run by whom may write, "
    "brings it up to date": (
        "{1} : trouvé {2} au format {3}, d'une version antérieure, attendu le format {4} : `switch check`, lancé par qui peut "
        "écrire, fait la mise à jour"
    ),
    "{1}: found {2*} of schema {3#}, which an earlier release wrote, expected {4#}; it cannot be brought up to date now: "
    "{5*}": (
        "{1} : trouvé {2} au format {3}, d'une version antérieure, attendu le format {4} ; mise à jour impossible à présent "
        ": {5}"
    ),
    "{1}: found {2*} of schema {3#}, expected {4#} or earlier: a later release wrote it": (
        "{1} : trouvé {2} au format {3}, attendu le format {4} ou antérieur : une version plus récente l'a écrit"
    ),
    "{1}: found another program's database, expected {2*} of Switch": (
        "{1} : trouvé la base d'un autre programme, attendu {2} de ce centre"
    ),
    "{1}: found a file that may not be read here, expected {2*} of Switch": (
        "{1} : trouvé un fichier dont la lecture est refusée, attendu {2} de ce centre"
    ),
    "{1}: found its last rows in {2}, which cannot be read without the right to write; expected its owner to have run "
    "`switch check` once, or Switch to be running": (
        "{1} : ses dernières lignes sont dans {2}, illisible sans droit d'écriture ; attendu que son propriétaire ait lancé "
        "`switch check` une fois, ou que le centre tourne"
    ),
    "{1}: found it written while it was read, expected it to stay as it is; try again": (
        "{1} : le fichier a été écrit pendant sa lecture ; recommencez"
    ),
    "{1}: found {2*}, expected {3*} of Switch": "{1} : {2}, attendu {3} de ce centre",
    "{1}: found {2}, expected {3*} of Switch": "{1} : « {2} », attendu {3} de ce centre",
    "{1}: business date {2} cannot be opened: {3*}": "{1} : la journée comptable {2} ne peut pas être ouverte : {3}",
    "{1}: business date {2} cannot be opened: {3}": "{1} : la journée comptable {2} ne peut pas être ouverte : « {3} »",
    "{1}: found {2*}, expected a folder that can be written; business date {3} is closed in the books, and its files are "
    "finished by: {4}": (
        "{1} : {2}, attendu un dossier où écrire ; la journée comptable {3} est arrêtée dans les livres, et ses fichiers "
        "seront achevés par : {4}"
    ),
    "{1}: found {2}, expected a folder that can be written; business date {3} is closed in the books, and its files are "
    "finished by: {4}": (
        "{1} : « {2} », attendu un dossier où écrire ; la journée comptable {3} est arrêtée dans les livres, et ses "
        "fichiers seront achevés par : {4}"
    ),
    "{1}: found {2*}, expected a folder that can be written; business date {3} is closed in the books, and its issuers are "
    "told by: {4}": (
        "{1} : {2}, attendu un dossier où écrire ; la journée comptable {3} est arrêtée dans les livres, et ses émetteurs "
        "seront informés par : {4}"
    ),
    "{1}: found {2}, expected a folder that can be written; business date {3} is closed in the books, and its issuers are "
    "told by: {4}": (
        "{1} : « {2} », attendu un dossier où écrire ; la journée comptable {3} est arrêtée dans les livres, et ses "
        "émetteurs seront informés par : {4}"
    ),
    "{1*}; business date {2} is closed in the books, and its files are finished by: {3}": (
        "{1} ; la journée comptable {2} est arrêtée dans les livres, et ses fichiers seront achevés par : {3}"
    ),
    "{1}: another Switch is running on this data folder": "{1} : un autre centre tourne sur ce dossier de données",
    "stop that one, or name another folder with --data": "arrêtez celui-là, ou nommez un autre dossier par --data",
    "a journal": "un journal",
    "books": "des livres",
    "a trace": "une trace",
    "an issuer's book": "le livre d'un émetteur",
    # files and keys
    "{1}: found '{2}', expected {3*}": "{1} : trouvé '{2}', attendu {3}",
    "standard output: found {1*}, expected one that can be written": (
        "sortie standard : {1}, attendu une sortie où l'on peut écrire"
    ),
    "standard output: found {1}, expected one that can be written": (
        "sortie standard : trouvé « {1} », attendu une sortie où l'on peut écrire"
    ),
    "{1}: found {2*}, expected {3*}": "{1} : {2}, attendu {3}",
    "{1}: found {2}, expected {3*}": "{1} : « {2} », attendu {3}",
    "a file that can be written": "un fichier où écrire",
    "a folder that can be written": "un dossier où écrire",
    "a folder that can be read": "un dossier lisible",
    "a key that can be read": "une clé lisible",
    "the file of a key": "le fichier d'une clé",
    "the name of the folder of a specification": "le nom du dossier d'une spécification",
    "a folder with centre.toml in it": "un dossier qui contient centre.toml",
    "no such folder": "dossier introuvable",
    "{1}: missing, and the card numbers of this folder open with no other key": (
        "{1} : absent, et les numéros de carte de ce dossier ne s'ouvrent avec aucune autre clé"
    ),
    "a card number does not open with the key in {1}: it is another folder's": (
        "un numéro de carte ne s'ouvre pas avec la clé de {1} : c'est celle d'un autre dossier"
    ),
    "a message does not open with the key in {1}: it is another folder's": (
        "un message ne s'ouvre pas avec la clé de {1} : c'est celle d'un autre dossier"
    ),
    "{1}: found a key of {2#} bytes, expected {3#}": "{1} : trouvé une clé de {2} octets, attendu {3}",
    "{1}: found a key that others can read or change (mode {2}), expected its owner's alone; this mends it: {3}": (
        "{1} : trouvé une clé que d'autres peuvent lire ou modifier (mode {2}), attendu son seul propriétaire ; "
        "pour corriger : {3}"
    ),
    # what stands at a path, and what the system and SQLite say
    "a file": "un fichier",
    "a folder": "un dossier",
    "a pipe": "un tube",
    "a device": "un périphérique",
    "a socket": "un socket",
    "something else": "autre chose",
    "a file of more than {1#} KiB": "un fichier de plus de {1} Kio",
    "a file that cannot be read ({1*})": "un fichier illisible ({1})",
    "{1*} at {2}": "{1} dans {2}",
    "No such file or directory": "fichier ou dossier introuvable",
    "Permission denied": "accès refusé",
    "Bad file descriptor": "mauvais descripteur de fichier",
    "Not a directory": "ce n'est pas un dossier",
    "Is a directory": "un dossier",
    "File exists": "un fichier existe déjà",
    "No space left on device": "disque plein",
    "Read-only file system": "disque en lecture seule",
    "Too many levels of symbolic links": "trop de liens symboliques",
    "Input/output error": "erreur de lecture ou d'écriture",
    "file is not a database": "ce fichier n'est pas une base de données",
    "database disk image is malformed": "base de données abîmée",
    "unable to open database file": "base de données impossible à ouvrir",
    "database is locked": "base de données verrouillée par un autre programme",
    "attempt to write a readonly database": "base de données en lecture seule",
    "database or disk is full": "disque plein",
    "disk I/O error": "erreur de lecture ou d'écriture",
    # a fault of the program itself
    "this was not foreseen ({1}); {2*}": "erreur imprévue du programme (« {1} ») ; {2}",
    "the details are in {1}": "les détails sont dans {1}",
    "the details could not be written ({1*})": "les détails n'ont pas pu être écrits ({1})",
    "the details could not be written ({1})": "les détails n'ont pas pu être écrits (« {1} »)",
    "no folder to write to": "aucun dossier où écrire",
    # what a proof quotes of a database
    "{1}.db: {2*}": "{1}.db : {2}",
    "{1}.db: {2}": "{1}.db : message de la base « {2} »",
}
