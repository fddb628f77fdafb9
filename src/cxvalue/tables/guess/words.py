"""What columns and files are called, in several languages: stems of names, by what they stand for."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

STEMS: Final[dict[str, str]] = {
    "customer_id": (
        "customer cust client account acct subscriber member party user contract msisdn holder payer "
        "kunde kunden konto vertrag compte abonne cuenta cliente conta klant "
        "عميل حساب مشترك مشتری مشترک"
    ),
    "id": "id no nr num number key code nummer numero numéro رقم شماره شناسه کد",
    "survey_date": "answered responded response submitted completed survey date time day datum fecha data تاريخ تاریخ",
    "score": (
        "score nps rating csat ces recommend satisfaction satisfied answer grade likelihood effort "
        "bewertung zufriedenheit weiterempfehlung punkt note satisf puntuacion nota valoracion recomend "
        "درجة تقييم رضا امتیاز نمره رضایت"
    ),
    "surveys": (
        "survey response feedback nps csat answer voc questionnaire umfrage antwort befragung enquete sondage "
        "encuesta respuesta pesquisa resposta استبيان استطلاع نظرسنجی پرسشنامه"
    ),
    "customers": (
        "customer client account member subscriber master crm base kunde stamm client compte cliente cuenta "
        "عملاء حسابات مشتریان"
    ),
    "invitations": (
        "invit sent mailing mailout asked sampled sample einladung versand envoi invitacion convite دعوة دعوت"
    ),
    "invited_date": "invited sent mailed asked date eingeladen versandt envoye enviado تاريخ تاریخ",
    "joined_date": (
        "join open start since first signup registered registration created onboard activation activated begin "
        "eroffnet beginn seit angemeldet ouvert debut adhesion inscription alta inicio apertura انضمام فتح عضویت شروع"
    ),
    "churn_date": (
        "churn cancel close end ended left leave terminat deactivat cease expiry expired exit gekundigt kundigung "
        "ende beendet resili cloture fin baja cancelac cierre saida إلغاء إغلاق انتهاء لغو پایان خروج"
    ),
    "month": (
        "month period ym yyyymm date day monat zeitraum periode mois mes periodo شهر فترة ماه دوره"
    ),
    "retained": (
        "active activity retain retention live subscription subscribed status alive open aktiv bestand actif activo "
        "ativo نشط فعال"
    ),
    "revenue": (
        "revenue billing bill billed invoice invoiced sales turnover arpu income charge charged payment paid "
        "umsatz rechnung erlos chiffre facture recette ingreso factura venta receita فاتورة إيراد مبيعات درآمد فروش"
    ),
    "cost_to_serve": (
        "cost costs expense servicing cts kosten aufwand cout couts frais coste costo gasto custo تكلفة مصاريف هزینه"
    ),
    "upgrades": "upgrade upsell crosssell uplift upsold ampliacion mejora ترقية ارتقا",
    "referrals": (
        "referral referred refer referrals introduced empfehlung geworben parrainage referido recomendados إحالة معرفی"
    ),
    "operational": (
        "contact call ticket incident complaint case outage visit login session usage minute chat email delay fault "
        "return claim anruf kontakt beschwerde storung appel reclamation incidencia llamada queja "
        "شكوى مكالمة تماس شکایت"
    ),
    "updated_at": "updated modified loaded inserted changed timestamp geandert aktualisiert maj actualizado",
    "late": (
        "churn cancel status lifetime ltv clv total last latest current closed active nps csat score satisfaction "
        "balance risk propensity segmentation_score ended"
    ),
    "not_money": "vat tax discount margin profit rebate steuer rabatt impuesto iva tva id index row line",
    "generic": "value amount count number n qty quantity total wert anzahl montant nombre valor cantidad "
    "مبلغ عدد مقدار",
    "private": "name email mail phone mobile address street zip postcode postal birth iban passport tax",
    "calendar": "year month day week quarter yr jahr monat tag woche quartal annee mois ano mes سنة شهر سال ماه",
    "effort": "effort ces aufwand esfuerzo جهد",
    "net": "net netto neto nette صافي خالص",
}  # fmt: skip
"""Stems, separated by blanks. Latin letters without accents."""

EXACT: Final = frozenset(
    [
        "id",
        "no",
        "nr",
        "n",
        "num",
        "fin",
        "key",
        "ym",
        "end",
        "day",
        "ces",
        "cts",
        "net",
        "tax",
        "mes",
        "row",
        "yr",
        "tag",
        "ano",
        "year",
        "month",
        "week",
        "quarter",
        "jahr",
        "monat",
    ]
)
"""Stems that a word has to be; with the others it has to begin, or, with those of five letters and more, to end."""
LONG_STEM: Final = 5


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, in small letters without accents.

    Parameters
    ----------
    name : str
        Name of a column or file.

    Returns
    -------
    tuple of str
        The words.

    Examples
    --------
    >>> words_of("NetRevenue_EUR"), words_of("Kündigungs-Datum"), words_of("accountNo2")
    (('net', 'revenue', 'eur'), ('kundigungs', 'datum'), ('account', 'no'))
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return tuple(re.findall(r"[^\W\d_]+", parted.casefold()))


def _stems() -> dict[str, tuple[str, ...]]:
    return {
        role: tuple("".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c))
                    for stem in dict.fromkeys(text.split()))
        for role, text in STEMS.items()
    }  # fmt: skip


STEM_LISTS: Final = _stems()


def matches(name: str, role: str) -> int:
    """Return how many words of a name speak for a role.

    Parameters
    ----------
    name : str
        Name of a column or file.
    role : str
        A key of ``STEMS``.

    Returns
    -------
    int
        0 when none does.

    Examples
    --------
    >>> matches("AccountNo", "customer_id"), matches("would_recommend", "score"), matches("note", "id")
    (1, 1, 0)
    """
    return sum(any(fits(word, stem) for stem in STEM_LISTS[role]) for word in words_of(name))


def fits(word: str, stem: str) -> bool:
    """Return whether a word speaks for a stem.

    Parameters
    ----------
    word, stem : str
        A word of a name, and a stem.

    Returns
    -------
    bool
        Languages that put words together put what counts last: ``Nettoumsatz`` ends with ``umsatz``.

    Examples
    --------
    >>> fits("invoices", "invoice"), fits("nettoumsatz", "umsatz"), fits("note", "no")
    (True, True, False)
    """
    if word == stem:
        return True
    if stem in EXACT:
        return False
    return word.startswith(stem) or (len(stem) >= LONG_STEM and word.endswith(stem))


def slug(name: str) -> str:
    """Return a name as the name of a metric of the user's own.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    str
        Latin letters and underscores; ``metric`` where none is left.

    Examples
    --------
    >>> slug("Escalated Calls"), slug("شکایت")
    ('escalated_calls', 'metric')
    """
    latin = [word for word in words_of(name) if word.isascii()]
    return "_".join(latin) or "metric"
