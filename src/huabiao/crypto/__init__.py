"""
Suites, keys and what is signed with them.

- `suite`: what a suite offers, and `suite(name)`.
- `intl`: Ed25519, SHA-256, AES-256-GCM, HPKE.
- `sm`: SM2, SM3, SM4-GCM.
- `pq`: ML-DSA-65, SHA-256, AES-256-GCM, HPKE with MLKEM768-X25519.
- `aes_gcm`: how `intl` and `pq` seal under a key.
- `ed25519_sodium`: Ed25519 by libsodium, which decides.
- `ed25519_fast`: many Ed25519 signatures at once, with libsodium's answers.
- `ed25519_kernel`, `ed25519_tables`, `ed25519_points`, `ed25519_field`: its kernel,
  compiled by numba.
- `ed25519_curve`: the curve in plain integers.
- `proven`: signers who have earned a table; when a kernel is loaded.
- `limbs`: numbers of 256 bits for both kernels.
- `sm2_curve`: the curve in plain integers, and what an SM2 signature is made over.
- `sm2_gmssl`: SM2 by GmSSL, the reference.
- `sm2_fast`: many SM2 signatures at once: when the kernel is loaded, who has a table.
- `sm2_kernel`, `sm2_field`: the kernel, compiled by numba; nobody else imports them.
- `sm2_libcrypto`: SM2 by the system's OpenSSL, to compare with.
- `address`: the twenty bytes that name an account, and how a person writes them.
- `keys`: an identity's keys, opened.
- `keystore`: the file that keeps them, opened by a passphrase.
- `keccak`: Ethereum's digest, for proofs that come from there.
- `envelope`: what a client signs and a chain takes.
"""

from huabiao.crypto.suite import SUITES, Item, KeyPair, Suite, Unopenable, suite

__all__ = ["SUITES", "Item", "KeyPair", "Suite", "Unopenable", "suite"]
