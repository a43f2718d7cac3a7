// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The half on Ethereum of an exchange by hash and time lock; nothing is believed here.
///
/// 1. Somebody locks ether under the SHA-256 of a secret of 32 bytes, for a taker, until a
///    moment (seconds of the Unix epoch).
/// 2. Before it, whoever says the secret has the ether sent to the taker, and everybody can
///    read the secret: the other half, on a chain of Huabiao, is claimed with it.
/// 3. From it on, whoever asks has the ether sent back to the giver.
///
/// The other half is `exchanges` with `digest_of` intl, whose digest is SHA-256.
contract HuabiaoLock {
    enum Life { None, Locked, Claimed, TakenBack }

    struct Lock {
        address giver;
        address taker;
        uint256 amount;
        bytes32 hash;
        uint64 until;
        Life life;
    }

    uint64 public constant SHORTEST = 1 minutes;
    uint64 public constant LONGEST = 30 days;

    mapping(bytes32 => Lock) public locks;

    event Locked(bytes32 indexed id, address indexed taker, bytes32 indexed hash);
    event Claimed(bytes32 indexed id, bytes32 secret);
    event TakenBack(bytes32 indexed id);

    error Repeated();
    error Malformed();
    error Over();
    error Running();
    error WrongSecret();
    error NotPaid();

    /// Lock what is sent along, under an id that nobody has used.
    function lock(bytes32 id, address taker, bytes32 hash, uint64 until)
        external payable
    {
        if (locks[id].life != Life.None) revert Repeated();
        if (msg.value == 0 || taker == address(0)) revert Malformed();
        if (until < block.timestamp + SHORTEST) revert Malformed();
        if (until > block.timestamp + LONGEST) revert Malformed();
        locks[id] = Lock(msg.sender, taker, msg.value, hash, until, Life.Locked);
        emit Locked(id, taker, hash);
    }

    /// Say the secret in time.
    function claim(bytes32 id, bytes32 secret) external {
        Lock storage held = locks[id];
        if (held.life != Life.Locked) revert Repeated();
        if (block.timestamp >= held.until) revert Over();
        if (sha256(abi.encodePacked(secret)) != held.hash) revert WrongSecret();
        held.life = Life.Claimed;
        emit Claimed(id, secret);
        pay(held.taker, held.amount);
    }

    /// Send it back after its time.
    function takeBack(bytes32 id) external {
        Lock storage held = locks[id];
        if (held.life != Life.Locked) revert Repeated();
        if (block.timestamp < held.until) revert Running();
        held.life = Life.TakenBack;
        emit TakenBack(id);
        pay(held.giver, held.amount);
    }

    /// The life is over before anybody is paid: who is paid can call, and gains nothing.
    function pay(address to, uint256 amount) private {
        (bool paid, ) = to.call{value: amount}("");
        if (!paid) revert NotPaid();
    }
}
