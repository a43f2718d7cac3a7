"""
JWS in the compact form (RFC 7515), as far as credentials need it.

The key decides which algorithm there is, never the token: `alg` must be the key's own,
so that neither `none` nor a swap is a way in. `typ` must be what is expected (RFC 8725
§3.11), `crit` is refused, and a key that the token brings along is not looked at.
"""

from typing import Any

from huabiao.services.credentials.algorithms import (
    ALGORITHMS,
    Resolve,
    Signer,
    VerificationKey,
    verify,
)
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import (
    LARGEST,
    Object,
    from_base64url,
    parse_object,
    to_base64url,
    write,
)


def sign(header: Object, payload: Object, signer: Signer) -> str:
    """A signed token; `alg` and `kid` are the signer's."""
    head = {"alg": signer.key.algorithm, "kid": signer.method, **header}
    signed = f"{to_base64url(write(head))}.{to_base64url(write(payload))}"
    return f"{signed}.{to_base64url(signer.sign(signed.encode()))}"


def read_header(token: str, types: tuple[str, ...]) -> Object:
    """The protected header of a token of one of these types, nothing verified yet."""
    if len(token) > LARGEST:
        raise malformed("size", f"超过 {LARGEST} 字节", f"over {LARGEST} bytes")
    parts = token.split(".")
    if len(parts) != 3:
        raise malformed("jws", "不是 JWS 紧凑格式", "this is no compact JWS")
    header = parse_object(from_base64url(parts[0], "header"), "header")
    if header.get("alg") == "Ed25519":  # the same by its newer name, RFC 9864
        header["alg"] = "EdDSA"
    if header.get("alg") not in ALGORITHMS:
        raise NotVerified(
            "alg.refused",
            f"不接受签名算法 {header.get('alg')!r:.40}",
            f"the algorithm {header.get('alg')!r:.40} is not accepted",
        )
    if header.get("typ") not in types:
        raise NotVerified(
            "typ.other", f"类型须为 {types[0]}", f"the type must be {types[0]}"
        )
    if "crit" in header or "b64" in header:
        raise NotVerified(
            "crit", "不支持 crit 扩展", "a critical extension is not known"
        )
    return header


def check(token: str, header: Object, key: VerificationKey) -> Object:
    """The payload of a token whose signature is the key's; NotVerified otherwise."""
    if header["alg"] != key.algorithm:
        raise NotVerified(
            "alg.other",
            f"算法与密钥不符（密钥为 {key.algorithm}）",
            f"the algorithm is not the key's, {key.algorithm}",
        )
    signed, _, signature = token.rpartition(".")
    if not verify(key, signed.encode(), from_base64url(signature, "signature")):
        raise NotVerified("signature", "签名不符", "the signature does not fit")
    return read_payload(token)


def read_payload(token: str) -> Object:
    """The payload of a token in three parts, nothing verified."""
    parts = token.split(".")
    if len(parts) != 3:
        raise malformed("jws", "不是 JWS 紧凑格式", "this is no compact JWS")
    return parse_object(from_base64url(parts[1], "payload"), "payload")


def method_of(header: Object, controller: Any) -> str:
    """The DID URL of the key, which must be one of the controller's own."""
    method = header.get("kid")
    if not isinstance(method, str) or not isinstance(controller, str):
        raise malformed("kid", "缺少 kid 或签发者", "kid or the controller is missing")
    if method.startswith("#"):
        method = controller + method
    if method.partition("#")[0] != controller:
        raise NotVerified(
            "key.other", "密钥不属于签名者", "the key is not the signer's"
        )
    return method


def check_signed_by(
    token: str, header: Object, member: str, purpose: str, resolve: Resolve
) -> tuple[str, Object]:
    """The signer's DID, which stands in a member of the payload, and the payload."""
    controller = read_payload(token).get(member)
    if isinstance(controller, dict):
        controller = controller.get("id")
    method = method_of(header, controller)
    return str(controller), check(token, header, resolve(method, purpose))
