"""The search that the canaries rely on does find what is there."""

from pathlib import Path

from tests.files_searched import files_that_hold


def test_it_finds_what_is_there_in_any_folder_and_any_bytes(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "book.db").write_bytes(b"\x00\xff+32470000001\x00")
    (tmp_path / "web.log").write_text("nothing")
    assert files_that_hold(tmp_path, "+32470000001") == [Path("deep/book.db")]
    assert files_that_hold(tmp_path, "+32470000002") == []
