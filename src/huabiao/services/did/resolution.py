"""
What a resolution gives, and how it fails: DID Resolution 1.0, sections 4, 9 and 11.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]

RESULT = "application/did-resolution"
DOCUMENT = "application/did+ld+json"
OUR_PROBLEMS = "https://www.w3.org/ns/did#"


class Fault(NamedTuple):
    """An error's type as the specification's URI ends, and its HTTP status."""

    type: str
    status: int


FAULTS = {
    "invalidDid": Fault("INVALID_DID", 400),
    "invalidDidUrl": Fault("INVALID_DID_URL", 400),
    "invalidOptions": Fault("INVALID_OPTIONS", 400),
    "notFound": Fault("NOT_FOUND", 404),
    "representationNotSupported": Fault("REPRESENTATION_NOT_SUPPORTED", 406),
    "invalidDidDocument": Fault("INVALID_DID_DOCUMENT", 500),
    "methodNotSupported": Fault("METHOD_NOT_SUPPORTED", 501),
    "featureNotSupported": Fault("FEATURE_NOT_SUPPORTED", 501),
    "internalError": Fault("INTERNAL_ERROR", 500),
}
"""DID Core's names of the errors, and the binding's table (section 12.1)."""


class DidFailed(ValueError):
    """A DID does not resolve. `code` is DID Core's name of the error."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence

    @property
    def status(self) -> int:
        """The HTTP status that the binding demands."""
        return FAULTS[self.code].status

    def result(self) -> Json:
        """As a DID resolution result without a document."""
        error = {
            "type": OUR_PROBLEMS + FAULTS[self.code].type,
            "title": self.code,
            "detail": self.sentence,
        }
        return {
            "didDocument": None,
            "didResolutionMetadata": {"error": error},
            "didDocumentMetadata": {},
        }


@dataclass(frozen=True)
class Resolution:
    """A DID that resolved; `metadata` is the document's (section 4.3)."""

    document: Json
    metadata: Json = field(default_factory=dict)

    @property
    def deactivated(self) -> bool:
        return bool(self.metadata.get("deactivated"))

    @property
    def status(self) -> int:
        return 410 if self.deactivated else 200

    def result(self) -> Json:
        """As a DID resolution result."""
        return {
            "didDocument": self.document,
            "didResolutionMetadata": {"contentType": DOCUMENT},
            "didDocumentMetadata": self.metadata,
        }
