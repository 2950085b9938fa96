"""What the pages of the shop say, in French, Arabic and English."""

from __future__ import annotations

from typing import Final

#: Name of a sentence -> the sentence in fr, ar, en.
_SENTENCES: Final = {
    "company": ("Onde Télécom", "أوند تيليكوم", "Onde Telecom"),
    "test": (
        "Boutique d’essai : aucune facture, aucune carte et aucun argent n’est vrai.",
        "متجر تجريبي: لا فواتير ولا بطاقات ولا أموال حقيقية.",
        "A shop for tests: no bill, no card and no money is real.",
    ),
    "title": ("Payer mes factures", "أداء فواتيري", "Pay my bills"),
    "choose": ("Quelles factures voulez-vous payer ?", "أي فواتير تريد أداءها؟", "Which bills would you like to pay?"),
    "mobile": ("Mobile", "الهاتف المحمول", "Mobile"),
    "fixed": ("Fixe", "الهاتف الثابت", "Fixed line"),
    "internet": ("Internet", "الإنترنت", "Internet"),
    "account": ("Votre compte", "حسابك", "Your account"),
    "number": ("Numéro de téléphone", "رقم الهاتف", "Telephone number"),
    "number_internet": ("Numéro client", "رقم الزبون", "Customer number"),
    "payment_code": ("Code de paiement", "رمز الأداء", "Payment code"),
    "payment_code_hint": (
        "Quatre chiffres, sur la première page de la facture.",
        "أربعة أرقام في الصفحة الأولى من الفاتورة.",
        "Four digits, on the first page of the bill.",
    ),
    "email": ("Adresse e-mail", "البريد الإلكتروني", "E-mail address"),
    "email_hint": (
        "La confirmation et le lien du reçu y sont envoyés.",
        "يُرسل إليه التأكيد ورابط الوصل.",
        "The confirmation and the link to the receipt go there.",
    ),
    "terms": ("J’accepte les conditions générales.", "أقبل الشروط العامة.", "I accept the general terms."),
    "to_try": ("Pour essayer", "للتجربة", "To try"),
    "continue": ("Continuer", "متابعة", "Continue"),
    "back": ("Retour", "رجوع", "Back"),
    "not_found": (
        "Aucun compte n’a ce numéro et ce code de paiement.",
        "لا يوجد حساب بهذا الرقم ورمز الأداء.",
        "No account has this number and payment code.",
    ),
    "email_wrong": (
        "Cette adresse e-mail n’est pas complète.",
        "البريد الإلكتروني غير صحيح.",
        "This e-mail address is not complete.",
    ),
    "terms_wrong": (
        "Acceptez les conditions générales pour continuer.",
        "يجب قبول الشروط العامة للمتابعة.",
        "Accept the general terms to go on.",
    ),
    "bills": ("Vos factures à payer", "فواتيرك غير المؤداة", "Your unpaid bills"),
    "bill": ("Facture", "الفاتورة", "Bill"),
    "period": ("Mois", "الشهر", "Month"),
    "due": ("Échéance", "تاريخ الاستحقاق", "Due"),
    "amount": ("Montant", "المبلغ", "Amount"),
    "must": ("à payer maintenant", "واجبة الأداء الآن", "to be paid now"),
    "may_wait": (
        "Décochez une facture pour la reporter.",
        "أزل علامة الفاتورة لتأجيلها.",
        "Untick a bill to leave it for later.",
    ),
    "no_bills": ("Toutes vos factures sont payées.", "جميع فواتيرك مؤداة.", "All your bills are paid."),
    "pay": ("Payer par carte", "الأداء بالبطاقة", "Pay by card"),
    "total": ("Total", "المجموع", "Total"),
    "leaving": (
        "Vous allez sur la page de paiement sécurisée.",
        "ستنتقل إلى صفحة الأداء الآمنة.",
        "You go on to the secure payment page.",
    ),
    "receipt": ("Reçu de paiement", "وصل الأداء", "Receipt"),
    "paid": ("Votre paiement est accepté.", "تم قبول أدائك.", "Your payment is accepted."),
    "waiting": (
        "Le paiement n’est pas encore confirmé. Rechargez cette page dans un instant.",
        "لم يتم تأكيد الأداء بعد. أعد تحميل هذه الصفحة بعد لحظات.",
        "The payment is not confirmed yet. Load this page again in a moment.",
    ),
    "refused": (
        "Le paiement n’a pas abouti. Aucune facture n’est réglée.",
        "لم يتم الأداء. لم تُسدد أي فاتورة.",
        "The payment did not succeed. No bill is settled.",
    ),
    "paid_elsewhere": (
        "Une autre commande a déjà réglé :",
        "سبق لطلب آخر أن سدد:",
        "Another order has already paid:",
    ),
    "nothing_charged": (
        "Rien n’est débité pour cette commande. Choisissez à nouveau les factures qui restent.",
        "لم يُقتطع أي مبلغ عن هذا الطلب. اختر من جديد الفواتير المتبقية.",
        "Nothing is charged for this order. Choose anew among the bills that are left.",
    ),
    "try_again": ("Réessayer", "إعادة المحاولة", "Try again"),
    "order": ("Commande", "الطلب", "Order"),
    "transaction": ("Transaction", "العملية", "Transaction"),
    "approval": ("Autorisation", "رقم الترخيص", "Authorization"),
    "card": ("Carte", "البطاقة", "Card"),
    "paid_at": ("Payé le", "تاريخ الأداء", "Paid at"),
    "print": ("Imprimer ou enregistrer", "طباعة أو حفظ", "Print or save"),
    "unknown_page": ("Cette page n’existe pas.", "هذه الصفحة غير موجودة.", "There is no such page."),
}
SHOP_LANGUAGES: Final = {"fr": "Français", "ar": "العربية", "en": "English"}


def sentences(language: str) -> dict[str, str]:
    """All sentences in a language; French where it is not one of the three."""
    place = [*SHOP_LANGUAGES].index(language) if language in SHOP_LANGUAGES else 0
    return {name: words[place] for name, words in _SENTENCES.items()}
