"""
Gateways to chains of others: what runs beside our ledger and beside theirs.

- `ethereum_rpc`      a node of Ethereum, asked over JSON-RPC
- `ethereum_blocks`   headers, receipts, storage, and proofs of them
- `ethereum_account`  a key that signs transactions and pays for them
- `contract`          HuabiaoGateway and HuabiaoLock, our halves on Ethereum
- `statements`        what attestors sign for it (EIP-712)
- `far_side`          that contract, read and called
- `home_side`         the contracts `gateways` and `foreign_messages`, read and called
- `attesting`         says here what is final there, signs for there what stands here
- `carrying`          brings messages and proofs over, trusted with nothing
- `running`           the process that does both
- `ether_lock`        half of an exchange by hash and time lock, in ether
- `telling`           how a gateway stands, in words
- `signed_log`        a log with no contracts: hashes in, proof out
"""
