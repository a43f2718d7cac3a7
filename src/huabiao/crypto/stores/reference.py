"""
A key named in one line, and opened.

    member.json, /path/to/member.json     an encrypted file (huabiao.crypto.keystore)
    unix:/run/huabiao/signer.sock         a signer process (signer_socket)
    pkcs11:token=T;object=K?module-path=… a token's key (pkcs11_token, RFC 7512)
"""

from collections.abc import Callable
from pathlib import Path

from huabiao.crypto import keystore
from huabiao.crypto.stores import signer_socket
from huabiao.crypto.stores.signing import Signing

PKCS11 = "pkcs11:"
SUFFIX = ".signer"
"""Of a file that holds one reference where a key file could stand."""
LONGEST_REFERENCE = 2_048


def is_path(reference: str) -> bool:
    """Whether it names an encrypted file, and not what asks another for signatures."""
    return not reference.startswith((signer_socket.SCHEME, PKCS11))


def open_key(reference: str, passphrase: Callable[[], str]) -> Signing:
    """The key behind a reference; StoreFailed or BadKeyFile say why there is none."""
    if reference.startswith(signer_socket.SCHEME):
        path = Path(reference.removeprefix(signer_socket.SCHEME))
        return signer_socket.open_signer(path)
    if reference.startswith(PKCS11):
        from huabiao.crypto.stores.pkcs11_token import open_token_key

        return open_token_key(reference)
    return keystore.load(Path(reference), passphrase())


def read_reference(path: Path) -> str:
    """The reference that a `.signer` file holds."""
    return path.read_text("utf-8")[:LONGEST_REFERENCE].strip()
