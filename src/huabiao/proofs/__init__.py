"""
What can be proved, and the verifier that travels alone with codec and crypto.

- `merkle`: the tree of RFC 6962: inclusion and consistency
- `radix`: the state tree: a key has this value, or is absent
- `members`, `header`: who signs, what they sign, when it is enough
- `certified`: a header that trusted members signed, and whom it hands over to
- `receipt`: what became of an envelope
- `proof_file`: the file that leaves the city
- `state_proofs`: many state keys under one header
- `signed_log`: that a hash stands in a signed log of somebody else
- `kept`: what a proven entry of a kept or erased value says
- `verify`: the offline verifier
"""
