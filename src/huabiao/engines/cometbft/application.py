"""
What each call of ABCI does here: CometBFT decides the order, the ledger the rest.

    Info, InitChain        where the ledger stands; whether both are of one chain
    InsertTx, ReapTxs      bundles from the other members, and ours to them
    PrepareProposal        certificates from the votes, then waiting bundles
    ProcessProposal        every bundle checked, every certificate checked, bounds held
    ExtendVote             this member's signature of the newest header
    FinalizeBlock, Commit  blocks.py
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.engines.cometbft.blocks import Blocks, Committed
from huabiao.engines.cometbft.bundles import CERTIFICATES, BadBundle, Bundles
from huabiao.engines.cometbft.certifying import Certifying
from huabiao.engines.cometbft.seats import COMMITTED, Voters
from huabiao.engines.cometbft.snapshots import Snapshots
from huabiao.ledger.ledger import Ledger

log = logging.getLogger("huabiao.cometbft")
ACCEPT, REJECT, RETRY = 1, 2, 32_000
BUSY, BUSY_WAIT_S, QUIET_WAIT_S = 100, 0.4, 1.0
"""A proposer who has nothing waits for something, well within `timeout_propose`: until
somebody sends. After a block of BUSY envelopes that is those who were just answered."""


class Application:
    """Answers CometBFT for one ledger. Handlers run in the engine's event loop."""

    def __init__(
        self,
        ledger: Ledger,
        blocks: Blocks,
        bundles: Bundles,
        certifying: Certifying,
        snapshots: Snapshots,
        committed: Committed,
        own: str = "",
    ) -> None:
        self._ledger, self._blocks = ledger, blocks
        self._bundles, self.certifying = bundles, certifying
        self._snapshots, self._offered = snapshots, 0
        self._committed = committed
        self.failure = ""
        """What stopped this node: CometBFT ends at an exception, and so says why."""
        self.voters = Voters(ledger, own)
        self._calls: dict[str, Callable[[Any], Coroutine[Any, Any, abci.Response]]] = {
            "echo": self._echo,
            "flush": self._flush,
            "info": self._info,
            "init_chain": self._init_chain,
            "query": self._query,
            "check_tx": self._check_tx,
            "insert_tx": self._insert_tx,
            "reap_txs": self._reap_txs,
            "prepare_proposal": self._prepare_proposal,
            "process_proposal": self._process_proposal,
            "extend_vote": self._extend_vote,
            "verify_vote_extension": self._verify_vote_extension,
            "finalize_block": self._finalize_block,
            "commit": self._commit,
            "list_snapshots": self._list_snapshots,
            "offer_snapshot": self._offer_snapshot,
            "load_snapshot_chunk": self._load_snapshot_chunk,
            "apply_snapshot_chunk": self._apply_snapshot_chunk,
        }

    @property
    def chain(self) -> str:
        return self._ledger.genesis.chain

    @property
    def suite_name(self) -> str:
        return self._ledger.genesis.suite

    async def handle(self, request: abci.Request) -> abci.Response:
        name = request.WhichOneof("value")
        call = self._calls.get(name or "")
        if call is None:
            raise ValueError(f"ABCI call {name!r} is not served here")
        try:
            return await call(getattr(request, name))
        except Exception as error:
            self.failure = str(error) or type(error).__name__
            raise

    # -- start -------------------------------------------------------------------

    async def _echo(self, asked: abci.Echo) -> abci.Response:
        return abci.Response(echo=abci.Echo(message=asked.message))

    async def _flush(self, _: abci.Empty) -> abci.Response:
        return abci.Response(flush=abci.Empty())

    async def _info(self, _: abci.RequestInfo) -> abci.Response:
        order = self._blocks.order
        info = abci.ResponseInfo(
            data="huabiao",
            last_block_height=order,
            last_block_app_hash=self._blocks.hash if order else b"",
        )
        return abci.Response(info=info)

    async def _init_chain(self, asked: abci.RequestInitChain) -> abci.Response:
        if asked.chain_id != self._ledger.genesis.chain:
            raise ValueError(
                f"共识引擎的链为 {asked.chain_id}，账本的链为"
                f" {self._ledger.genesis.chain}：创世文件不属于同一条链。"
                " The engine's genesis is of another chain than the ledger's."
            )
        self.voters.expect(
            {each.pub_key.ed25519: each.power for each in asked.validators}
        )
        made = abci.ResponseInitChain(app_hash=self._ledger.hash)
        return abci.Response(init_chain=made)

    async def _query(self, asked: abci.RequestQuery) -> abci.Response:
        """The value of a state key, for whoever debugs a node; doors go elsewhere."""
        value = self._ledger.read(asked.data.decode(errors="replace"))
        found = abci.ResponseQuery(
            key=asked.data, value=value or b"", height=self._ledger.height
        )
        return abci.Response(query=found)

    # -- bundles on their way ----------------------------------------------------

    async def _insert_tx(self, asked: abci.RequestTx) -> abci.Response:
        return abci.Response(
            insert_tx=abci.ResponseTx(code=await self._take_in(asked.tx))
        )

    async def _check_tx(self, asked: abci.RequestTx) -> abci.Response:
        return abci.Response(
            check_tx=abci.ResponseTx(code=await self._take_in(asked.tx))
        )

    async def _take_in(self, raw: bytes) -> int:
        if self._bundles.full:
            return RETRY
        try:
            await self._bundles.receive(raw)
        except BadBundle as error:
            log.warning("a bundle was refused: %s", error)
            return 1
        return 0

    async def _reap_txs(self, _: abci.RequestReapTxs) -> abci.Response:
        return abci.Response(reap_txs=abci.ResponseTxs(txs=self._bundles.to_send()))

    # -- proposals ---------------------------------------------------------------

    async def _prepare_proposal(
        self, asked: abci.RequestPrepareProposal
    ) -> abci.Response:
        votes = asked.local_last_commit.votes
        carried = [v.vote_extension for v in votes if v.block_id_flag == COMMITTED]
        certificates = self.certifying.transaction(carried)
        if self._blocks.newest_count >= BUSY:
            await self._bundles.wait_for_some(BUSY_WAIT_S)
        elif not certificates:
            await self._bundles.wait_for_some(QUIET_WAIT_S)
        chosen = [certificates] if certificates else []
        room = asked.max_tx_bytes - sum(len(each) + 8 for each in chosen)
        limits = self._ledger.parameters
        most = min(room, limits.block_bytes)
        chosen += self._bundles.choose(most, limits.block_envelopes)
        return abci.Response(prepare_proposal=abci.ResponseTxs(txs=chosen))

    async def _process_proposal(self, asked: abci.RequestBlock) -> abci.Response:
        wrong = await self._wrong_in(asked.txs)
        if wrong:
            who = self.voters.name_of(asked.proposer_address)
            log.warning(
                "block %d proposed by %s is refused: %s", asked.height, who, wrong
            )
        answer = abci.ResponseResult(result=REJECT if wrong else ACCEPT)
        return abci.Response(process_proposal=answer)

    async def _wrong_in(self, transactions: Sequence[bytes]) -> str:
        """What is wrong in a proposal; empty where nothing is."""
        limits, envelopes, weight = self._ledger.parameters, 0, 0
        try:
            for index, raw in enumerate(transactions):
                if raw[:1] == CERTIFICATES and index == 0:
                    self.certifying.open(raw)
                    continue
                bundle = await self._bundles.checked(raw)
                envelopes += len(bundle.envelopes)
                weight += bundle.size
        except BadBundle as error:
            return str(error)
        if envelopes > limits.block_envelopes or weight > limits.block_bytes:
            return f"{envelopes} envelopes of {weight} bytes in one block"
        return ""

    async def _extend_vote(self, _: abci.RequestExtendVote) -> abci.Response:
        # A signer outside this process takes its time; the other connections go on.
        extension = await asyncio.to_thread(self.certifying.extension)
        carried = abci.ResponseExtendVote(vote_extension=extension)
        return abci.Response(extend_vote=carried)

    async def _verify_vote_extension(
        self, asked: abci.RequestVerifyVoteExtension
    ) -> abci.Response:
        holds = self.certifying.holds(asked.vote_extension)
        if not holds:
            who = self.voters.name_of(asked.validator_address)
            log.warning("a vote of %s carries a false signature", who)
        answer = abci.ResponseResult(result=ACCEPT if holds else REJECT)
        return abci.Response(verify_vote_extension=answer)

    # -- blocks ------------------------------------------------------------------

    async def _finalize_block(self, asked: abci.RequestBlock) -> abci.Response:
        decided = await self._blocks.finalize(asked)
        self.voters.saw(asked.last_commit.votes, decided.time)
        for who in self.voters.misbehaved(asked.misbehavior):
            log.error("%s voted for two blocks at one height", who)
        answer = abci.ResponseFinalizeBlock(
            tx_results=[abci.ExecTxResult()] * len(asked.txs),
            app_hash=self._blocks.hash,
            validator_updates=self.voters.updates(decided.block),
        )
        return abci.Response(finalize_block=answer)

    async def _commit(self, _: abci.Empty) -> abci.Response:
        decided = await self._blocks.commit()
        self._committed(decided)
        retain = self._blocks.retain_from()
        return abci.Response(commit=abci.ResponseCommit(retain_height=retain))

    # -- snapshots ---------------------------------------------------------------

    async def _list_snapshots(self, _: abci.Empty) -> abci.Response:
        return abci.Response(list_snapshots=self._snapshots.offered())

    async def _load_snapshot_chunk(
        self, asked: abci.RequestLoadSnapshotChunk
    ) -> abci.Response:
        piece = self._snapshots.piece(asked.height, asked.chunk)
        found = abci.ResponseLoadSnapshotChunk(chunk=piece)
        return abci.Response(load_snapshot_chunk=found)

    async def _offer_snapshot(self, asked: abci.RequestOfferSnapshot) -> abci.Response:
        self._offered = asked.snapshot.height
        answer = abci.ResponseResult(result=self._snapshots.accept(asked))
        return abci.Response(offer_snapshot=answer)

    async def _apply_snapshot_chunk(
        self, asked: abci.RequestApplySnapshotChunk
    ) -> abci.Response:
        answer, stands = self._snapshots.add(asked)
        if stands:
            self._blocks.resume(self._offered)
        return abci.Response(apply_snapshot_chunk=answer)
