"""
Names: one form for the identifiers of EPCIS, the path of their GS1 Digital Link.

    urn:epc:class:lgtin:4012345.012345.998877
    https://id.gs1.org/01/04012345123456/10/998877
    https://shop.example/x/01/04012345123456/10/998877?17=…

are all 01/04012345123456/10/998877.

A URN becomes a Digital Link, never the other way: the URN needs the length of the
company prefix, which only GS1 knows. Goods without a batch number are the batch `*` of
their GTIN. Sources: GS1 EPC Tag Data Standard 2.1, GS1 Digital Link URI Syntax 1.4.
"""

import re

RESOLVER = "https://id.gs1.org/"
ANY_BATCH = "*"
LONGEST_NAME = 400
_CLASS = re.compile(r"urn:epc:idpat:sgtin:(\d+\.\d+)\.\*")
_ACCOUNT = re.compile(r"/accounts/(hb1[0-9a-f]{44})$")


class NotEpcis(ValueError):
    """A document or an identifier cannot be read; the sentence says where and why."""


class UnknownName(NotEpcis):
    """An identifier that is none, in both languages without their full stops."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}。 {en}.")
        self.zh, self.en = zh, en


def lot_path(name: str) -> str:
    """The path of an identifier's Digital Link, without the first slash."""
    name = name.strip()
    if len(name) > LONGEST_NAME:
        raise _unknown(name)
    any_item = _CLASS.fullmatch(name)
    if any_item:
        name = f"urn:epc:id:sgtin:{any_item[1]}.0"
    from huabiao.services.epcis.links import canonical_path

    try:
        path = canonical_path(name)
    except ValueError:
        raise _unknown(name) from None
    keys = path.split("/")
    if keys[0] == "01" and (any_item or len(keys) == 2):
        return f"01/{keys[1]}/10/{ANY_BATCH}"
    return path


def digital_link(path: str) -> str:
    """The canonical Digital Link of a path; an unbatched product's is its GTIN's."""
    return RESOLVER + path.removesuffix(f"/10/{ANY_BATCH}")


def gtin_of(path: str) -> str:
    """The GTIN of a lot or an item, 14 digits; "" for what has none."""
    keys = path.split("/")
    return keys[1] if keys[0] == "01" else ""


def account_in(party: str) -> str:
    """The account that a party's address names, …/accounts/hb1…; "" if none."""
    found = _ACCOUNT.search(party)
    return found[1] if found else ""


def _unknown(name: str) -> UnknownName:
    return UnknownName(
        f"“{name[:120]}”不是可识别的 EPC URN 或 GS1 数字链接",
        f"{name[:120]!r} is neither an EPC URN nor a GS1 Digital Link that is known",
    )
