"""Opening a workbook, which is a zip file of XML, without being harmed by it.

What the reader of workbooks is given is not the file itself, but the parts that were
unpacked and looked at here, packed anew: sizes are true, no name comes twice, and nothing
stands beside what was looked at. The reader reserves memory by what a file claims, and
ends the process when there is not enough.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping

from planning.file_shift import UNPACKED_AT_MOST
from planning.objections import refuse

_PARTS_AT_MOST = 1000
# The reader reserves memory for as many texts as a part says that it holds.
_COUNT = re.compile(rb"[cC]ount\s*=\s*[\"']\s*[0-9]{7,}")
_ENCODING = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)")
_MANIFEST = "META-INF/manifest.xml"  # OpenDocument 1.3, part 2, 4.8.3
_ENCRYPTED = 0x1  # APPNOTE.TXT 4.4.4, bit 0
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack(content: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the wanted parts of a zip file by name; refuse what is damaged or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if wanted(info.filename)]
            _check(infos)
            parts = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise refuse("file_damaged") from None
    if b"encryption-data" in parts.get(_MANIFEST, b""):
        raise refuse("file_password")
    if not all(_is_plain(part) for part in parts.values()):
        raise refuse("file_damaged")
    return parts


def _is_plain(part: bytes) -> bool:
    """Tell whether a part is what every program writes: UTF-8, with counts that can be true.

    In another encoding, the reader might see something else than what was looked at.
    """
    told = _ENCODING.match(part)
    if (told and told[1].lower() not in (b"utf-8", b"us-ascii")) or _COUNT.search(part):
        return False
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise refuse("file_password")
    # Reading stops at the size that is claimed, and a false claim fails its checksum.
    if len(infos) > _PARTS_AT_MOST or sum(info.file_size for info in infos) > UNPACKED_AT_MOST:
        raise refuse("file_unpacks_too_large", most=UNPACKED_AT_MOST // 2**20)
    names = {info.filename for info in infos}
    if len(names) < len(infos) or any(info.compress_type not in _PACKINGS for info in infos):
        raise refuse("file_damaged")


def pack(parts: Mapping[str, bytes | str], *, compressed: bool = False) -> bytes:
    """Return a zip file of the parts, in their order, without the time of day in it.

    The first stays as it is: OpenDocument 1.3, part 2, 3.3 wants the type of the file
    there, readable without unpacking.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for place, (name, part) in enumerate(parts.items()):
            packing = zipfile.ZIP_DEFLATED if compressed and place else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), part, packing)
    return file.getvalue()
