"""
SM2 by the system's OpenSSL: an independent opinion for comparisons, not for the node.

`cryptography` offers SM3 and SM4 but no SM2, while libcrypto 3 has it. It is opened at
run time by its soname, so a machine without it loses this comparison and nothing else:
`available()` says which. Interface: OpenSSL 3 manual, EVP_PKEY_fromdata(3),
EVP_DigestVerify(3), EVP_PKEY-SM2(7).
"""

from functools import cache
from typing import Any, NamedTuple

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto.sm2_gmssl import der_of

SONAME = "libcrypto.so.3"

_DECLARATIONS = """
typedef struct { const char *key; unsigned int data_type; void *data;
                 size_t data_size; size_t return_size; } OSSL_PARAM;
void *EVP_PKEY_CTX_new_from_name(void *library, const char *name, const char *query);
int EVP_PKEY_fromdata_init(void *context);
int EVP_PKEY_fromdata(void *context, void **key, int selection, OSSL_PARAM *params);
void EVP_PKEY_CTX_free(void *context);
void EVP_PKEY_free(void *key);
void *EVP_PKEY_CTX_new(void *key, void *engine);
int EVP_PKEY_CTX_set1_id(void *context, const void *id, int size);
void *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(void *context);
void EVP_MD_CTX_set_pkey_ctx(void *context, void *key_context);
const void *EVP_sm3(void);
int EVP_DigestVerifyInit(void *c, void **kc, const void *md, void *e, void *key);
int EVP_DigestVerify(void *context, const unsigned char *signature, size_t size,
                     const unsigned char *message, size_t message_size);
void ERR_clear_error(void);
"""
_UTF8_STRING, _OCTET_STRING = 4, 5
_PUBLIC_KEY = 0x86  # domain parameters and public key


class _Library(NamedTuple):
    ffi: Any
    lib: Any


@cache
def _library() -> _Library | None:
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(_DECLARATIONS)
    try:
        return _Library(ffi, ffi.dlopen(SONAME))
    except OSError:
        return None


def available() -> bool:
    """Whether this machine's libcrypto verifies SM2."""
    found = _library()
    if found is None:
        return False
    try:
        context = found.lib.EVP_PKEY_CTX_new_from_name(
            found.ffi.NULL, b"SM2", found.ffi.NULL
        )
    except AttributeError:
        return False
    found.lib.EVP_PKEY_CTX_free(context)
    return bool(context != found.ffi.NULL)


def verify(
    public: bytes, message: bytes, signature: bytes, identity: bytes = curve.IDENTITY
) -> bool:
    """Whether OpenSSL accepts r ‖ s; False on malformed bytes."""
    if len(public) != curve.PUBLIC_SIZE or len(signature) != curve.SIGNATURE_SIZE:
        return False
    found = _library()
    if found is None:
        raise RuntimeError(f"本机没有 {SONAME}。 This machine has no {SONAME}.")
    key = _public_key(found, public)
    if key is None:
        return False
    try:
        return _verify(found, key, message, der_of(signature), identity)
    finally:
        found.lib.EVP_PKEY_free(key)
        found.lib.ERR_clear_error()


def _public_key(found: _Library, public: bytes) -> Any:
    """An EVP_PKEY that the caller frees, or None if OpenSSL refuses the point."""
    ffi, lib = found
    group, point = ffi.new("char[]", b"SM2"), ffi.from_buffer(b"\x04" + public)
    name, pub = ffi.new("char[]", b"group"), ffi.new("char[]", b"pub")
    params = ffi.new(
        "OSSL_PARAM[3]",
        [
            (name, _UTF8_STRING, group, 3, 0),
            (pub, _OCTET_STRING, ffi.cast("void *", point), len(point), 0),
            (ffi.NULL, 0, ffi.NULL, 0, 0),
        ],
    )
    context = lib.EVP_PKEY_CTX_new_from_name(ffi.NULL, b"SM2", ffi.NULL)
    key = ffi.new("void **")
    made = (
        lib.EVP_PKEY_fromdata_init(context) == 1
        and lib.EVP_PKEY_fromdata(context, key, _PUBLIC_KEY, params) == 1
    )
    lib.EVP_PKEY_CTX_free(context)
    lib.ERR_clear_error()
    return key[0] if made else None


def _verify(
    found: _Library, key: Any, message: bytes, der: bytes, identity: bytes
) -> bool:
    ffi, lib = found
    context, key_context = lib.EVP_MD_CTX_new(), lib.EVP_PKEY_CTX_new(key, ffi.NULL)
    try:
        lib.EVP_PKEY_CTX_set1_id(key_context, identity, len(identity))
        lib.EVP_MD_CTX_set_pkey_ctx(context, key_context)
        null = ffi.NULL
        ready = lib.EVP_DigestVerifyInit(context, null, lib.EVP_sm3(), null, key) == 1
        answer = lib.EVP_DigestVerify(context, der, len(der), message, len(message))
        return ready and bool(answer == 1)
    finally:
        lib.EVP_MD_CTX_free(context)
        lib.EVP_PKEY_CTX_free(key_context)
