import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_logging_db_federation_kit import GOOD, but, refused

from logging_db.federation_faults import MOST, FederationRefused
from logging_db.federation_file import read_federation


def test_a_table_where_a_list_of_tables_belongs_is_told():
    assert refused('[lines]\nnumber = "+3280035243"')[0] == (
        "lines: a table is not a list of tables; write for example [[lines]]."
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[[lines]]\nnumber = \n", "line 2, column 10"),
        ("[[lines]]\nnumber = 1 number = 2\n", "line 2, column 12"),
        ("[[lines", "end of the file"),
        ("a = [", "end of the file"),
        ("a = 2026-02-30", "line 1, column 5"),
        ("x = " + "[" * 5000, "the file"),
        ("x = " + "1" * 5000, "the file"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line_and_column(text, place):
    (told,) = refused(text)
    assert told.startswith(f"{place}: this is not TOML (")
    assert told.endswith("; correct what stands there.")


def test_a_syntax_error_does_not_keep_the_file():
    with pytest.raises(FederationRefused) as caught:
        read_federation('phone = "+32470000001"\nbroken')
    assert caught.value.__context__ is None
    assert "+32470000001" not in str(caught.value)


def test_all_faults_are_told_together_in_the_order_of_the_file():
    text = but("Europe/Brussels", "Mars").replace('code = "caw"', "code = 1")
    told = refused(text.replace('days = ["mon", "tue"]\nfrom', 'days = ["x"]\nfrom'))
    assert [sentence.partition(":")[0] for sentence in told] == [
        "lines[1].timezone", "services[2].code", "responders[2].service",
        "shifts[1].days", "shifts[2].service",
    ]  # fmt: skip


def test_no_more_than_fifty_faults_are_told_and_the_rest_counted():
    text = "\n".join("[[services]]\ncode = 1\nname = 2" for _ in range(40))
    with pytest.raises(FederationRefused) as caught:
        read_federation(text)
    assert len(caught.value.faults) == MOST
    assert str(caught.value).endswith("… and 30 more.")


_VALUES = st.recursive(
    st.none().map(lambda _: "0")
    | st.sampled_from(
        ["true", "-1", "1.5", '""', '"x"', "2026-11-24", "09:00:00", "inf", "2026-11-24T09:00:00Z"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | inner.map(lambda item: f"{{ a = {item} }}")
    ),
    max_leaves=3,
)
_SPOTS = [row for row in GOOD.splitlines() if " = " in row]


def faults_of(text: str) -> list[str]:
    try:
        read_federation(text)
    except FederationRefused as refusal:
        return [str(fault) for fault in refusal.faults]
    return []


@given(row=st.sampled_from(_SPOTS), value=_VALUES)
def test_whatever_stands_under_a_key_is_taken_or_refused_in_sentences(row, value):
    told = faults_of(GOOD.replace(row, f"{row.partition(' = ')[0]} = {value}", 1))
    assert all(": " in sentence and sentence.endswith(".") for sentence in told)
    assert not any("47000000" in sentence.partition("; ")[0] for sentence in told)
