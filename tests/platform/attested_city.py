"""What is attested: an accredited issuer's credentials, licences, certificates."""

from typing import Any

from huabiao.client.signing import call
from huabiao.testing.city import DAY, HOUR, City

TYPE, LIST = "DoctorLicence", "doctors"


def live_with_attestations(city: City) -> None:
    """Accreditation, credentials, licences, certificates."""
    accredit_and_revoke(city)
    show_a_licence(city)
    anchor_a_certificate(city)


def accredit_and_revoke(city: City) -> None:
    root, body, bureau = (city.cast(n) for n in ("主管部门", "卫健委", "发证机构"))
    city.grant("accreditation", "root", root)
    until = city.now + 900 * DAY
    facts: dict[str, Any] = {"account": body.account, "types": [TYPE], "until": until}
    city.call(root, "accreditation", "accredit_body", **facts)
    issuer = {"account": bureau.account, "credential_type": TYPE, "until": until}
    city.refused("body.scope", bureau, "accreditation", "accredit_issuer", **issuer)
    city.call(body, "accreditation", "accredit_issuer", **issuer)
    city.call(body, "accreditation", "register_schema", f"{TYPE}/1", text="{}")
    opened = {"credential_type": TYPE, "purpose": "revocation"}
    city.call(bureau, "credentials", "open_list", LIST, **opened)
    city.call(bureau, "credentials", "revoke", LIST, indexes=[7, 9], reason="ceased")
    gone = {"account": bureau.account, "credential_type": TYPE, "reason": "停业"}
    city.call(root, "accreditation", "withdraw_issuer", **gone)


def show_a_licence(city: City) -> None:
    department, holder, office = (city.cast(n) for n in ("发照部门", "店主", "窗口"))
    city.grant("licences", "department", department)
    city.grant("licences", "clerk", office)
    facts: dict[str, Any] = {
        "licence_type": "营业执照", "holder": holder.account, "entries": ["name"],
        "until": city.now + 90 * DAY, "content": bytes(32),
    }  # fmt: skip
    city.call(department, "licences", "issue", "L1", **facts)
    secret, purpose = b"\x05" * 32, {"purpose": "开户"}
    permit: dict[str, Any] = {
        "licence": "L1", "office": office.account, "entries": ["name"],
        "until": city.now + HOUR, **purpose,
    }  # fmt: skip
    city.call(holder, "licences", "permit", city.ledger.digest(secret).hex(), **permit)
    redeem = call("licences", "redeem", secret=secret, **purpose)
    assert city.submit(office, redeem).accepted
    assert city.submit(office, redeem).code == "code.refused"


def anchor_a_certificate(city: City) -> None:
    authority, digest = city.cast("发证单位"), bytes(31) + b"\x01"
    facts = {"serial": "0a", "subject": "CN=node", "ends": city.now + DAY}
    city.call(authority, "certificates", "anchor", certificate=digest, **facts)
    gone = {"certificate": digest, "reason": "superseded"}
    city.call(authority, "certificates", "revoke", **gone)
    city.refused("certificate.revoked", authority, "certificates", "revoke", **gone)
