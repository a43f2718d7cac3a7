// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A route between this chain and one chain of Huabiao, whose attestors speak for it.
///
/// 1. Anyone sends a message (`Sent`). Huabiao reads it by a proof of its receipt; when it
///    has the message, or can no longer take it, N of M attestors sign which, and the
///    message ends here: acknowledged or timed out, once.
/// 2. A message of Huabiao arrives with the signatures of N of M attestors (`Received`),
///    once and before its time is over. Huabiao reads in this contract's storage that it
///    came, or that it did not.
/// 3. Two statements that contradict each other, each signed by N, freeze the route. The
///    guardian can freeze it too, and only the guardian can open it again, with attestors
///    of its choice; while it is open they choose their successors.
///
/// What arrives is kept to be asked for; no other contract is called.
contract HuabiaoGateway {
    enum Life { None, Sent, Acknowledged, TimedOut }
    enum Kind { None, Deliver, Acknowledge, TimeOut, Rotate }

    struct Outgoing {
        address sender;
        uint64 timeout;
        Life life;
    }

    struct Statement {
        Kind kind;
        uint64 sequence;
        bytes32 body;
        bytes signatures;
    }

    uint256 public constant LONGEST_PAYLOAD = 4096;
    uint256 public constant MOST_ATTESTORS = 64;
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,"
        "address verifyingContract,bytes32 salt)"
    );
    bytes32 private constant STATEMENT_TYPE = keccak256(
        "Statement(uint8 kind,uint64 round,uint64 sequence,bytes32 body)"
    );

    bytes32 public immutable domain;
    address public immutable guardian;

    /// By sequence: what arrived, keccak256 of sender, receiver, timeout and payload.
    /// Its place in storage, 0, is what Huabiao's proofs are about.
    mapping(uint64 => bytes32) public received;
    mapping(uint64 => Outgoing) public outgoing;
    mapping(address => uint64) public seatedIn;
    uint64 public round;
    uint64 public needed;
    uint64 public sent;
    bool public frozen;

    event Sent(
        uint64 indexed sequence, address indexed sender, uint64 timeout, bytes payload
    );
    event Received(uint64 indexed sequence, address indexed receiver, bytes payload);
    event Ended(uint64 indexed sequence, Life life);
    event Rotated(uint64 indexed round, uint64 needed, address[] attestors);
    event Frozen(string reason);

    error FrozenRoute();
    error NotAllowed();
    error Late();
    error Repeated();
    error Malformed();
    error TooFewSignatures(uint256 found, uint256 needed);

    constructor(string memory home, address[] memory attestors, uint64 quorum) {
        guardian = msg.sender;
        domain = keccak256(abi.encode(
            DOMAIN_TYPE, keccak256("Huabiao Gateway"), keccak256("1"),
            block.chainid, address(this), keccak256(bytes(home))
        ));
        seat(attestors, quorum);
    }

    /// Send a message to Huabiao; `timeout` is in seconds of the Unix epoch.
    function send(bytes calldata payload, uint64 timeout) external returns (uint64) {
        if (frozen) revert FrozenRoute();
        if (payload.length > LONGEST_PAYLOAD) revert Malformed();
        if (timeout <= block.timestamp) revert Late();
        if (timeout > block.timestamp + 366 days) revert Malformed();
        sent += 1;
        outgoing[sent] = Outgoing(msg.sender, timeout, Life.Sent);
        emit Sent(sent, msg.sender, timeout, payload);
        return sent;
    }

    /// Take a message of Huabiao that N attestors signed.
    function deliver(
        uint64 sequence, bytes20 sender, address receiver, uint64 timeout,
        bytes calldata payload, bytes calldata signatures
    ) external {
        if (frozen) revert FrozenRoute();
        if (received[sequence] != 0) revert Repeated();
        if (timeout <= block.timestamp) revert Late();
        bytes32 body = digestOf(sender, receiver, timeout, payload);
        approved(Statement(Kind.Deliver, sequence, body, signatures));
        received[sequence] = body;
        emit Received(sequence, receiver, payload);
    }

    /// End a message that was sent from here: Huabiao has it, or takes it no more.
    function end(uint64 sequence, bool taken, bytes calldata signatures) external {
        if (frozen) revert FrozenRoute();
        Outgoing storage message = outgoing[sequence];
        if (message.life != Life.Sent) revert Repeated();
        Kind kind = taken ? Kind.Acknowledge : Kind.TimeOut;
        bytes32 body = bytes32(uint256(message.timeout));
        approved(Statement(kind, sequence, body, signatures));
        message.life = taken ? Life.Acknowledged : Life.TimedOut;
        emit Ended(sequence, message.life);
    }

    /// Seat other attestors: by those before them, or (after a freeze) by the guardian.
    function rotate(
        address[] calldata attestors, uint64 quorum, bytes calldata signatures
    ) external {
        if (frozen) {
            if (msg.sender != guardian) revert NotAllowed();
        } else {
            bytes32 body = keccak256(abi.encode(attestors, quorum));
            approved(Statement(Kind.Rotate, round + 1, body, signatures));
        }
        frozen = false;
        seat(attestors, quorum);
    }

    function freeze(string calldata reason) external {
        if (msg.sender != guardian) revert NotAllowed();
        stop(reason);
    }

    /// Freeze the route by two statements that cannot both be true.
    function accuse(Statement calldata one, Statement calldata other) external {
        bool ends = (one.kind == Kind.Acknowledge && other.kind == Kind.TimeOut);
        bool same = one.kind == other.kind && one.body != other.body;
        if (one.sequence != other.sequence || !(ends || same)) revert Malformed();
        approved(one);
        approved(other);
        stop("two statements contradict each other");
    }

    function digestOf(
        bytes20 sender, address receiver, uint64 timeout, bytes calldata payload
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(sender, receiver, timeout, keccak256(payload)));
    }

    /// What an attestor signs (EIP-712).
    function digestToSign(Kind kind, uint64 sequence, bytes32 body)
        public view returns (bytes32)
    {
        bytes32 data = keccak256(
            abi.encode(STATEMENT_TYPE, uint8(kind), round, sequence, body)
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, data));
    }

    /// Signatures of 65 bytes each (r, s, v), in ascending order of their signers.
    function approved(Statement memory statement) private view {
        bytes32 digest =
            digestToSign(statement.kind, statement.sequence, statement.body);
        bytes memory signatures = statement.signatures;
        if (signatures.length % 65 != 0) revert Malformed();
        if (signatures.length / 65 > MOST_ATTESTORS) revert Malformed();
        uint256 found = 0;
        address last = address(0);
        for (uint256 i = 0; i < signatures.length; i += 65) {
            bytes32 r;
            bytes32 s;
            uint8 v;
            assembly {
                r := mload(add(add(signatures, 32), i))
                s := mload(add(add(signatures, 64), i))
                v := byte(0, mload(add(add(signatures, 96), i)))
            }
            address signer = ecrecover(digest, v, r, s);
            if (signer <= last) revert Malformed();
            if (seatedIn[signer] == round) found += 1;
            last = signer;
        }
        if (found < needed) revert TooFewSignatures(found, needed);
    }

    function seat(address[] memory attestors, uint64 quorum) private {
        uint256 count = attestors.length;
        if (count > MOST_ATTESTORS) revert Malformed();
        if (quorum * 2 <= count || quorum > count) revert Malformed();
        round += 1;
        needed = quorum;
        for (uint256 i = 0; i < count; i++) {
            address each = attestors[i];
            if (each == address(0) || seatedIn[each] == round) revert Malformed();
            seatedIn[each] = round;
        }
        emit Rotated(round, quorum, attestors);
    }

    function stop(string memory reason) private {
        frozen = true;
        emit Frozen(reason);
    }
}
