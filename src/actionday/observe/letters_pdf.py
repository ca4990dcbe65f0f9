"""Text, form fields and signatures of a PDF, in the parser process. Scripts, links and embedded files are left alone.

Not for: pictures of text, which are named as unread, or files under a password.
"""

import io
import logging

from pypdf import PdfReader
from pypdf.generic import TextStringObject

from actionday.observe.letters_signed import Cms, signature_over
from actionday.records.receipt import Signature, Signed

_MOST_PAGES = 200
_MOST_SIGNATURES = 20
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity of a foreign file


def pdf_texts(data: bytes, most: int) -> tuple[dict[str, str], list[str]]:
    """Filled-in fields by their last name, and the text of the pages, up to `most` characters. Raises what pypdf raises."""
    reader = PdfReader(io.BytesIO(data))
    fields = {
        name.rpartition(".")[2][:200]: str(value)[:most]
        for name, value in (reader.get_form_text_fields(full_qualified_name=True) or {}).items()
        if value is not None
    }
    texts, left = list[str](), most
    for page in reader.pages[:_MOST_PAGES]:
        text = page.extract_text()[: max(left, 0)]
        left -= len(text)
        texts.append(text)
    return fields, texts


def pdf_signatures(data: bytes, name: str) -> list[Signature]:
    """What the document's signatures say. One that leaves any byte of the file out is broken: what was added later is not signed."""
    reader = PdfReader(io.BytesIO(data))
    found = []
    for one in (reader.get_fields() or {}).values():
        value = one.get("/V")
        if one.get("/FT") != "/Sig" or value is None:
            continue
        found.append(_signature(data, value.get_object(), name))
    return found[:_MOST_SIGNATURES]


def _signature(data: bytes, value: object, name: str) -> Signature:
    try:
        assert isinstance(value, dict)
        start, first, second, last = (int(one) for one in value["/ByteRange"])
        contents = value["/Contents"]
        raw = contents.original_bytes if isinstance(contents, TextStringObject) else contents
        der = bytes(raw)  # zeros that fill the place up are passed over by whoever parses it
    except (AssertionError, KeyError, TypeError, ValueError):
        return Signature(Signed.UNREADABLE, name)
    whole = start == 0 and 0 < first <= second and second + last == len(data)
    # between the two ranges stands the signature itself, in hex, and nothing else
    between = data[first:second].strip()
    if not whole or not (between.startswith(b"<") and between.endswith(b">")):
        return Signature(Signed.BROKEN, name)
    return signature_over(Cms.parse(der), data[:first] + data[second:], name)
