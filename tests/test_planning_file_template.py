"""The empty roster: what a coordinator is offered, and that only shifts come out of it."""

import io
from datetime import date, time

import pytest
from openpyxl import Workbook, load_workbook

from planning.file_rows import template_workbook
from planning.file_shift import ROWS_AT_MOST
from tests.test_planning_file_kit import ALICE, LINE, STAMP, codes, read, saved

HEADS = {
    "en": ["line", "service", "date", "from", "to", "responder", "order", "needed", "languages"],
    "fr": ["ligne", "service", "date", "de", "à", "répondant", "ordre", "nécessaires", "langues"],
    "nl": ["lijn", "dienst", "datum", "van", "tot", "beantwoorder", "volgorde", "nodig", "talen"],
}


def template(language: str = "fr", people: tuple[str, ...] = ("Alice Martin", "=x")) -> Workbook:
    content = template_workbook(language, [LINE], ["cssbse", "csc"], people, stamp=STAMP)
    return load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_headings_and_the_help_are_in_the_language_of_the_coordinator(language: str):
    workbook = template(language)
    roster, explanation, lists = workbook.worksheets
    assert [cell.value for cell in roster[1]] == HEADS[language]
    assert explanation["B4"].value
    assert lists.sheet_state == "hidden"
    prompts = [rule.prompt for rule in roster.data_validations.dataValidation]
    assert len(prompts) == 9
    assert all(prompts)


def test_an_unknown_language_is_answered_in_english():
    assert [cell.value for cell in template("de").worksheets[0][1]] == HEADS["en"]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_as_it_is_the_template_holds_no_shift(language: str):
    assert codes(saved(template(language)), "roster.xlsx") == ["file_no_rows"]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_what_is_filled_in_is_read_and_the_examples_are_not(language: str):
    workbook = template(language)
    row = ["0800 35 243", "cssbse", date(2026, 11, 24), time(9), time(13), "Alice Martin", 1, 2]
    for place, value in enumerate([*row, "fr nl"], start=1):
        workbook.worksheets[0].cell(2, place, value)
    assert read(saved(workbook)) == [ALICE]


def test_lines_services_and_people_can_be_chosen_down_to_the_last_row():
    roster, _, lists = template().worksheets
    rules = {str(rule.sqref): rule for rule in roster.data_validations.dataValidation}
    for letter, listed in (
        ("A", "lists!$A$1:$A$1"),
        ("B", "lists!$B$1:$B$2"),
        ("F", "lists!$C$1:$C$2"),
    ):
        rule = rules[f"{letter}2:{letter}{ROWS_AT_MOST + 1}"]
        assert (rule.type, rule.formula1) == ("list", listed)
        assert rule.errorStyle == "warning"
    assert [cell.value for cell in lists["C"]] == ["Alice Martin", "'=x"]
    assert lists["C2"].data_type == "s"


def test_with_nobody_to_choose_from_nothing_is_offered():
    roster = template(people=()).worksheets[0]
    rules = {str(rule.sqref)[0]: rule.type for rule in roster.data_validations.dataValidation}
    assert rules["F"] is None
    assert rules["B"] == "list"


def test_telephone_numbers_that_are_typed_in_stay_texts():
    columns = template().worksheets[0].column_dimensions
    assert columns["A"].number_format == "@"
    assert columns["C"].number_format == "yyyy-mm-dd"
    assert columns["D"].number_format == "hh:mm"
