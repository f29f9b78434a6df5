"""A population from a file of one's own: what is proposed, what is asked, and what is built."""

import argparse
import csv
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from segmentation.errors import InputError
from segmentation.population import __main__ as command_line
from segmentation.population.catalogue import settings_of
from segmentation.population.inspect import (
    SAYS_NOTHING,
    RawFile,
    decimal_sign,
    describe,
    one_decimal_sign,
    plain_name,
    read_file,
    read_number,
    time_reading,
)
from segmentation.population.mapping import (
    Question,
    Questions,
    check_join,
    make_plan,
    parse_answers,
)
from segmentation.population.write import insert_population, render

# -- Helpers ---------------------------------------------------------------------------------------


def raw(text: str, delimiter: str = ",") -> RawFile:
    """A file as inspect would describe it, from its header and rows as text."""
    header, *rows = csv.reader(text.strip().splitlines(), delimiter=delimiter)
    columns = tuple(
        describe(name.strip(), [row[i].strip() for row in rows]) for i, name in enumerate(header)
    )
    sample = pd.DataFrame(rows, columns=[column.name for column in columns])
    columns = one_decimal_sign(columns)
    return RawFile("/data/file.csv", "csv", "header = true", columns, len(rows), sample)


def plan_of(events: RawFile | None = None, customers: RawFile | None = None, answers: str = ""):
    return make_plan("mine", events, customers, parse_answers(answers))


def roles(events: RawFile, answers: str = "") -> dict[str, str]:
    """The column of each role that is proposed for an event file."""
    plan = plan_of(events, answers=answers)
    return {role: found.column.name for role, found in plan.events.roles.items()}


def tagged_personal(plan) -> set[str]:
    """The columns of the public features that are written with the tag personal."""
    files = render(plan, ROOT)
    (written,) = [text for path, text in files.items() if str(path).endswith("_features.yml")]
    (model,) = [
        model
        for model in yaml.safe_load(written)["models"]
        if model.get("config") == {"access": "public"}
    ]
    assert model["name"] == f"{plan.name}_features"
    return {
        column["name"]
        for column in model["columns"]
        if column.get("config") == {"tags": ["personal"]}
    }


def asked(events: RawFile | None = None, customers: RawFile | None = None, answers: str = ""):
    """The keys that are asked, with the choices."""
    with pytest.raises(Questions) as questions:
        plan_of(events, customers, answers)
    return {question.key: question.choices for question in questions.value.questions}


RETAIL = raw("""
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HEART,6,12/1/2010 8:26,2.55,17850.0,United Kingdom
536366,71053,WHITE METAL,6,12/1/2010 8:28,3.39,17850.0,United Kingdom
C536379,D,Discount,-1,12/13/2010 9:41,27.50,14527.0,United Kingdom
536370,22728,ALARM CLOCK,24,12/1/2010 8:45,3.75,12583.0,France
536544,21773,ROSE,1,12/1/2010 14:32,2.51,,United Kingdom
""")
SHOP_EVENTS = raw("""
event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde
2019-10-01 00:00:01 UTC,cart,3900821,2053013552326770905,water_heater,aqua,33.20,554748717,9333dfbd
2019-10-01 00:00:01 UTC,purchase,17200506,2053013559792632471,sofa,,543.10,519107250,566511c2
""")
OLIST = raw("""
order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_estimated_delivery_date
e481f51c,9ef432eb,delivered,2017-10-02 10:56:33,2017-10-02 11:07:15,2017-10-18
53cdb2fc,b0830fb4,canceled,2018-07-24 20:41:37,2018-07-26 03:24:27,2018-08-13
""")
WHOLESALE = raw("""
Channel,Region,Fresh,Milk,Grocery,Frozen,Detergents_Paper,Delicassen
2,3,12669,9656,7561,214,2674,1338
2,3,7057,9810,9568,1762,3293,1776
1,1,6353,8808,7684,2405,3516,7844
""")
BANK = raw(
    """
age;job;education;default;balance;housing;day;month;duration;pdays;poutcome;y
58;management;tertiary;no;2143;yes;5;may;261;-1;unknown;no
44;technician;unknown;no;29;yes;5;jun;151;-1;unknown;yes
33;unknown;secondary;yes;-2;no;6;may;76;120;failure;no
""",
    ";",
)
GERMAN = raw(
    """
Kundennummer;Bestellnummer;Bestelldatum;Artikelnummer;Warengruppe;Menge;Einzelpreis;Gesamtbetrag
K-1;B-1;01.02.2023;A1;Möbel;1;1.234,50;1.234,50 €
K-1;B-2;03.02.2023;A2;Lampen;2;1.000;2.000 €
K-2;B-3;31.03.2023;A1;Möbel;1;9,99;9,99 €
""",
    ";",
)


# -- Values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1", "2.5"], "."),
        (["$1,234.50", "3"], "."),
        (["1.234,50 €", "9,99"], ","),
        (["1,234", "5"], "either"),
        (["1.234", "5"], "either"),
        (["1.250", "2.400", "10.125"], "either"),
        (["1.250", "1.234.567"], ","),
        (["1.250", "0.125"], "."),
        (["1,250", "-0,125"], ","),
        (["1", "5"], "."),
        (["a", "b"], None),
        ([], None),
    ],
)
def test_the_decimal_sign_is_told_by_the_values(texts, sign):
    assert decimal_sign(Counter(texts)) == sign


@pytest.mark.parametrize(
    ("texts", "style", "formats", "has_clock"),
    [
        (["2019-10-01 00:00:00 UTC", "2019-10-01T10:00:00+02:00"], "iso", (), True),
        (["2019-10-01", "2019-1-2"], "iso", (), False),
        (["2019-10-01 10:00:00 -0400", "2019-10-01 10:00 UTC"], "iso", (), True),
        (["13/1/2010", "1/13/2010", "14/1/2010"], "either", ("%d/%m/%Y",), False),
        (["12/1/2010 8:26", "12/13/2010 9:41"], "month first", ("%m/%d/%Y %H:%M",), True),
        (["4/12/2016 1:00:00 PM", "4/13/2016 2:00:00 AM"], "month first",
         ("%m/%d/%Y %I:%M:%S %p",), True),
        (["13/1/10", "2/1/10"], "day first", ("%d/%m/%y",), False),
        (["1/2/2010", "3/4/2010"], "either", ("%d/%m/%Y",), False),
        (["01.02.2023"], "day first", ("%d.%m.%Y",), False),
        (["01-Jan-2011", "2-Feb-2011"], "named month", ("%d-%b-%Y",), False),
        (["19970101", "19980630"], "compact", ("%Y%m%d",), False),
        (["1285938000", "1285938001"], "epoch", (), True),
        (["12/1/2010 12:00 AM", "12/31/2010 12:00 AM"], "month first",
         ("%m/%d/%Y %I:%M %p",), False),
    ],
)  # fmt: skip
def test_times_are_told_by_the_values(texts, style, formats, has_clock):
    reading = time_reading(Counter(texts))

    assert (reading.style, reading.formats, reading.has_clock) == (style, formats, has_clock)


def test_no_times_are_no_times():
    assert time_reading(Counter(["red", "2010"])) is None
    assert time_reading(Counter()) is None


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Customer ID", "customer_id"),
        ("CustomerID", "customer_id"),
        ("InvoiceNo", "invoice_no"),
        ("Stückpreis (€)", "stueckpreis"),
        ("Détail", "detail"),
    ],
)
def test_names_are_made_plain(name, plain):
    assert plain_name(name) == plain


def test_numbers_and_missing_words_are_read_as_the_macros_read_them():
    macro = (ROOT / "macros" / "says_nothing.sql").read_text()
    patterns = re.findall(r"'([^']+)'", macro[macro.index("set words") : macro.index("] -%}")])
    words = {re.sub(r"\[(.)\]", r"\1", pattern) for pattern in patterns}
    cases = (ROOT / "tests" / "macros" / "written_number.sql").read_text()
    points, commas = cases.split("commas (given, expected)")
    pairs = re.compile(r"^    \('((?:[^']|'')*)', ([\d.-]+|null)\)", re.M)

    assert words == SAYS_NOTHING
    assert len(pairs.findall(points)) > 10
    for text, sign in ((points, "."), (commas, ",")):
        for given_text, expected in pairs.findall(text):
            number = read_number(given_text.strip().replace("''", "'"), sign)
            if given_text not in ("1000000000000", ""):
                assert number == (None if expected == "null" else float(expected)), given_text


# -- Mapping ---------------------------------------------------------------------------------------


def test_the_columns_of_an_online_shop_are_known():
    events = plan_of(RETAIL).events

    assert roles(RETAIL) == {
        "customer": "CustomerID",
        "time": "InvoiceDate",
        "order": "InvoiceNo",
        "item": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    }
    assert events.time.style == "month first"
    assert events.has_cancelled_orders
    assert set(events.left_out) == {"Description", "Country"}


def test_the_columns_of_shop_events_are_known():
    assert roles(SHOP_EVENTS) == {
        "customer": "user_id",
        "time": "event_time",
        "session": "user_session",
        "event_type": "event_type",
        "item": "product_id",
        "category": "category_id",
        "brand": "brand",
        "amount": "price",
    }
    assert plan_of(SHOP_EVENTS).events.purchase_words == ("purchase",)


def test_the_columns_of_orders_with_a_status_are_known():
    found = roles(OLIST)

    assert found == {
        "customer": "customer_id",
        "time": "order_purchase_timestamp",
        "order": "order_id",
        "status": "order_status",
    }
    assert plan_of(OLIST).events.cancel_words == ("canceled",)


def test_german_columns_with_decimal_commas_are_known():
    events = plan_of(GERMAN).events

    assert roles(GERMAN) == {
        "customer": "Kundennummer",
        "time": "Bestelldatum",
        "order": "Bestellnummer",
        "item": "Artikelnummer",
        "category": "Warengruppe",
        "amount": "Gesamtbetrag",
        "quantity": "Menge",
    }
    assert events.time.formats == ("%d.%m.%Y",)
    assert events.sign_of("amount") == events.sign_of("quantity") == ","


def test_a_bank_table_is_known_but_for_its_customer():
    assert asked(customers=BANK) == {"customer": ("<column>", "each row")}

    plan = plan_of(customers=BANK, answers="customer=each row")
    kinds = {attribute.name: attribute.kind for attribute in plan.customers.attributes}

    assert kinds["job"] == "text"
    assert kinds["stated_default"] == kinds["y"] == "boolean"
    assert kinds["balance"] == kinds["age"] == "number"
    assert "poutcome" in plan.customers.left_out
    assert plan.value == ("balance",)
    assert plan.outcome == "y"


def test_a_table_without_a_column_of_value_is_a_question():
    questions = asked(customers=WHOLESALE)
    plan = plan_of(
        customers=WHOLESALE, answers="customer=each row, value=Fresh + Milk, text=Channel"
    )
    kinds = {attribute.name: attribute.kind for attribute in plan.customers.attributes}

    assert questions["customer"] == ("<column>", "each row")
    assert "Fresh" in questions["value"]
    assert plan.value == ("fresh", "milk")
    assert kinds["channel"] == "text"
    assert kinds["region"] == "number"


def test_no_name_is_a_question_and_not_a_guess():
    nameless = raw("a,b,c\n1,19970101,5\n2,19970102,6\n")

    assert set(asked(nameless)) == {"customer", "time"}
    assert roles(nameless, "customer=a, time=b") == {"customer": "a", "time": "b"}


def test_two_equally_good_columns_are_a_question():
    both = raw(
        "customer_id,order_date,invoice_date\n1,2020-01-01,2020-01-02\n2,2020-02-01,2020-02-02"
    )

    assert asked(both) == {"time": ("order_date", "invoice_date")}
    assert roles(both, "time=invoice_date")["time"] == "invoice_date"


def test_days_and_months_that_cannot_be_told_apart_are_a_question():
    events = raw("customer_id,date,amount\n1,1/2/2020,5\n2,3/4/2020,6")

    assert asked(events) == {"time_format": ("day first", "month first")}
    plan = plan_of(events, answers="time_format=month first")
    assert plan.events.time.formats == ("%m/%d/%Y",)


def test_a_decimal_sign_that_cannot_be_told_is_a_question():
    events = raw('customer_id,date,amount\n1,2020-01-01,"1,234"\n2,2020-01-02,"5,678"')

    assert asked(events) == {"decimal": ("point", "comma")}
    assert plan_of(events, answers="decimal=comma").events.sign_of("amount") == ","


GERMAN_DAYS = raw(
    "Kundennummer;Datum;Betrag\n1;17.01.2023;1.250\n2;18.01.2023;2.400\n2;19.01.2023;10.125", ";"
)


def test_numbers_with_three_digits_after_their_only_sign_are_a_question():
    assert asked(GERMAN_DAYS) == {"decimal": ("point", "comma")}
    assert plan_of(GERMAN_DAYS, answers="decimal=comma").events.sign_of("amount") == ","


def test_an_answer_for_one_file_is_not_taken_against_the_values_of_the_other():
    events = raw('customer_id,date,amount\n1,13/1/2020,"1,50"\n2,14/1/2020,"2,25"')
    people = raw("customer_id,revenue,joined_date\n1,1.250,1/2/2020\n2,2.400,3/4/2020")
    for answers, sentence in (
        ("decimal=point, customers.time_format=day first", "have a decimal comma"),
        ("customers.decimal=point, time_format=month first", "are day first"),
        ("events.decimal=point, customers.decimal=point, time_format=day first", "decimal comma"),
    ):
        with pytest.raises(InputError, match=sentence):
            plan_of(events, people, answers)
    plan = plan_of(events, people, "customers.decimal=point, customers.time_format=month first")

    assert set(asked(events, people)) == {"decimal", "time_format"}
    assert plan.events.sign_of("amount") == ","
    assert plan.customers.attributes[0].decimal_sign == "."
    assert plan.customers.attributes[1].time.style == "month first"


def test_a_question_about_one_of_two_files_names_it():
    options = argparse.Namespace(name="mine", events="e.csv", customers="c.csv", map="")
    question = Question("decimal", "Is it?", ("point", "comma"), "customers")

    printed = command_line.command(Questions([question]), options)

    assert printed.endswith("MAP=customers.decimal=point")


def test_event_types_without_a_purchase_are_a_question():
    events = raw("user_id,timestamp,action,price\n1,2020-01-01,open,5\n2,2020-01-02,take,6\n")

    assert asked(events)["purchase"] == ("open", "take")
    assert plan_of(events, answers="purchase=take").events.purchase_words == ("take",)
    assert not plan_of(events, answers="purchase=none").events.has_purchases


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("custmer=CustomerID", "Did you mean 'customer'"),
        ("customer=Customer", "Did you mean 'CustomerID'"),
        ("time=Country", "holds no times"),
        ("item=StockCode, category=StockCode", "two roles"),
        ("customer=each row", "name the column of the customer"),
        ("customer=", "gives no value"),
        ("CustomerID", "cannot be read"),
        ("time_format=year first", "day first or month first"),
    ],
)
def test_an_answer_that_cannot_be_gets_a_sentence(answers, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        plan_of(RETAIL, answers=answers)


def test_a_column_without_use_is_left_out_with_its_reason():
    people = raw(
        "id,revenue,colour,notes,constant,e_mail\n"
        + "\n".join(f"{i},{i * 7 % 31}.5,{'red' if i % 2 else 'blue'},text {i},1,a{i}@b.c"
                    for i in range(60))
    )  # fmt: skip
    customers = plan_of(customers=people, answers="customer=id").customers

    assert [attribute.name for attribute in customers.attributes] == ["revenue", "colour"]
    assert "one value only" in customers.left_out["constant"]
    assert "free text" in customers.left_out["notes"]


@pytest.mark.parametrize(
    ("columns", "rows", "key"),
    [
        ("customer_id,date,event_type,price", 
         ["{i},2020-01-0{d},word{i},5.5", "{i},2020-01-0{d},purchase,5.5"], "event_type"),
        ("customer_id,date,amount", ["{i},2020-01-0{d},5.5", "{i},2020-01-0{d},(5.5)"], "amount"),
        ("customer_id,date,amount", ["{i},2020-01-0{d},-{i}.5"], "amount"),
        ("customer_id,date,amount,price", ["{i},2020-01-0{d},{d},9.5"], "amount"),
        ("customer_id,date,amount,is_returned",
         ["{i},2020-01-0{d},9.5,yes", "{i},2020-01-0{d},9.5,no"], "status"),
        ("customer_id,customer_unique_id,date,amount", ["{i},{d},2020-01-0{d},9.5"], "customer"),
        ("user_id,date,order_id,type_of_event",
         ["{d},2020-01-0{d},{i},a", "{d},2020-01-0{d},{i},b"], "purchase"),
        ("customer_id,date,amount", ["{i},1{d}/0{d}/2020,5.5", "{i},0{d}/2{d}/2020,5.5"],
         "time_format"),
    ],
)  # fmt: skip
def test_what_goes_against_the_values_is_a_question_whose_answers_are_taken(columns, rows, key):
    lines = [rows[i % len(rows)].format(i=i + 1, d=1 + i % 5) for i in range(120)]
    events = raw("\n".join([columns, *lines]))
    questions = asked(events)

    assert set(questions) == {key}
    for choice in questions[key]:
        assert plan_of(events, answers=f"{key}={choice}").events


def test_a_c_before_some_order_numbers_is_a_cancellation_among_plain_numbers_only():
    lines = [f"{i},2020-01-01,{'ABC'[i % 3]}{i},9.5" for i in range(9)]
    shops = raw("\n".join(["customer_id,date,order_id,amount", *lines]))

    assert not plan_of(shops).events.has_cancelled_orders
    assert plan_of(RETAIL).events.has_cancelled_orders


def test_orders_that_failed_are_no_purchases():
    lines = [
        f"{i},2020-01-01,9.5,{('paid', 'failed', 'refunded', 'voided')[i % 4]}" for i in range(9)
    ]
    events = plan_of(raw("\n".join(["customer_id,date,amount,financial_status", *lines]))).events

    assert set(events.cancel_words) == {"failed", "voided"}
    assert events.return_words == ("refunded",)


def test_a_total_of_something_else_is_no_amount():
    events = raw("customer_id,date,quantity,unit_price,total_weight\n1,2020-01-01,2,9.5,7.5\n"
                 "2,2020-01-02,1,9.5,3.5")  # fmt: skip

    assert "amount" not in roles(events)
    assert roles(events)["unit_price"] == "unit_price"


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("joined_date,joined_at", ["joined_days", "joined_at_2"]),
        ("joined_at,joined_date", ["joined_at", "joined_days_2"]),
        ("No.,monetary", ["stated_no", "monetary_2"]),
    ],
)
def test_features_and_staged_columns_have_names_of_their_own(header, names):
    cells = {
        "joined_date": "2020-01-0{d}",
        "joined_at": "shop {d}",
        "No.": "{d}",
        "monetary": "{d}.5",
    }
    row = ",".join(cells[name] for name in header.split(","))
    lines = [f"k{i},{i % 7}.5,{i % 5}.5,{row.format(d=1 + i % 6)}" for i in range(40)]
    people = raw("\n".join([f"customer_id,milk,bread,{header}", *lines]))
    plan = plan_of(customers=people, answers="value=milk + bread")
    attributes = plan.customers.attributes[2:]

    assert [attribute.name for attribute in attributes] == names
    assert len({attribute.staged for attribute in attributes}) == 2
    for path, text in render(plan, Path("/project")).items():
        if path.endswith("features.yml"):
            columns = [c["name"] for c in yaml.safe_load(text)["models"][-1]["columns"]]
            assert len(set(columns)) == len(columns)


def test_names_that_cannot_be_written_stay_out_of_what_dbt_reads():
    names = ["{{ 1/0 }}", "{% set x = 1 %}", "a'b", "del\x7f", "tab\tin"]
    events = raw(",".join(["customer_id,date,amount", *names]) + "\n1,2020-01-01,2.5,a,a,a,a,a\n"
                 "2,2020-01-02,2.5,b,b,b,b,b")  # fmt: skip
    for path, text in render(plan_of(events), Path("/project")).items():
        assert path.startswith("docs/") or not [name for name in names if name in text]


def test_a_column_called_source_is_not_taken_for_the_row():
    events = raw("customer_id,date,amount,source\n1,2020-01-01,2.5,web\n2,2020-01-02,2.5,shop")
    files = render(plan_of(events), Path("/project"))

    assert "group by source_rows" in files["models/staging/mine/base_mine__events.sql"]


def test_a_date_after_as_of_is_not_known_and_one_that_lies_ahead_does_not_set_it():
    lines = [f"{i},{i % 7}.5,2020-01-{1 + i % 28:02d},2099-01-{1 + i % 9:02d}" for i in range(40)]
    people = raw("\n".join(["customer_id,revenue,joined_date,valid_until", *lines]))
    files = render(plan_of(customers=people), Path("/project"))
    features = files["models/features/mine/mine_features.sql"]

    assert "'max(joined_at)'" in files["models/features/mine/mine_as_of.sql"]
    assert "when customers.joined_at <= observation.as_of" in features
    assert "when customers.valid_until_at" not in features


def test_customers_in_several_rows_are_a_sentence():
    people = raw("customer_id,revenue\n" + "\n".join(f"{i % 4},{i}.5" for i in range(20)))

    with pytest.raises(InputError, match="give it as EVENTS"):
        plan_of(customers=people)


def test_two_files_without_a_common_customer_are_a_sentence():
    people = raw("customer_id,revenue\n" + "\n".join(f"K-{i},{i}.5" for i in range(20)))

    with pytest.raises(InputError, match="no customer of"):
        check_join(plan_of(RETAIL, people))
    check_join(plan_of(RETAIL, raw("customer_id,revenue\n17850,1.5\n12583,7.5")))


@pytest.mark.parametrize("rows", [200, 30_000])
def test_two_files_with_hardly_a_common_customer_are_a_question(tmp_path: Path, rows: int):
    days = [f"{i}.0,2020-01-{1 + i % 28:02d},9.5\n" for i in range(rows)]
    (tmp_path / "e.csv").write_text("customer_id,date,amount\n" + "".join(days))
    files = [read_file(str(tmp_path / "e.csv"))]
    for share in (0.05, 0.2):
        people = [f"{i + int(rows * (1 - share))},{i % 7}.5\n" for i in range(rows)]
        (tmp_path / f"{share}.csv").write_text("customer_id,revenue\n" + "".join(people))
        files.append(read_file(str(tmp_path / f"{share}.csv")))
    events, few, enough = files

    with pytest.raises(Questions, match=f"Only {rows // 20} customers .* 5.0%"):
        check_join(plan_of(events, few))
    check_join(plan_of(events, few, "events.customer=customer_id"))
    check_join(plan_of(events, enough))


def test_money_is_offered_first_as_what_a_customer_is_worth():
    lines = [f"{i},{i % 9 + 500},{i % 7},{i % 5}.5" for i in range(40)]
    people = raw("\n".join(["customer_id,invoice_no,children,deposit", *lines]))

    assert asked(customers=people) == {"value": ("deposit", "children", "invoice_no")}


@pytest.mark.parametrize(
    "name",
    ["name", "First Name", "E-Mail", "billing_address", "Strasse", "Telefonnummer", "user_name"],
)
def test_who_someone_is_is_no_feature_but_on_request(name: str):
    lines = [f"{i},{i % 7}.5,{'uvwxyz'[i % 6]}" for i in range(60)]
    people = raw("\n".join([f"customer_id,revenue,{name}", *lines]))
    customers = plan_of(customers=people).customers

    assert [attribute.name for attribute in customers.attributes] == ["revenue"]
    assert "tells who someone is" in customers.left_out[name]

    plan = plan_of(customers=people, answers=f"text={name}")
    (feature,) = [a.name for a in plan.customers.attributes if a.name != "revenue"]
    assert feature in settings_of(plan).exclude
    assert tagged_personal(plan) == {feature}
    # The tag holds for every table that is published.
    marts = yaml.safe_load((ROOT / "models" / "marts" / "marts.yml").read_text())["models"]
    assert all(feature != column["name"] for mart in marts for column in mart["columns"])


@pytest.mark.parametrize(
    "name", ["colour", "city", "brand_name", "phone_model", "mail_opt_in", "addressable", "Country"]
)
def test_what_only_sounds_personal_is_a_feature(name: str):
    lines = [f"{i},{i % 7}.5,{'uvwxyz'[i % 6]}" for i in range(60)]
    people = raw("\n".join([f"customer_id,revenue,{name}", *lines]))

    assert len(plan_of(customers=people).customers.attributes) == 2


def test_customers_known_by_their_e_mail_are_personal():
    lines = [f"a{i}@b.example,{i % 7}.5,{'xyz'[i % 3]}" for i in range(60)]
    by_name = raw("\n".join(["e_mail,revenue,colour", *lines]))
    by_value = raw("\n".join(["customer,revenue,colour", *lines]))
    neither = raw("\n".join(["customer,revenue,colour", *lines]).replace("@", "-"))

    assert tagged_personal(plan_of(customers=by_name)) == {"customer_id"}
    assert tagged_personal(plan_of(customers=by_value)) == {"customer_id"}
    assert tagged_personal(plan_of(customers=neither)) == set()


@pytest.mark.parametrize(
    ("name", "cell"),
    [("contact", "+49 58{i}"), ("Mobile", "17{i}"), ("Telefonnummer", "58{i}"), ("PLZ", "2{i}")],
)
def test_telephones_and_postcodes_are_no_numbers(name, cell):
    lines = [f"{i},{i % 7}.5,{cell.format(i=1290 + i % 30)}" for i in range(40)]
    people = raw("\n".join([f"customer_id,revenue,{name}", *lines]))
    customers = plan_of(customers=people).customers

    assert [attribute.name for attribute in customers.attributes] == ["revenue"]
    assert re.search("telephone numbers|are names", customers.left_out[name])


def test_dates_with_other_words_among_them_are_dates_and_it_is_said():
    days = ["never" if i % 10 == 0 else f"2020-01-{1 + i % 28:02d}" for i in range(60)]
    lines = [f"{i},{i % 7}.5,{day}" for i, day in enumerate(days)]
    people = raw("\n".join(["customer_id,revenue,last_login", *lines]))
    [_, login] = plan_of(customers=people).customers.attributes

    assert (login.name, login.kind) == ("last_login_days", "date")
    assert login.why == "holds dates; 10.0% of its values are none, such as never"


def test_a_date_of_birth_is_an_age_and_never_the_clock():
    lines = [f"{i},{i % 7}.5,20{i:02d}-01-15,2020-01-{1 + i % 28:02d}" for i in range(40)]
    people = raw("\n".join(["customer_id,revenue,Geburtsdatum,last_order", *lines]))
    files = render(plan_of(customers=people), Path("/project"))
    alone = raw("\n".join(line.rpartition(",")[0] for line in ["id,revenue,dob,x", *lines]))
    customers = plan_of(customers=alone).customers

    assert "'max(last_order_at)'" in files["models/features/mine/mine_as_of.sql"]
    assert "whole_years" in files["models/features/mine/mine_features.sql"]
    assert [attribute.name for attribute in customers.attributes] == ["revenue"]
    assert "says on which day the age counts" in customers.left_out["dob"]


def test_a_time_that_many_rows_lack_is_a_question():
    lines = [f"{i % 9},{'never' if i % 3 == 0 else '2020-01-02'},5.5" for i in range(60)]
    events = raw("\n".join(["customer_id,date,amount", *lines]))

    assert asked(events) == {"time": ("date",)}
    assert roles(events, "time=date")["time"] == "date"


def test_numbers_without_a_header_are_asked_for():
    bare = raw("column_1,column_2,column_3,column_4\n1,19970101,5,2.5\n2,19970102,6,3.5")
    answers = "customer=column_1, time=column_2"

    assert asked(bare, answers=answers) == {"quantity": ("column_3, amount=column_4", "none")}
    given = roles(bare, f"{answers}, quantity=column_3, amount=column_4")
    assert (given["quantity"], given["amount"]) == ("column_3", "column_4")
    assert "amount" not in roles(bare, f"{answers}, quantity=none")


def test_returns_name_segments_where_there_are_some():
    paid = raw("customer_id,date,amount\n1,2020-01-01,2.5\n2,2020-01-02,3.5\n2,2020-01-03,4.5")
    back = raw("customer_id,date,amount\n1,2020-01-01,2.5\n2,2020-01-02,3.5\n2,2020-01-03,-3.5")

    assert settings_of(plan_of(back)).axes["returns"] == "return_share"
    assert "returns" in settings_of(plan_of(RETAIL)).axes
    assert "returns" not in settings_of(plan_of(paid)).axes


texts = st.text(max_size=12)
cells = st.one_of(
    st.none(),
    texts,
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(str),
    st.dates().map(lambda date: f"{date.day}/{date.month}/{date.year}"),
    st.sampled_from(["view", "purchase", "yes", "no", "Unknown", "1,234", "C12", "$5"]),
)
names = st.one_of(
    texts,
    st.sampled_from(
        ["customer_id", "date", "price", "Quantity", "type", "status", "order_id", "amount", "id"]
    ),
)
tables = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        st.lists(names, min_size=width, max_size=width, unique=True),
        st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8),
    )
)


@given(tables, texts, st.booleans())
def test_any_table_gives_a_plan_a_question_or_a_sentence(table, answers, is_events):
    header, rows = table
    columns = tuple(describe(name, [row[i] for row in rows]) for i, name in enumerate(header))
    sample = pd.DataFrame(rows, columns=header, dtype=object)
    file = RawFile("/data/file.csv", "csv", "", columns, len(rows), sample)
    try:
        plan = plan_of(file if is_events else None, None if is_events else file, answers)
        files = render(plan, Path("/project"))
    except InputError:
        return

    for path, text in files.items():
        if path.endswith(".yml"):
            yaml.safe_load(text)


# -- Files -----------------------------------------------------------------------------------------


def test_files_that_cannot_be_read_get_sentences(tmp_path: Path):
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "windows.csv").write_bytes("a;b\n5 €;Müller\n".encode("cp1252"))
    (tmp_path / "wide.csv").write_bytes("a;b\n5;6\n".encode("utf-16"))
    (tmp_path / "twice.csv").write_text("id,Amount,amount\n1,2,3\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "glued.txt").write_text("0000119970101\n0000219970102\n")
    (tmp_path / "quote.csv").write_text('id,note\n1,"never\n2,x\n')
    title = "Report, 2019\n" + "1,2,3\n" * 20
    (tmp_path / "title.csv").write_text(title)
    for name, sentence in (
        ("book.xlsx", "save its sheet as CSV"),
        ("none.csv", "no file matches"),
        ("empty.csv", "is empty"),
        ("windows.csv", "save it as UTF-8"),
        ("wide.csv", "save it as UTF-8"),
        ("twice.csv", "called amount"),
        ("folder", r"is a folder: .*/folder/\*\.csv'\.$"),
        ("glued.txt", "fixed width are not read"),
        ("quote.csv", "a quote that is never closed, first in the line '1,\"never'"),
        ("title.csv", "lines above the header"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_file(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("bom.csv", b"\xef\xbb\xbfa;b\n1;2\n", ["a", "b"]),
        ("tab.tsv", b"a\tb\n1\t2\n", ["a", "b"]),
        ("latin.csv", "Kunde,Größe\nMüller,2\n".encode("latin-1"), ["Kunde", "Größe"]),
        ("bare.csv", b"1,2019-01-01,5\n2,2019-01-02,6\n", ["column_1", "column_2", "column_3"]),
        ("years.csv", b"id,2019,2020\n1,5,6\n2,7,8\n", ["id", "2019", "2020"]),
        ("fixed.txt", b" 00001 19970101  1   11.77\n 00002 19970112  12  2.00\n",
         ["column_1", "column_2", "column_3", "column_4"]),
    ],
)  # fmt: skip
def test_ordinary_files_are_read(tmp_path: Path, name: str, content: bytes, columns: list[str]):
    (tmp_path / name).write_bytes(content)
    file = read_file(str(tmp_path / name))

    assert [column.name for column in file.columns] == columns
    assert all(column.known for column in file.columns)


def test_days_and_months_are_told_by_the_whole_file(tmp_path: Path):
    lines = ["customer_id,date"] + [f"{i},{1 + i % 12}/{1 + i % 7}/2020" for i in range(40_000)]
    (tmp_path / "long.csv").write_text("\n".join([*lines, "7,25/1/2020", ""]))

    assert read_file(str(tmp_path / "long.csv")).columns[1].time.style == "day first"


def test_files_of_two_shapes_get_a_sentence(tmp_path: Path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "b.csv").write_text("a;b\n1;2\n")

    with pytest.raises(InputError, match="files of one shape"):
        read_file(str(tmp_path / "*.csv"))


def test_the_project_file_keeps_its_comments():
    before = (ROOT / "dbt_project.yml").read_text()
    after = insert_population(before, "mine", ["events", "customers"], backtest=True)
    settings = yaml.safe_load(after)["vars"]

    assert list(settings["populations"])[-1] == "mine"
    assert settings["populations"]["mine"] == ["events", "customers"]
    assert settings["mine_as_of"] is None
    assert settings["mine_cutoff"] is None
    assert [line for line in after.split("\n") if line not in before.split("\n")] == [
        "    mine: [events, customers]",
        "  mine_as_of: null",
        "  mine_cutoff: null",
    ]


# -- Built -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copied_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, into which populations are written."""
    folder = tmp_path_factory.mktemp("own_data") / "project"
    ignored = shutil.ignore_patterns(".*", "target", "logs", "__pycache__", "*.duckdb*", "python")
    shutil.copytree(ROOT, folder, ignore=ignored)
    shutil.copytree(ROOT / "segmentation", folder / "segmentation", dirs_exist_ok=True)
    shutil.copy(ROOT / ".sqlfluff", folder)
    (folder / "own").mkdir()
    return folder


def make_population(project: Path, *arguments: str) -> str:
    """Run the command of `make population` on the copy; returns what it printed."""
    with open(os.devnull, "w") as nowhere:
        console = Console(width=200, record=True, file=nowhere)
        code = command_line.main([*arguments, "--project", str(project)], console)
    return f"{code}\n{console.export_text()}"


def run_dbt(project: Path, *arguments: str, data: Path | None = None) -> tuple[int, str]:
    """Run dbt on the copy; returns its exit code and what it printed."""
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "--no-use-colors", *arguments],
        cwd=project,
        env={
            **os.environ,
            "SEGMENTS_DB": str(project / "own.duckdb"),
            "SEGMENTS_DATA": str(data or project / "sample_data"),
        },
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


Sale = dict[str, str]
HEADER = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "Customer ID",
          "Source", "Raw", "Copies")  # fmt: skip


def sales() -> list[Sale]:
    """Sales with returns, guests, ids that a spreadsheet made floats of, repeats and faults."""
    rng, rows, invoice = random.Random(5), [], 536365
    for customer in range(12000, 12120):
        is_good = customer % 2
        for _ in range(rng.randint(6, 9) if is_good else rng.randint(1, 2)):
            invoice += 1
            days = rng.randint(200, 360) if is_good else rng.randint(0, 150)
            time = datetime(2010, 12, 1, rng.randint(0, 23), rng.randint(0, 59))
            time += timedelta(days=days)
            for _ in range(rng.randint(2, 5) if is_good else 1):
                row = {
                    "InvoiceNo": str(invoice),
                    "StockCode": f"{rng.randint(1, 40 if is_good else 5)}A",
                    "Quantity": str(rng.choice((1, 2, 6, 12))),
                    "InvoiceDate": f"{time.month}/{time.day}/{time.year} {time:%H:%M}",
                    "UnitPrice": rng.choice(("0.85", "2.55", "1.005", "12.50")),
                    "Customer ID": rng.choice((f"{customer}.0", str(customer))),
                    # Names that the models use themselves.
                    "Source": "web",
                    "Raw": "raw",
                    "Copies": "7",
                }
                rows.append(row)
                if rng.random() < 0.05:
                    rows.append(row)
                if rng.random() < 0.08:
                    cancelled = {"InvoiceNo": f"C{invoice}", "Quantity": f"-{row['Quantity']}"}
                    rows.append(row | cancelled)
                if rng.random() < 0.05:
                    rows.append(row | {"Customer ID": rng.choice(("", "Unknown", " "))})
    good = rows[0]
    rows.append(good | {"Quantity": "-3", "InvoiceNo": "999"})
    rows.append(good | {"InvoiceDate": "2/30/2011 8:00"})
    rows.append(good | {"InvoiceDate": ""})
    rows.append(good | {"Quantity": "many"})
    rows.append(good | {"UnitPrice": "-1.00"})
    rows.append(good | {"UnitPrice": "N/A"})
    return rows


def write_sales(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, HEADER, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sales())
        file.write("1;2;3\n")


MEMBERS_HEADER = [
    *("Customer ID", "Group", "Joined Date", "Age", "Newsletter", "Source", "Raw", "Copies"),
    "Birth Date",
]


def members() -> list[list[str]]:
    """Customers: some without sales, some sales without one; a value that cannot be read."""
    rng = random.Random(6)
    rows = [
        [str(customer), rng.choice("ABC?"), f"{rng.randint(13, 28)}/{rng.randint(1, 9)}/2010",
         str(rng.randint(18, 80)), rng.choice(("yes", "no")),
         *(("web", "a", "1") if customer % 3 else ("shop", "b", "2")),
         {12013: "1/1/1900", 12014: "1/1/2050"}.get(customer, f"{customer % 28 + 1}/6/1975")]
        for customer in range(12010, 12150)
    ]  # fmt: skip
    rows[0][3], rows[1][2], rows[2][3] = "old", "soon", "Unknown"
    rest = ["A", "13/1/2010", "1", "no", "web", "a", "1", "13/6/1975"]
    rows += [["12040", *rest], ["", *rest]]
    return rows


def write_members(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([MEMBERS_HEADER, *members()])


def write_fixed_width(path: Path) -> list[tuple[str, datetime, Decimal]]:
    """Purchases as fixed-width text; returns them, without the exact repeats."""
    rng, lines = random.Random(7), set()
    for customer in range(1, 81):
        for _ in range(rng.randint(1, 2) if customer % 2 else rng.randint(6, 9)):
            day = datetime(1997, 1, 1) + timedelta(days=rng.randint(0, 500))
            price = rng.choice((11.77, 14.99, 60.5))
            lines.add(f" {customer:05d} {day:%Y%m%d} {rng.randint(1, 4):2d} {price:7.2f}")
    path.write_text("\n".join([*sorted(lines), "00001 19970101 1", ""]))
    parts = [line.split() for line in sorted(lines)]
    return [(c, datetime.strptime(day, "%Y%m%d"), Decimal(price)) for c, day, _, price in parts]


def write_wholesale(path: Path) -> None:
    """Customers without an id, in German: decimal commas, names that SQL reserves, Latin-1."""
    rng = random.Random(8)
    lines = ["Group;Umsatz;Größe;Select;user name;letzter Einkauf"]
    for number in range(150):
        sales = f"{rng.randint(1, 9) + 40 * (number % 2)}.{rng.randint(100, 999)},{number % 90:02d}"
        lines.append(
            f"{rng.choice('AB')};{sales} EUR;{rng.choice(('klein', 'groß', 'k.A.'))};"
            f"{rng.choice(('ja', 'nein'))};{rng.randint(1, 40) / 4!s};"
            f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.2023"
        )
    path.write_bytes("\n".join([*lines, ""]).encode("latin-1"))


POPULATIONS = {
    "retail": ["events", "customers"],
    "discs": ["events"],
    "wholesale": ["customers"],
}
HISTORY = {"from": "1997-03-01", "to": "1998-03-01", "every": "6 months"}


@pytest.fixture(scope="module")
def own_data(copied_project: Path) -> Path:
    """Three populations of one's own, built with all their tests and the marts that unite them."""
    own = copied_project / "own"
    write_sales(own / "sales.csv")
    write_members(own / "members.csv")
    write_fixed_width(own / "discs.txt")
    write_wholesale(own / "wholesale.csv")
    commands = [
        ["--name", "retail", "--events", str(own / "sales.csv"),
         "--customers", str(own / "members.csv")],
        ["--name", "discs", "--events", str(own / "discs.txt"),
         "--map", "customer=column_1, time=column_2, quantity=column_3, amount=column_4"],
        ["--name", "wholesale", "--customers", str(own / "wholesale.csv"),
         "--map", "customer=each row"],
    ]  # fmt: skip
    purchases = write_fixed_width(own / "discs.txt")
    # Events without money: the features as of past moments, and no backtest.
    entries = "".join(f"{customer},{day:%F} 12:30:00\n" for customer, day, _ in purchases)
    (own / "entries.csv").write_text("customer,entered_at\n" + entries)
    commands.append(["--name", "entries", "--events", str(own / "entries.csv")])
    for arguments in commands:
        printed = make_population(copied_project, *arguments)
        assert printed.startswith("0"), printed
    marts = [f"+{mart}" for mart in ("segment_summary", "segment_profiles", "rejected_rows",
                                     "row_counts", "cluster_scores", "segment_rules",
                                     "outcome_scores", "segment_drift")]  # fmt: skip
    marts.append("+discs_backtest")
    marts += [f"+{population}_observed_features" for population in (*POPULATIONS, "entries")]
    variables = json.dumps({"populations": POPULATIONS, "history": HISTORY})
    # The unit tests of the shared models mock models of the populations that come with the project.
    others = ["--exclude", "path:models/segments/segments_unit_tests.yml"]
    code, output = run_dbt(copied_project, "build", "-s", *marts, *others, "--vars", variables)
    assert code == 0, output
    return copied_project


def query(project: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(project / "own.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_nothing_of_the_files_is_lost(own_data: Path):
    counts = {
        (population, source): rest
        for population, source, *rest in query(own_data, "from marts.row_counts")
    }
    reasons = {
        (source, scope, reason)
        for source, scope, reason in query(
            own_data,
            "select source, scope, reason from marts.rejected_rows where population = 'retail'",
        )
    }
    lines = len((own_data / "own" / "sales.csv").read_text().splitlines()) - 1

    assert set(counts) == {(p, e) for p, entities in POPULATIONS.items() for e in entities}
    for population, source in counts:
        raw_rows, staged, rejected, duplicates = counts[population, source]
        assert raw_rows == staged + rejected + duplicates
    assert counts["retail", "events"][0] == lines
    assert counts["discs", "events"][2] == 1
    assert reasons == {
        ("events", "row", "no customer"),
        ("events", "row", "no time"),
        ("events", "row", "time cannot be read"),
        ("events", "row", "quantity cannot be read"),
        ("events", "row", "negative price"),
        ("events", "row", "no amount"),
        ("events", "row", "line cannot be split into columns: missing columns"),
        ("customers", "row", "no customer"),
        ("customers", "row", "customer stands in several rows that differ"),
        ("customers", "value", "age cannot be read"),
        ("customers", "value", "joined at cannot be read"),
        ("customers", "value", "born at cannot be read or stands for unknown"),
        ("customers", "value", "born at lies after as_of"),
    }


def expected_sales() -> dict[str, dict]:
    """The features of the sales by customer, worked out anew from the raw rows."""
    distinct = {tuple(row.values()): row for row in sales()}.values()
    used = defaultdict(list)
    for row in distinct:
        customer = re.sub(r"[.]0$", "", row["Customer ID"].strip())
        try:
            time = datetime.strptime(row["InvoiceDate"], "%m/%d/%Y %H:%M")
            quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
        except (ValueError, ArithmeticError):
            continue
        if customer in ("", "Unknown") or price < 0:
            continue
        amount = (quantity * price).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        is_return = row["InvoiceNo"].startswith("C") or quantity < 0
        used[customer].append((time, row["InvoiceNo"], row["StockCode"], amount, is_return))
    as_of = max(event[0] for events in used.values() for event in events)
    features = {}
    for customer, events in used.items():
        times = [time for time, *_ in events]
        bought = [event for event in events if not event[4]]
        orders = {event[1] for event in bought}
        total = sum(event[3] for event in bought)
        features[customer] = {
            "event_count": len(events),
            "order_count": len(orders),
            "return_count": len(events) - len(bought),
            "return_share": (len(events) - len(bought)) / len(events),
            "monetary": float(sum(event[3] for event in events)),
            "average_order_value": float(total) / len(orders) if orders else None,
            "recency_days": (as_of - max(times)) / timedelta(days=1),
            "tenure_days": (as_of - min(times)) / timedelta(days=1),
            "active_day_count": len({time.date() for time in times}),
            "weekend_share": sum(time.weekday() > 4 for time in times) / len(times),
            "night_share": sum(time.hour < 6 for time in times) / len(times),
            "item_count": len({event[2] for event in bought}),
        }
    return features


def test_features_equal_an_oracle(own_data: Path):
    expected = expected_sales()
    columns = list(next(iter(expected.values())))
    built = {
        customer: dict(zip(columns, values, strict=True))
        for customer, *values in query(
            own_data, f"select customer_id, {', '.join(columns)} from features.retail_features"
        )
    }
    nothing = dict.fromkeys(columns, 0) | dict.fromkeys(
        ("average_order_value", "recency_days", "tenure_days", "weekend_share", "night_share")
    )
    only_members = {row[0] for row in members()} - expected.keys() - {"", "12040"}

    assert built.keys() == expected.keys() | only_members
    assert len(only_members) > 20
    for customer, features in built.items():
        assert features == pytest.approx(expected.get(customer, nothing), abs=1e-6), customer


def test_attributes_equal_the_file(own_data: Path):
    built = query(
        own_data,
        "select customer_id, stated_group, age, newsletter, joined_days, stated_source, "
        "stated_raw, stated_copies, age_years from features.retail_features",
    )
    as_of = datetime.fromisoformat(
        query(own_data, "select cast(as_of as varchar) from features.retail_as_of")[0][0]
    )
    rows = {row[0]: row for row in members() if row[0] not in ("", "12040")}

    for customer, group, age, newsletter, days, *own, years in built:
        _, g, joined, a, n, *texts, birth = rows.get(customer, [""] * 9)
        born = datetime.strptime(birth, "%d/%m/%Y") if birth.endswith("1975") else None
        had = born and (as_of.month, as_of.day) >= (born.month, born.day)
        assert years == (as_of.year - born.year - (not had) if born else None)
        expected = [texts[0] or None, texts[1] or None, float(texts[2]) if texts[2] else None]
        assert own == expected
        assert group == (g.lower() if g not in ("", "?") else None)
        assert age == (float(a) if a.isdigit() else None)
        assert newsletter == {"yes": True, "no": False}.get(n)
        when = datetime.strptime(joined, "%d/%m/%Y") if "/" in joined else None
        assert days == pytest.approx((as_of - when) / timedelta(days=1) if when else None)


@pytest.mark.parametrize("moment", [datetime(1997, 3, 1), datetime(1998, 3, 1), datetime.max])
def test_events_have_features_of_past_moments(own_data: Path, tmp_path: Path, moment: datetime):
    purchases = [p for p in write_fixed_width(tmp_path / "discs.txt") if p[1] <= moment]
    which = "is_present" if moment == datetime.max else f"is_history and as_of = '{moment}'"
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for customer, _, amount in purchases:
        spent[customer] += amount
    # An entry is at half past twelve, and one row however much was bought.
    visits = Counter(customer for customer, *_ in {p[:2] for p in purchases if p[1] != moment})

    def found(population: str, feature: str) -> dict:
        table = f"features.{population}_observed_features"
        return dict(query(own_data, f"select customer_id, {feature} from {table} where {which}"))

    assert found("discs", "monetary") == pytest.approx(
        {customer: float(amount) for customer, amount in spent.items()}
    )
    assert found("entries", "event_count") == visits


def test_customers_have_the_features_of_the_present_only(own_data: Path):
    for population in ("retail", "wholesale"):
        counts = (
            f"select (select count(*) from features.{population}_features), count(*), "
            f"count(*) filter (where is_present and not is_history) "
            f"from features.{population}_observed_features"
        )
        [(customers, observed, present)] = query(own_data, counts)
        assert customers == observed == present > 0


def test_fixed_width_text_is_read(own_data: Path, tmp_path: Path):
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for customer, _, amount in write_fixed_width(tmp_path / "discs.txt"):
        expected[customer] += amount

    assert dict(query(own_data, "select customer_id, monetary from features.discs_features")) == (
        pytest.approx({customer: float(amount) for customer, amount in expected.items()})
    )


def test_events_with_money_have_a_backtest(own_data: Path, tmp_path: Path):
    purchases = write_fixed_width(tmp_path / "discs.txt")
    last = max(day for _, day, _ in purchases)
    before = sorted(day for _, day, _ in purchases if day < last)
    cutoff = before[math.ceil(0.75 * len(before)) - 1]
    known = {customer for customer, day, _ in purchases if day <= cutoff}
    later = [(customer, amount) for customer, day, amount in purchases if day > cutoff]
    customers = {customer for customer, _, _ in purchases}
    revenue = {
        name: sum(amount for customer, amount in later if (customer in known) == (name == "known"))
        for name in ("known", "new")
    }

    assert query(
        own_data,
        "select group_name, cutoff, customers, later_revenue, later_refunded "
        "from models.discs_backtest where grouped_by = 'cutoff' order by group_name",
    ) == [
        ("known", cutoff, len(known), revenue["known"], 0),
        ("new", cutoff, len(customers - known), revenue["new"], 0),
    ]
    rates = query(
        own_data,
        "select any_value(repeat_purchase_rate) from models.discs_backtest "
        "where grouped_by = 'cutoff' and group_name = 'known'",
    )
    assert rates == [(pytest.approx(len(known & {each for each, _ in later}) / len(known)),)]
    # What stands in a file of customers has no date.
    assert not list(own_data.glob("*models/**/retail*backtest*"))


def test_decimal_commas_and_latin_letters_are_read(own_data: Path):
    [(customers, sales, sizes, last)] = query(
        own_data,
        "select count(*), min(umsatz), string_agg(distinct groesse, ' ' order by groesse), "
        "min(letzter_einkauf_days) from features.wholesale_features",
    )

    assert customers == 150
    assert 1000 < sales < 100_000
    assert sizes == "groß klein"
    assert last == 0


def test_everyone_has_a_named_segment(own_data: Path):
    counts = query(
        own_data,
        "select population, count(*), count(segment_name) from marts.segments group by all",
    )
    features = {
        population: query(own_data, f"select count(*) from features.{population}_features")[0][0]
        for population in POPULATIONS
    }

    assert {population: (n, n) for population, n in features.items()} == {
        population: (customers, named) for population, customers, named in counts
    }


def test_every_table_and_column_that_is_written_is_described(own_data: Path):
    comments = query(
        own_data,
        """
        select schema_name || '.' || table_name, null, comment from duckdb_tables()
        union all
        select schema_name || '.' || view_name, null, comment from duckdb_views() where not internal
        union all
        select schema_name || '.' || table_name, column_name, comment
        from duckdb_columns()
        where not internal
        """,
    )
    is_model = re.compile(r"staging\.(base|stg)_|(features|models|marts)\.").match
    undescribed = [
        (table, column) for table, column, comment in comments if is_model(table) and not comment
    ]

    assert len(comments) > 300
    assert undescribed == []


LONG_NAMES = raw(
    "customer_id,the revenue of the customer in the last twelve months,is a member of the "
    "programme for good customers,day of the first purchase in any shop or on the web\n"
    + "\n".join(f"{i},{i * 7 % 31}.5,{'yes' if i % 2 else 'no'},2020-01-{i}" for i in range(1, 30))
)


def test_what_is_written_passes_the_linter(own_data: Path):
    plans = [
        make_plan("variant_a", SHOP_EVENTS, LONG_NAMES, {}),
        make_plan("variant_b", OLIST, None, {}),
        make_plan("variant_c", GERMAN, BANK, {"customers.customer": ["age"]}),
        make_plan("variant_d", None, LONG_NAMES, {"value": [LONG_NAMES.columns[1].name]}),
    ]
    for plan in plans:
        for path, text in render(plan, own_data).items():
            (own_data / path).parent.mkdir(parents=True, exist_ok=True)
            (own_data / path).write_text(text)
    # Only the models in which populations differ: a lint of them all takes minutes.
    kinds = ("base_*__events", "base_*__customers", "*_as_of", "*_orders", "*_rfm", "*_features")
    names = [*POPULATIONS, *(plan.name for plan in plans)]
    models = [
        path
        for name in names
        for kind in kinds
        for path in own_data.glob(f"models/*/{name}/{kind}.sql")
    ]
    done = subprocess.run(
        [Path(sys.executable).parent / "sqlfluff", "lint", "--disable-progress-bar", *models],
        cwd=own_data,
        capture_output=True,
        text=True,
    )

    for plan in plans:
        for path in render(plan, own_data):
            (own_data / path).unlink()
    assert len(models) > 25
    assert done.returncode == 0, done.stdout


def test_each_file_bears_the_name_of_its_population():
    files = render(plan_of(RETAIL, BANK, "customers.customer=age"), Path("/project"))
    names = [Path(path).name for path in files]

    assert len(files) > 25
    assert [n for n in names if not re.match(r"(base_|stg_)?mine(__?[a-z]|[.](md|yml))", n)] == []


def test_no_model_that_is_written_is_long(own_data: Path):
    lengths = {
        path.name: len(path.read_text().splitlines())
        for name in POPULATIONS
        for path in own_data.glob(f"*models/*/{name}/*.sql")
    }

    assert lengths
    assert max(lengths.values()) <= 120


def test_a_population_is_never_overwritten(own_data: Path):
    before = {path: path.stat().st_mtime_ns for path in own_data.rglob("*.sql")}
    printed = make_population(
        own_data, "--name", "retail", "--events", str(own_data / "own" / "sales.csv")
    )

    assert printed.startswith("1\nthere is a population or a page called 'retail' already")
    assert before == {path: path.stat().st_mtime_ns for path in own_data.rglob("*.sql")}


def test_a_question_writes_nothing_and_gives_the_command_that_answers_it(copied_project: Path):
    path = copied_project / "own" / "bare.csv"
    path.write_text("1,2019-01-01,5\n2,2019-01-02,6\n")
    before = sorted(copied_project.rglob("*"))
    printed = make_population(copied_project, "--name", "bare", "--events", str(path))

    assert "Which column is the customer?" in printed
    assert "column_1" in printed
    assert f"make population NAME=bare EVENTS={path} MAP='customer=<column>'" in printed
    assert sorted(copied_project.rglob("*")) == before


def test_a_removed_population_leaves_a_project_that_parses(own_data: Path):
    project = own_data / "dbt_project.yml"
    lines = project.read_text().split("\n")
    project.write_text("\n".join(line for line in lines if "discs" not in line))
    for folder in [*own_data.glob("models/*/discs"), own_data / "python_models" / "discs"]:
        shutil.rmtree(folder)
    (own_data / "docs" / "discs.md").unlink()
    code, output = run_dbt(own_data, "parse")
    rooms = ("models", "python_models", "docs", "seeds", "tests", "macros")

    assert code == 0, output
    assert not [path for room in rooms for path in (own_data / room).rglob("*discs*")]


@pytest.mark.real
def test_the_public_events_give_the_same_money_as_their_own_population(
    copied_project: Path, real_data: Path
):
    path = real_data / "clickstream" / "2019-Oct.csv"
    printed = make_population(copied_project, "--name", "visits", "--events", str(path))
    assert printed.startswith("0"), printed
    code, output = run_dbt(
        copied_project,
        *("build", "-s", "+visits_features", "+clickstream_features"),
        *("--exclude", "resource_type:unit_test"),
        *("--vars", json.dumps({"populations": {"visits": ["events"]}})),
        data=real_data,
    )
    assert code == 0, output
    columns = "customer_id, monetary, event_count, session_count, order_count, item_count"
    ours = query(copied_project, f"select {columns} from features.visits_features order by all")
    theirs = query(
        copied_project,
        f"select {columns.replace('item_count', 'product_count')} "
        "from features.clickstream_features order by all",
    )

    assert len(ours) == 4504
    assert ours == theirs
