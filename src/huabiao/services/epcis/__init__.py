"""
EPCIS: documents of events that others wrote, and the events of this chain as documents.

GS1 EPCIS 2.0 in its JSON-LD form (ISO/IEC 19987:2024). In reading order:

- `names`       identifiers, as URNs and as GS1 Digital Links, into one form and back
- `links`       GS1 Digital Links, read by biip and epcpy
- `documents`   a document taken apart into events
- `masses`      what is counted in whatever unit, in whole grams
- `sharing_out` the inputs of a transformation, shared out to its several outputs
- `calls`       events as calls of the scenario `food_trace`, for a client to sign
- `kept`        documents as they were written, where a node was given them
- `exporting`   what happened on the chain, as a document
"""

from huabiao.services.epcis.calls import Translation, translate
from huabiao.services.epcis.documents import Event, read_document
from huabiao.services.epcis.exporting import Act, write_document
from huabiao.services.epcis.kept import KeptDocuments
from huabiao.services.epcis.names import NotEpcis, digital_link, lot_path

__all__ = [
    "Act",
    "Event",
    "KeptDocuments",
    "NotEpcis",
    "Translation",
    "digital_link",
    "lot_path",
    "read_document",
    "translate",
    "write_document",
]
