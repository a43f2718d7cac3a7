"""
A credential as SD-JWT VC (draft-ietf-oauth-sd-jwt-vc, media type dc+sd-jwt).

    iss  issuer            nbf  validFrom        vct  type but VerifiableCredential
    sub  subject's id      exp  validUntil       cnf  the holder's key, as a JWK

credentialStatus and credentialSchema keep their names and form; the subject's other
members stand beside them and may be disclosable. What says whether and for whom the
credential holds never is (§3.2.2.2).
"""

from collections.abc import Collection
from typing import Any

from huabiao.services.credentials import jws, sd_jwt
from huabiao.services.credentials.algorithms import (
    Resolve,
    Signer,
    VerificationKey,
    from_jwk,
    to_jwk,
)
from huabiao.services.credentials.document import (
    CONTEXT,
    TYPE,
    Credential,
    read_credential,
    read_instant,
    show_instant,
    text_of,
)
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import Object

FORMAT, MEDIA_TYPES = "sd_jwt_vc", ("dc+sd-jwt", "vc+sd-jwt")
KB_TYPE, FRESH_MS = "kb+jwt", 300_000
ALWAYS_OPEN = (
    "iss",
    "nbf",
    "exp",
    "vct",
    "sub",
    "cnf",
    "status",
    "iat",
    "jti",
    "credentialStatus",
    "credentialSchema",
)


def issue(
    document: Object,
    signer: Signer,
    holder: VerificationKey | None,
    disclosable: Collection[str],
) -> str:
    """Sign a document; `disclosable` are pointers into the subject: /name."""
    subject = dict(document["credentialSubject"])
    payload: Object = {"iss": document["issuer"], "vct": document["type"][-1]}
    if "id" in subject:
        payload["sub"] = subject.pop("id")
    for name, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        moment = read_instant(document.get(member), member)
        if moment is not None:
            payload[name] = moment // 1000
    if holder is not None:
        payload["cnf"] = {"jwk": to_jwk(holder)}
    for name in ("credentialStatus", "credentialSchema"):
        if name in document:
            payload[name] = document[name]
    reserved = [name for name in subject if name in ALWAYS_OPEN]
    closed = [
        each
        for each in disclosable
        if each.split("/")[1:2] and each.split("/")[1] in ALWAYS_OPEN
    ]
    if reserved or closed:
        raise ValueError(
            f"这些名称另有用途 · these names are reserved: {reserved + closed}"
        )
    digest = "sm3" if signer.key.algorithm == "SM2-SM3" else "sha-256"
    concealed, disclosures = sd_jwt.conceal({**payload, **subject}, disclosable, digest)
    token = jws.sign({"typ": MEDIA_TYPES[0]}, concealed, signer)
    return sd_jwt.join(token, disclosures)


def check(text: str, resolve: Resolve) -> tuple[Credential, Object]:
    """The credential, once its signature holds and every disclosure is signed for, and
    the payload as it was signed. Holder binding is not looked at."""
    token, disclosures, _ = sd_jwt.split(text)
    header = jws.read_header(token, MEDIA_TYPES)
    _, payload = jws.check_signed_by(token, header, "iss", "assertionMethod", resolve)
    opened = sd_jwt.reveal(payload, disclosures)
    hidden = [name for name in ALWAYS_OPEN if f"/{name}" in opened.by_pointer]
    if hidden:
        raise malformed(
            "disclosure",
            f"{hidden[0]} 不可选择披露",
            f"{hidden[0]} cannot be disclosable",
        )
    return read_claims(opened), payload


def read_claims(opened: sd_jwt.Opened) -> Credential:
    """Claims as a credential of the data model."""
    claims = opened.claims
    subject = {n: v for n, v in claims.items() if n not in ALWAYS_OPEN}
    if "sub" in claims:
        subject["id"] = claims["sub"]
    document: Object = {
        "@context": [CONTEXT],
        "type": [TYPE, text_of(claims.get("vct"), "vct")],
        "issuer": claims.get("iss"),
        "credentialSubject": subject,
    }
    for name, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        if name in claims:
            document[member] = show_instant(_seconds(claims[name], name) * 1000)
    for name in ("credentialStatus", "credentialSchema"):
        if name in claims:
            document[name] = claims[name]
    if "status" in claims:
        raise NotVerified(
            "status.kind",
            "不支持此种状态机制",
            "a status of this kind is not checked here",
        )
    found = read_credential(document, FORMAT)
    cnf = claims.get("cnf")
    holder = from_jwk(cnf.get("jwk")) if isinstance(cnf, dict) else None
    return Credential(
        **{**vars(found), "holder_key": holder, "complete": opened.complete}
    )


def _seconds(value: Any, name: str) -> int:
    """A NumericDate (RFC 7519 §2)."""
    if type(value) is not int or not 0 <= value < 253_402_300_800:
        raise malformed(name, f"{name} 须为秒数", f"{name} must be seconds")
    return value


def present(
    text: str,
    wanted: Collection[str],
    holder: Signer,
    audience: str,
    nonce: str,
    now: int,
) -> str:
    """Disclose these claims to one verifier, bound by the holder's key (§4.3)."""
    token, disclosures, _ = sd_jwt.split(text)
    payload = jws.read_payload(token)
    chosen = sd_jwt.choose(sd_jwt.reveal(payload, disclosures), wanted)
    shown = sd_jwt.join(token, chosen)
    algorithm = payload.get(sd_jwt.ALGORITHM, "sha-256")
    claims = {
        "iat": now // 1000,
        "aud": audience,
        "nonce": nonce,
        "sd_hash": sd_jwt.digest_of(algorithm, shown),
    }
    return shown + jws.sign({"typ": KB_TYPE}, claims, holder)


def check_binding(
    text: str, key: VerificationKey | None, algorithm: str, audience: str, now: int
) -> str:
    """The nonce of a presentation that the holder's key made for this audience, now,
    over exactly what is shown; §7.3."""
    shown, _, binding = text.rpartition("~")
    if key is None or not binding:
        raise NotVerified(
            "binding.missing",
            "缺少持有者绑定（kb-jwt）",
            "the holder's key did not sign (kb-jwt)",
        )
    claims = jws.check(binding, jws.read_header(binding, (KB_TYPE,)), key)
    issued = _seconds(claims.get("iat"), "iat") * 1000
    if claims.get("aud") != audience:
        raise NotVerified(
            "audience", "不是出示给本方的", "this was made for another verifier"
        )
    if abs(issued - now) > FRESH_MS:
        raise NotVerified("stale", "不是刚刚出示的", "it was not presented just now")
    if claims.get("sd_hash") != sd_jwt.digest_of(algorithm, shown + "~"):
        raise NotVerified(
            "binding.other",
            "持有者签名的是另一份披露",
            "the holder signed another disclosure",
        )
    return text_of(claims.get("nonce"), "nonce")
