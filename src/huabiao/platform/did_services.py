"""
What an account says of itself beside its keys: services, and keys to encrypt to.

1. The account writes a few services, each an address under a name of its own: where its
   credential issuer, its gateway or its website is. It is nobody else's to change.
2. Together with the keys of `identity` they make up the document of the account's DID,
   docs/formats/did.md. Whatever lies in it is public and stays in the history, so a
   person writes none.
"""

from huabiao.contracts import (
    Bytes,
    Count,
    Instant,
    Labels,
    ListOf,
    OneOf,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    anyone,
    does,
    require,
)

KINDS = ("X25519", "P-256", "SM2")
SIZES = (32, 64, 64)
MOST, LONGEST_NAME, LONGEST_ADDRESS = 16, 40, 500
NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
SCHEMES = ("https://", "did:", "mailto:")


class Service(Record):
    """A service (DID Core §5.4): its name is the fragment of its id."""

    name: Text
    type: Text
    endpoint: Text


class Recipient(Record):
    """A key that others encrypt to; a point is x ‖ y."""

    kind: OneOf[KINDS]
    public: Bytes


class Document(Record):
    """What an account says of itself; `changed_in` is a height."""

    services: ListOf[Service]
    recipients: ListOf[Recipient]
    changed_at: Instant
    changed_in: Count


class DidServices(Scenario):
    """Tells where an account can be reached, and how to encrypt to it."""

    title = Title(zh="标识服务", en="Services of identifiers")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    documents = Registry(Document, "标识说明", "documents")
    labels = Labels(
        services="服务", recipients="加密接收密钥", type="服务类型",
        endpoint="服务地址", kind="密钥种类",
    )  # fmt: skip

    @does(by=anyone, title="声明服务")
    def describe_myself(
        self, services: ListOf[Service], recipients: ListOf[Recipient] = ()
    ) -> None:
        """Replace what the caller says of itself."""
        names = [service.name for service in services]
        require(
            len(services) <= MOST and all(names.count(name) == 1 for name in names),
            f"服务至多 {MOST} 项，名称不重复。 {MOST} services at most, each its name.",
            code="services",
        )
        for service in services:
            check_service(service)
        require(
            len(recipients) <= MOST and all(fits(each) for each in recipients),
            f"加密公钥至多 {MOST} 把，长度须合其种类。"
            f" {MOST} keys at most, each as long as its kind.",
            code="recipients",
        )
        said = Document(services, recipients, self.now, self.height)
        self.documents.put(self.caller.hex(), said)


def check_service(service: Service) -> None:
    """A name that can be a fragment, and an address that others can use."""
    name, endpoint = service.name, service.endpoint
    require(
        0 < len(name) <= LONGEST_NAME and all(letter in NAME for letter in name),
        "服务名称只用字母、数字、点和连字符。 A service's name is letters and digits.",
        code="service.name",
    )
    require(
        0 < len(service.type) <= LONGEST_NAME
        and len(endpoint) <= LONGEST_ADDRESS
        and endpoint.isprintable()
        and " " not in endpoint
        and any(endpoint.startswith(scheme) for scheme in SCHEMES),
        "服务须有类型和地址（https、did 或 mailto）。"
        " A service has a type and an address: https, did or mailto.",
        code="service.endpoint",
    )


def fits(recipient: Recipient) -> bool:
    """Whether a key is as long as its kind says."""
    return len(recipient.public) == SIZES[KINDS.index(recipient.kind)]
