"""Names and words by which columns are known, and names that features cannot have."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import duckdb

MAX_LEVELS = 30
# A longer name of a feature is cut at a word.
MAX_NAME = 36
EACH_ROW = "each row"

# -- Names of columns, best first: each is a pattern of the whole plain name -----------------------

_PERSON = (
    "customer|client|user|member|buyer|shopper|visitor|consumer|subscriber|household|account|guest|"
    "cust|person|passenger|donor|player|kunden?|cliente|clientes|usuario|utilisateur|acheteur"
)
_ID = "id|no|nr|num|number|nummer|key|code|ref|uid|uuid|hash"
_DEED = (
    "event|invoice|order|purchase|transaction|trans|sales?|visit|activity|payment|basket|receipt|"
    "booking|checkout|ticket|bestell|kauf|rechnungs?|verkaufs?|buchungs?|beleg|transaktions?"
)
_WHEN = "date|time|timestamp|datetime|date_time|day|dt|ts|at|on|datum|zeit|zeitpunkt|tag"
OTHER_TIME = re.compile(
    "deliver|estimat|approv|updat|modif|ship|dispatch|birth|dob|due|expir|end|carrier|versand|"
    "liefer|geburt|cancel|return|register|signup|sign_up|join|last|first|faellig|storn"
)

PATTERNS: Mapping[str, Sequence[str]] = {
    "customer": (
        f"({_PERSON})_?({_ID})",
        f"({_PERSON})",
        f"(\\w+_)?({_PERSON})_(unique_)?({_ID})",
        f"(({_PERSON})_)?e_?mail(_address)?",
    ),
    "time": (
        f"({_DEED})_?({_WHEN})",
        f"({_DEED})_\\w*_({_WHEN})",
        "date|time|timestamp|datetime|date_time|ts|datum|zeit|zeitpunkt|zeitstempel|occurred_at|"
        "occurred_on|event_ts|fecha|data|day|tag|created|created_at|created_on|creation_date",
        f"\\w+_({_WHEN})|(date|time|datum)_\\w+|\\w*(date|timestamp|datum)\\w*",
    ),
    "order": (
        f"(order|invoice|transaction|trans|receipt|basket|purchase|ticket|bestell|rechnungs?|beleg|"
        f"bon|auftrags?|check)_?({_ID}|nummer)",
        "invoice|order|receipt|transaction|basket|bestellung|rechnung|beleg|auftrag",
    ),
    "session": ("(user_)?session(_?(id|key))?|visit_?(id|key|no)|sitzung(s_?(id|nummer))?",),
    "event_type": (
        "event_?(type|name)?|action(_type)?|behaviou?r(_type)?|activity(_type)?|"
        "(transaction|trans|type_of)_?(type|event)|ereignis(_?typ)?|aktion",
        "type|kind|art|typ",
    ),
    "item": (
        f"(product|item|article|artikel|produkt|stock|sku|asset)_?({_ID})|sku|asin|isbn|upc|ean|"
        "artikelnummer|produktnummer",
        "product|item|article|artikel|produkt|producto|produit",
        "(product|item|article|artikel|produkt)_?(name|title|description|bezeichnung)|description|"
        "bezeichnung|title",
    ),
    "category": (
        "(product_|item_)?category_?id",
        "(product_|item_)?category(_name)?|warengruppe|(produkt)?kategorie|categoria|categorie",
        "(product_|item_)?category_code",
        "department|product_(line|type|group)|genre|section|abteilung",
    ),
    "brand": ("brand(_?(name|id))?|marke|marca|marque", "manufacturer|hersteller|vendor"),
    "amount": (
        "amount|total(_amount)?|amount_total|line_total|order_(value|total|amount)|invoice_total|"
        "revenue|sales?(_amount|_value)?|payment_value|total_(price|sales?|revenue|spent|cost)|"
        "net_amount|purchase_amount(_\\w+)?|transaction_(amount|value)|trans_amount|spend|spent|"
        "monetary|turnover|(gesamt|end|rechnungs)?betrag|umsatz|summe|gesamtpreis|gesamtsumme|"
        "montant|importe|valor",
        "(\\w+_)?(amount|revenue|sales|turnover|total|spent|spend|betrag|umsatz|summe)(_\\w+)?",
    ),
    "quantity": (
        "quantity|qty|units?|menge|anzahl|stueckzahl|stueck|cantidad|quantite|pieces|"
        "(num|number_of|nb)_(items|units|pieces|cds?)|item_quantity|order_quantity",
    ),
    "unit_price": (
        "(unit|item|product)_?price|price_(per|each)(_\\w+)?|einzelpreis|stueckpreis|"
        "preis_pro_stueck|prix_unitaire|precio_unitario|unit_cost",
        "price|preis|prix|precio",
    ),
    "status": ("(\\w+_)?(order|payment|transaction|invoice|bestell)?status|state",),
}
NO_AMOUNT = re.compile(
    "tax|discount|shipping|freight|fee|vat|mwst|tip|quantity|count|_id|items|refund|weight|volume|"
    "points|minutes|hours|days|distance|units|pieces|_rep|person|channel|region|area|score|rank|"
    "percent|pct|share|rate"
)
# A yes or no beside an event that changes what it is.
UNDONE = re.compile(
    "(is|was|has)_?(been)?_?(cancel|return|refund|storn|void)\\w*|"
    "(cancel|return|refund|storn|void)\\w*"
)

# What words of an event type, or of a status, mean.
PURCHASE_WORDS = {
    *("purchase", "purchased", "buy", "bought", "order", "ordered", "transaction", "sale", "sold"),
    *("payment", "paid", "checkout_completed", "kauf", "bestellung", "verkauf"),
}
RETURN_WORDS = {
    *("return", "returned", "refund", "refunded", "chargeback", "retoure", "erstattung"),
}
CANCEL_WORDS = {
    *("cancel", "canceled", "cancelled", "void", "voided", "failed", "declined", "rejected"),
    *("denied", "abandoned", "expired", "storno", "storniert", "abgelehnt", "fehlgeschlagen"),
}
OTHER_WORDS = {
    *("view", "cart", "remove_from_cart", "click", "addtocart", "add_to_cart", "page_view"),
    *("wishlist", "favorite", "fav", "search", "pv", "impression"),
}

# Columns of a table of customers.
VALUE_PATTERNS = (
    "monetary|(total_)?(spend|spent|spending|revenue|sales|turnover)|lifetime_value|clv|ltv|"
    "customer_value|total_(amount|value|purchases_value)|purchase_amount(_\\w+)?|umsatz|"
    "jahresumsatz|gesamtumsatz|amount",
    "(\\w+_)?(spend|spent|spending|revenue|sales|turnover|amount|umsatz|premium|charges)(_\\w+)?",
    "(account_)?balance|kontostand|saldo",
)
ACTIVITY_PATTERN = re.compile(
    "frequency|(num|number|nb|count|total|anzahl)_(of_)?(purchases|orders|visits|transactions|"
    "logins|bestellungen|kaeufe)|(purchase|order|visit|transaction|login)s?(_(count|number|total))?"
)
FRESHNESS_PATTERN = re.compile("recency(_days)?|days_since_(last_)?(purchase|order|visit|login)")
OUTCOME_PATTERN = re.compile(
    "y|target|outcome|response|responded|churn(ed)?|exited|converted|subscribed|label"
)

ROLE_KEYS = tuple(PATTERNS)
KEYS = (
    *ROLE_KEYS,
    *(
        "purchase",
        "return",
        "cancel",
        "time_format",
        "decimal",
        "value",
        "outcome",
        "text",
        "leave_out",
    ),
)
ORDERS = ("day first", "month first")
DECIMALS = {"point": ".", "comma": ","}

# Dates that lie ahead as a rule: they do not say when the data end.
AHEAD = re.compile(r"(^|_)(valid|expir\w*|until|due|renew\w*|next|ends?|ablauf\w*|bis)(_|$)")

# Numbers that name something.
CODE = re.compile(
    r"(^|_)(zip|zip_?code|post_?code|postal_code|postleitzahl|plz|(tele)?phones?|telefon(nummer)?|"
    r"mobile|mobil(nummer)?|mobiltelefon|handy(nummer)?|cell(_?phone)?|fax)(_|$)"
)

# Words that YAML takes for something other than a text.
YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null"}

# Dates of birth: they become an age, and say nothing of when the data end.
BIRTH = re.compile(r"birth|(^|_)(dob|born|geb)(_|$)|geburt|naissance|nacimiento")

# Names of columns that tell who someone is, by their whole plain name.
_NUMBER = "(_?(no|nr|num|number|nummer))?"
PERSONAL = re.compile(
    rf"(\w+_)?e_?mail(_?(address|adresse|id))?|mail_?(address|adresse)|"
    rf"(\w+_)?((tele|mobile_?|cell_?)?phone|telefon|mobiltelefon|handy|fax){_NUMBER}|"
    rf"(({_PERSON}|contact|kontakt|first|middle|last|full|given|family|maiden|birth|sur|fore|nick|"
    r"vor|nach|familien|geburts)_?)?name|nom|prenom|nombre|apellidos?|"
    r"((home|street|postal|billing|shipping|delivery|customer|mailing|ip|full)_?)?address(_?line)?"
    r"(_?\d)?|(\w+_)?(street|strasse|adresse|anschrift)(_?(name|line|\d))?|"
    rf"iban|ssn|social_security{_NUMBER}|(passport|tax|national)(_?id)?{_NUMBER}|ip|user_?name|login"
)

# Numbers as telephones have them: +49 581295.
TELEPHONE = re.compile(r"[+][0-9][0-9 ()/-]{5,}")

# Names that the models use themselves, and words that SQL reserves.
OWN_NAMES = {
    *("customer_id", "copies", "raw", "raw_row", "rejection_reason", "unusable_values", "scope"),
    *("reason", "imputed_features", "segment_id", "as_of", "source", "name"),
    *YAML_WORDS,
}
EVENT_FEATURES = {
    *("recency_days", "tenure_days", "event_count", "order_count", "monetary", "item_count"),
    *("average_order_value", "active_day_count", "category_count", "brand_count", "return_share"),
    *("item_diversity", "category_diversity", "brand_diversity", "weekend_share", "night_share"),
    *("recency_score", "frequency_score", "monetary_score", "rfm_cell", "session_count"),
    *("return_count",),
}


@cache
def reserved_words() -> frozenset[str]:
    """The words that cannot name a column in SQL unless they are quoted."""
    with duckdb.connect() as connection:
        words = connection.execute(
            "select keyword_name from duckdb_keywords() where keyword_category != 'unreserved'"
        ).fetchall()
    return frozenset(word for (word,) in words)
