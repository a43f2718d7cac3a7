"""
The built-in contracts, in the same library that every scenario uses.

- `governance`: administrators, organisations, roles, parameters, contracts; k of n
- `membership`: the seats of those that sign headers
- `suites`: from one suite of algorithms to the next
- `identity`: keys of accounts, people and their subject tags
- `staff`: which account somebody reads for who signs in without its key
- `accreditation`: who may issue which credentials: root, bodies, issuers; schemas
- `credentials`: status lists, and who holds a credential that stands
- `licences`: electronic licences, shown once to one office by a code
- `evidence`: notarised files, alone or as a signed batch
- `privacy`: erasure of personal data, provable afterwards
- `calendar`: which days are worked, as announced each year
- `directory`: duties, systems and data catalogs, locked to each other
- `library`: tables and columns of real databases, locked to catalogs and systems
- `drift`: alerts where a database no longer is what the library says
- `sharing`: requests, grants, receipts
- `light_clients`: other chains, followed by their certificates
- `routes`: the ways to other chains, each with the trust that it rests on
- `packets`: what crosses, exactly once or not at all
- `transfers`: values that move between chains and stay as many as they were
- `remote_calls`: operations on another chain, performed there
- `shared_records`: records of other chains, kept as verified copies
- `exchanges`: a value here for a value there, by hash and time lock
- `gateways`: chains of others, and whom the word about them is taken from
- `ethereum_proofs`: receipts and storage of Ethereum, read by their proofs
- `foreign_messages`: messages to chains of others and back, each once
- `anchors`: hashes of ours in signed logs of others
- `refused_fetch`: what a gateway did not give
- `correction`: errors in shared data go back to their source
"""
