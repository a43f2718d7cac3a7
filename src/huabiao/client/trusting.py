"""Whose certificates a client trusts, and what is said where it does not."""

import os
import ssl


def trusted(url: str) -> ssl.SSLContext:
    """Whom to trust at an address; ValueError where HUABIAO_CA cannot be read."""
    if not url.startswith("https:"):
        # Nobody's certificate is asked for, and to read the system's takes 30 ms.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = os.environ.get("HUABIAO_CA")
    try:
        return ssl.create_default_context(cafile=named or None)
    except OSError as error:
        raise ValueError(
            f"HUABIAO_CA 指向的 {named} 不能用（{error}）；应为 PEM 格式的 CA 证书。"
            f" {named}, which HUABIAO_CA names, cannot be used ({error}); it is a PEM"
            " file of the certificates to trust."
        ) from None


def untrusted(url: str, error: Exception) -> str:
    """The sentence for a certificate that is not trusted."""
    return (
        f"{url} 的证书不可信（{error}）。请用 HUABIAO_CA 指明签发它的 CA 证书文件；"
        "若已指明，请核对地址与证书中的名称。"
        f" The certificate of {url} is not trusted ({error}): name the file of its"
        " issuer with HUABIAO_CA, or use a host name that is in the certificate."
    )
