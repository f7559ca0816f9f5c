"""Files of other programs, as they are: LibreOffice's as fixtures, and LibreOffice itself."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from planning.file_kind import Kind
from planning.file_rows import write_rows
from planning.file_shift import ShiftRow
from planning.file_template import template_workbook
from planning.objections import Refused
from tests.test_planning_file_kit import ALICE, BRUSSELS, LINE, STAMP, codes, places, read, refusal

FILES = Path(__file__).parent / "files"
DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
FILLED_IN = [
    ALICE,
    replace(ALICE, row=3, responder="Zoë Lefèvre", order=2),
    ShiftRow(4, LINE, "cssbse", DAY, time(22), time(6), None, None, 1, ("nl",)),
    ShiftRow(6, LINE, "cssbse", NEXT, time(9), time(13, 30), "’t Hooft, Bram"),
    ShiftRow(7, LINE, "cssbse", NEXT, time(13, 30), time(0), "Joris Œuvrard", 1, 1, ("fr",)),
]


@pytest.mark.parametrize(
    "name",
    [
        "libreoffice.ods",
        "libreoffice.xlsx",
        "libreoffice.csv",
        "libreoffice-windows-1252.csv",
        "libreoffice-utf-16.csv",
    ],
)
def test_what_libreoffice_saves_is_read(name: str):
    assert read((FILES / name).read_bytes(), name) == FILLED_IN


@pytest.mark.parametrize("name", ["libreoffice-faults.ods", "libreoffice-faults.xlsx"])
def test_what_libreoffice_hides_computes_and_merges_is_refused(name: str):
    objections = refusal((FILES / name).read_bytes(), name)
    assert places(objections) == [
        ("file_formula", None, None),
        ("file_merged", None, None),
        ("file_row_hidden", 3, None),
    ]
    assert [objection.details for objection in objections[:2]] == [
        {"cell": "F4"},
        {"cell": "F6:F7"},
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("libreoffice.xls", "file_kind_xls"),
        ("libreoffice-page.xls", "file_kind_html"),
        ("libreoffice-password.ods", "file_password"),
    ],
)
def test_what_is_not_read_of_libreoffice_is_refused_with_the_way_out(name: str, code: str):
    assert codes((FILES / name).read_bytes(), name) == [code]


# LibreOffice itself, where it is installed.

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
IN_CSV = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
RISKY = [
    ALICE,
    replace(ALICE, row=3, responder="=HYPERLINK(0)", order=None),
    replace(ALICE, row=4, responder="+Zoë 'L' \"Œ\", <&>;", service="cssbse"),
    ShiftRow(5, LINE, "cssbse", DAY, time(22), time(6), None, None, None, ()),
    ShiftRow(6, "+3225550100", "x", DAY, time(0), time(0), "’t Hooft", 3, 0, ("nl",)),
]
office = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice (soffice) is not installed: nothing opens our files here"
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LibreOffice's settings: made once, which takes longer than to convert a file."""
    return tmp_path_factory.mktemp("libreoffice")


def convert(profile: Path, folder: Path, kind: str, name: str, *options: str) -> bytes:
    """Let LibreOffice open a file and save it as another kind."""
    assert SOFFICE
    target = folder / "saved"
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            *options,
            "--convert-to",
            kind,
            "--outdir",
            str(target),
            str(folder / name),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return (target / f"{Path(name).stem}.{kind.split(':', maxsplit=1)[0]}").read_bytes()


@office
@pytest.mark.parametrize(
    ("kind", "other"),
    [("csv", "xlsx"), ("xlsx", "ods"), ("ods", CSV)],  # each is opened once, and saved once
)
def test_libreoffice_opens_what_we_write_and_saves_the_same_rows(
    profile: Path, tmp_path: Path, kind: Kind, other: str
):
    (tmp_path / f"ours.{kind}").write_bytes(write_rows(kind, RISKY, zone=BRUSSELS, stamp=STAMP))
    options = [IN_CSV] if kind == "csv" else []
    assert read(convert(profile, tmp_path, other, f"ours.{kind}", *options)) == RISKY


@office
def test_libreoffice_opens_our_template_and_what_is_filled_in_is_read(
    profile: Path, tmp_path: Path
):
    content = template_workbook("fr", [LINE], ["cssbse"], ["Alice Martin"], stamp=STAMP)
    (tmp_path / "ours.xlsx").write_bytes(content)
    saved = convert(profile, tmp_path, "ods", "ours.xlsx")
    with pytest.raises(Refused) as refused:
        read(saved)
    assert [objection.code for objection in refused.value.objections] == ["file_no_rows"]
