----------------------------- MODULE PacketLife -----------------------------
(***************************************************************************)
(* The life of packets that one chain sends to another, as                 *)
(* src/huabiao/platform/packets.py has it.                                 *)
(*                                                                         *)
(* The sender's chain keeps a state for each packet; the receiver's chain  *)
(* keeps what came of it, and has the clock that time-outs go by.  Neither *)
(* sees the other: whoever carries takes pictures of one chain (a certified*)
(* header and the state under it) and shows them to the other, at any time,*)
(* in any order, as often as wanted, or never.  A picture cannot be forged *)
(* and does not age; that is all that is believed of a relay.              *)
(*                                                                         *)
(* Checked by TLC: tests/crossing/test_packet_model.py, which also walks   *)
(* the states that TLC finds through the real contracts.                   *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
    Packets,   \* 1 .. n, in the order in which they are sent
    Polite,    \* those that the receiving contract takes; it refuses others
    Timeouts,  \* by which time of the receiver's clock each must have come
    Latest,    \* where the clock stands still
    Ordered    \* whether the route keeps the order

VARIABLES
    clock,     \* of the receiver's chain
    life,      \* at the sender: each packet's state
    came,      \* at the receiver: what became of each packet, or "nothing"
    given,     \* coins that the receiving contract has given out
    shown,     \* packets of which the receiver was shown that they were sent
    pictures   \* of the receiver, shown to the sender: its clock, what came

vars == <<clock, life, came, given, shown, pictures>>

Ended == {"acknowledged", "declined", "timed_out"}

Init ==
    /\ clock = 0
    /\ life = [p \in Packets |-> "unsent"]
    /\ came = [p \in Packets |-> "nothing"]
    /\ given = 0
    /\ shown = {}
    /\ pictures = {}

Send(p) ==
    /\ life[p] = "unsent"
    /\ Timeouts[p] > clock
    /\ \A q \in Packets : q < p => life[q] # "unsent"
    /\ life' = [life EXCEPT ![p] = "sent_out"]
    /\ UNCHANGED <<clock, came, given, shown, pictures>>

Tick ==
    /\ clock < Latest
    /\ clock' = clock + 1
    /\ UNCHANGED <<life, came, given, shown, pictures>>

\* A header of the sender reaches the receiver: a packet under way is provable by it.
ShowSent ==
    /\ shown' = shown \cup {p \in Packets : life[p] = "sent_out"}
    /\ shown' # shown
    /\ UNCHANGED <<clock, life, came, given, pictures>>

\* A header of the receiver reaches the sender.
ShowCame ==
    /\ pictures' = pictures \cup {[time |-> clock, came |-> came]}
    /\ pictures' # pictures
    /\ UNCHANGED <<clock, life, came, given, shown>>

InOrder(p) == \A q \in Packets : q < p => came[q] # "nothing"

Receive(p) ==
    /\ p \in shown
    /\ came[p] = "nothing"
    /\ Ordered => InOrder(p)
    /\ \/ /\ clock < Timeouts[p]
          /\ came' = [came EXCEPT ![p] = IF p \in Polite THEN "ok" ELSE "refused"]
          /\ given' = given + IF p \in Polite THEN 1 ELSE 0
       \/ /\ clock >= Timeouts[p]
          /\ Ordered
          /\ came' = [came EXCEPT ![p] = "late"]
          /\ given' = given
    /\ UNCHANGED <<clock, life, shown, pictures>>

Acknowledge(p) ==
    /\ life[p] = "sent_out"
    /\ \E seen \in pictures :
        /\ seen.came[p] # "nothing"
        /\ life' = [life EXCEPT ![p] =
                        IF seen.came[p] = "ok" THEN "acknowledged" ELSE "declined"]
    /\ UNCHANGED <<clock, came, given, shown, pictures>>

\* Over an ordered route a late packet is brought still, and answered as late.
TimeOut(p) ==
    /\ life[p] = "sent_out"
    /\ ~Ordered
    /\ \E seen \in pictures : seen.came[p] = "nothing" /\ seen.time >= Timeouts[p]
    /\ life' = [life EXCEPT ![p] = "timed_out"]
    /\ UNCHANGED <<clock, came, given, shown, pictures>>

Next ==
    \/ Tick \/ ShowSent \/ ShowCame
    \/ \E p \in Packets : Send(p) \/ Receive(p) \/ Acknowledge(p) \/ TimeOut(p)

\* Somebody carries, sooner or later; nobody else has to do anything.
Fair ==
    /\ WF_vars(Tick) /\ WF_vars(ShowSent) /\ WF_vars(ShowCame)
    /\ \A p \in Packets :
        WF_vars(Receive(p)) /\ WF_vars(Acknowledge(p)) /\ WF_vars(TimeOut(p))

Spec == Init /\ [][Next]_vars /\ Fair

-----------------------------------------------------------------------------
\* What is undone here was not done there, and what is kept here was.
NeverHalf ==
    \A p \in Packets :
        /\ life[p] \in {"declined", "timed_out"} => came[p] # "ok"
        /\ life[p] = "acknowledged" => came[p] = "ok"

\* Nothing comes that was not sent.
NothingFromNothing ==
    \A p \in Packets : came[p] # "nothing" => life[p] # "unsent"

\* Each packet carries one coin: here, under way, or there; never twice, never lost.
Here == Cardinality({p \in Packets : life[p] \in {"unsent", "declined", "timed_out"}})
UnderWay == Cardinality({p \in Packets : life[p] = "sent_out" /\ came[p] # "ok"})
Conserved == Here + given + UnderWay = Cardinality(Packets)

\* What came once stays as it came; what ended stays ended.
Once ==
    [][\A p \in Packets :
        /\ came[p] # "nothing" => came'[p] = came[p]
        /\ life[p] \in Ended => life'[p] = life[p]]_vars

KeepsOrder ==
    Ordered => \A p, q \in Packets :
        q < p /\ came[p] # "nothing" => came[q] # "nothing"

\* Nothing stands in the way of what comes after.
MakesRoom == Ordered => \A p \in Packets : life[p] \in Ended => came[p] # "nothing"

\* Whatever was sent ends, if somebody carries.
Ends == \A p \in Packets : (life[p] = "sent_out") ~> (life[p] \in Ended)
=============================================================================
