"""
Governance: organisations, roles, parameters and contracts (链上治理).

1. Genesis founds the city: its administrators, its first organisations, its parameters
   and the contracts that ship.
2. An administrator proposes a change; when k administrators have approved it, it
   happens, in the same block. With one administrator, its own approval is enough.
3. The lead unit of a scenario grants and withdraws its roles; so do administrators.

An administrator is the account through which a listed organisation governs; who signs
headers is for the contract `membership`. What the kernel reads of this contract's state
is listed in docs/formats/governed-state.md.
"""

from huabiao.contracts import (  # noqa: I001
    Approval, Cell, Code, Count, Instant, Labels, ListOf, Maybe, OneOf, Party, Record,
    Registry, Releases, Scenario, Source, State, Text, Title, answers, anyone, does,
    founder, moves, opens, require,
)  # fmt: skip

MINUTE_MS, SMALLEST_CAP, SMALLEST_BLOCK = 60_000, 100_000, 2 * 1024 * 1024
MOST_NAMED = 40
SUPERVISOR, CITY = "supervisor", "supervision"
ACTIONS = ("set_parameters", "set_administrators", "add_organisation",
           "install_contract")  # fmt: skip


class Validity(Record):
    """The longest validity that was ever in force: how far back replays are sought."""

    longest_ms: Count


class Parameters(Record):
    """What the kernel obeys."""

    validity_ms: Count
    call_cap: Count
    block_envelopes: Count
    block_bytes: Count
    protocol: Count = 1
    protocol_from: Count = 0


class Administrators(Record):
    """Who governs, and how many must agree."""

    accounts: ListOf[Party]
    needed: Count


class Organisation(Record):
    """A department, district or enterprise; `code` is its GB 32100 code."""

    name: Code
    code: Code
    account: Party
    since: Instant


class ContractSource(Record):
    source: Source


class Described(Record):
    document: Source
    roles: ListOf[Code]


class Grant(Record):
    """A role held by an account; `until` 0 has no end."""

    until: Instant
    granted_by: Party


class Proposal(Record):
    """A change that waits for approvals. Only the fields of its action are set."""

    action: OneOf[ACTIONS]
    proposed_by: Party
    parameters: Maybe[Parameters] = None
    administrators: Maybe[Administrators] = None
    organisation: Maybe[Organisation] = None
    source: Source = ""
    active_from: Count = 0
    note: Text = ""


class Governance(Scenario):
    """Decides who governs, who may act, and which contracts are in force."""

    title = Title(zh="链上治理", en="Governance")
    task, lead = 3, "市经济和信息化局"
    record = Proposal
    visible = "public"
    proposed = State("待会签", "Proposed")
    passed = State("已通过", "Passed", final=True)
    withdrawn = State("已撤回", "Withdrawn", final=True)
    parameters = Cell(Parameters)
    validity = Cell(Validity)
    administrators = Cell(Administrators)
    installed = Releases()
    sources = Registry(ContractSource, "合约源码", "contract sources")
    descriptions = Registry(Described, "合约说明", "descriptions")
    leads = Registry(Organisation, "牵头单位", "lead units")
    organisations = Registry(Organisation, "单位", "organisations")
    accounts = Registry(Organisation, "单位账户", "organisations' accounts")
    roles = Registry(Grant, "角色", "roles")
    approvals = Approval()
    labels = Labels(action="提议事项", parameters="链上参数", administrators="管理员",
                    source="合约源码", sources="合约源码", active_from="生效高度",
                    code="统一社会信用代码", validity_ms="信封有效期（毫秒）",
                    longest_ms="最长有效期（毫秒）", call_cap="每次调用上限",
                    block_envelopes="每块信封上限", block_bytes="每块字节上限",
                    protocol="协议版本", protocol_from="协议起用高度",
                    document="合约说明", granted_by="授予人")  # fmt: skip

    @does(by=founder, title="创世")
    def found(
        self, parameters: Parameters, administrators: Administrators,
        sources: ListOf[Source],
    ) -> None:  # fmt: skip
        """Found the city; runs once, in genesis."""
        self.validity.set(Validity(0))
        self.set_parameters(parameters)
        self.set_administrators(administrators)
        for source in sources:
            self.install(source, 0)

    @does(by=founder, keyed=True, title="登记单位")
    def found_organisation(self, code: Code, account: Party) -> None:
        """Register an organisation in genesis; the id is its name."""
        self.register(Organisation(self.key, code, account, self.now))

    @opens(proposed, by=anyone, title="提议")
    def propose(
        self, action: OneOf[ACTIONS], parameters: Maybe[Parameters] = None,
        administrators: Maybe[Administrators] = None,
        organisation: Maybe[Organisation] = None, source: Source = "",
        active_from: Count = 0, note: Text = "",
    ) -> Proposal:  # fmt: skip
        """Propose a change; administrators then approve it."""
        sentence = "只有管理员可以提议。 Only an administrator may propose."
        require(self.governs(), sentence, code="administrator.only")
        if action == "install_contract":
            self.admit(source)
        return Proposal(action, self.caller, parameters, administrators, organisation,
                        source, active_from, note)  # fmt: skip

    @moves(proposed >> (proposed | passed), by=anyone, title="同意")
    def approve(self, proposal: Proposal) -> State:
        """Approve a proposal; the k-th approval carries it out."""
        board = self.administrators.get()
        if not self.approvals.approve(self.key, board.needed, board.accounts):
            return self.proposed
        self.carry_out(proposal)
        return self.passed

    @moves(proposed >> withdrawn, by=anyone, only="proposed_by", title="撤回")
    def withdraw(self, proposal: Proposal) -> None:
        """Take a proposal back before it passes."""

    @does(by=anyone, keyed=True, title="授予角色")
    def grant_role(
        self, scenario: Code, role: Code, account: Party, until: Instant = 0
    ) -> None:
        """Grant a role; the id is free text such as a file number."""
        roles = self.roles_of(scenario)
        self.require_lead(scenario)
        require(
            role in roles,
            f"“{scenario}”没有角色“{role}”，有：{'、'.join(roles)}。"
            f" {scenario} has no role {role!r}; it has: {', '.join(roles)}.",
            code="role.unknown",
        )
        sentence = "期限已过。 The end lies in the past."
        require(until == 0 or until > self.now, sentence, code="until.past")
        self.roles.put(f"{scenario}/{role}/{account.hex()}", Grant(until, self.caller))
        self.emit("role_granted", scenario=scenario, role=role, account=account)

    @does(by=anyone, keyed=True, title="撤销角色")
    def withdraw_role(self, scenario: Code, role: Code, account: Party) -> None:
        """Take a role back."""
        self.require_lead(scenario)
        self.roles.remove(f"{scenario}/{role}/{account.hex()}")
        self.emit("role_withdrawn", scenario=scenario, role=role, account=account)

    def governs(self) -> bool:
        return self.caller in self.administrators.get().accounts

    def require_lead(self, scenario: str) -> None:
        lead = self.leads.find(scenario)
        own = self.accounts.find(self.caller.hex())
        require(
            self.governs()
            or (lead is not None and own is not None and lead.name == own.name),
            "只有牵头单位或管理员可以授予和撤销角色。"
            " Only the scenario's lead unit or an administrator grants its roles.",
            code="lead.only",
        )

    def roles_of(self, scenario: str) -> list:
        """The roles of a contract, in force or waiting; refused without one.

        Every scenario can be supervised, and so can the whole city."""
        if scenario == CITY:
            return [SUPERVISOR]
        standing = self.installed.standing(scenario)
        there = "" if standing else ", ".join(self.installed.names(MOST_NAMED))
        require(
            standing,
            f"链上没有场景“{scenario}”，有：{there}。"
            f" There is no scenario {scenario!r}; there are: {there}.",
            code="scenario.unknown",
        )
        found = [SUPERVISOR]
        for version in standing:
            found.extend(self.descriptions.get(f"{scenario}@{version}").roles)
        return [role for i, role in enumerate(found) if role not in found[:i]]

    def carry_out(self, proposal: Proposal) -> None:
        if proposal.action == "set_parameters":
            self.set_parameters(self.given(proposal.parameters, "parameters"))
        elif proposal.action == "set_administrators":
            self.set_administrators(self.given(proposal.administrators, "board"))
        elif proposal.action == "add_organisation":
            organisation = self.given(proposal.organisation, "organisation")
            organisation.since = self.now
            self.register(organisation)
        else:
            self.install(proposal.source, proposal.active_from)

    def set_parameters(self, parameters: Parameters) -> None:
        """Refuse what would stop the chain for good."""
        require(
            MINUTE_MS <= parameters.validity_ms <= 60 * MINUTE_MS
            and parameters.call_cap >= SMALLEST_CAP
            and parameters.block_envelopes > 0
            and parameters.block_bytes >= SMALLEST_BLOCK,
            "有效期须为 1 至 60 分钟，费用上限与区块不可过小。 Validity is 1 to 60"
            " minutes; the cap of a call and the block cannot be that small.",
            code="parameters.range",
        )
        before = self.parameters.find() or parameters
        require(
            parameters.protocol == before.protocol
            or parameters.protocol > before.protocol
            and parameters.protocol_from > self.height,
            "协议只能在以后的高度提高。 A protocol goes up, at a height to come.",
            code="protocol.range",
        )
        longest = self.validity.get().longest_ms
        self.validity.set(Validity(max(longest, parameters.validity_ms)))
        self.parameters.set(parameters)

    def set_administrators(self, board: Administrators) -> None:
        require(
            0 < board.needed <= len(board.accounts)
            and all(board.accounts.count(each) == 1 for each in board.accounts),
            "同意数须在 1 与管理员人数之间，管理员不重复。"
            " The approvals needed are between 1 and all; each is listed once.",
            code="quorum.impossible",
        )
        self.administrators.set(board)

    def given(self, value: Record, name: str) -> Record:
        require(value is not None, f"缺少 {name}。 {name} is missing.", code="missing")
        return value

    def register(self, organisation: Organisation) -> None:
        self.organisations.add(organisation.name, organisation)
        self.accounts.add(organisation.account.hex(), organisation)
        self.emit("organisation_added", organisation=organisation.name)

    def install(self, source: str, active_from: int) -> None:
        """Admit a contract's source; it is in force from a height on."""
        described = self.admit(source)
        name, roles = described["name"], described["roles"]
        number, start = self.installed.release(name, active_from)
        version = f"{name}@{number}"
        self.sources.add(version, ContractSource(source))
        self.descriptions.add(version, Described(described["document"], roles))
        lead = self.organisations.find(described["lead"])
        nobody = Organisation(described["lead"] or "—", "—", self.caller, 0)
        self.leads.put(name, lead or nobody)
        self.emit("contract_installed", contract=name, version=number, start=start)

    @answers
    def board(self) -> list:
        """How many administrators must agree, and who they are."""
        board = self.administrators.get()
        return [board.needed, board.accounts]

    @answers
    def organisation_of(self, account: Party) -> str:
        """The organisation that an account is listed for; empty if it is not."""
        found = self.accounts.find(account.hex())
        return "" if found is None else found.name
