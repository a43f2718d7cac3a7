"""
GS1 Digital Links, read by biip and epcpy.

Both take long to load, and most nodes never read an identifier of GS1: `names` imports
this file when there is one to read.
"""

from urllib.parse import urlsplit

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message
from epcpy import ConvertException, epc_pure_identity_to_gs1_element_string


def canonical_path(name: str) -> str:
    """The path of a URN's or a link's canonical Digital Link; ValueError if it is
    neither, or a check digit is wrong."""
    try:
        if name.startswith("urn:epc:"):
            link = _link_of_urn(name)
        else:
            link = GS1DigitalLinkURI.parse(name)
    except (ParseError, ConvertException, KeyError, IndexError) as error:
        raise ValueError(name) from error
    key = link.element_strings[0]
    if key.gtin_error or key.sscc_error or key.gln_error:
        raise ValueError(name)
    return urlsplit(link.as_canonical_uri()).path.lstrip("/")


def _link_of_urn(urn: str) -> GS1DigitalLinkURI:
    written = epc_pure_identity_to_gs1_element_string(urn)
    strings = GS1Message.parse_hri(written).element_strings
    return GS1DigitalLinkURI.from_element_strings(strings)
