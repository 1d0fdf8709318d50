package org.portreeve.control.simulation;

/** What may happen next, and how often among a thousand steps or so. */
enum StepKind {
    /** Subscribers who were never seen send their first packets. */
    NEWCOMERS(40),
    /** Packets of hosts, to anybody. */
    OUTBOUND(220),
    /** Packets of sessions that are there, both ways. */
    REPLIES(140),
    /** Packets of strangers to external ports, held or not. */
    STRANGERS(60),
    /** Packets of hosts to external ports of hosts. */
    HAIRPIN(40),
    /** What is no packet to translate. */
    GARBAGE(20),
    /** Clients ask for mappings, renew and delete. */
    ASK(120),
    /** Clients have sessions kept. */
    PEER(40),
    /** Clients ask for sets of ports. */
    SET(30),
    /** So many ask at once that mailboxes are full. */
    FLOOD(6),
    /** One shard turns. */
    TURN_SHARD(100),
    /** Port control turns. */
    TURN_CONTROL(80),
    /** The journal writes some of its records. */
    FORCE(80),
    /** The desk or the store goes on. */
    STAFF_WORK(60),
    /** Staff add, change or delete a reservation. */
    RESERVE(20),
    /** Staff take an address out of use, for good or for a while, or put it back. */
    DRAIN(6),
    /** Staff let a subscriber have no new mappings, or have them again. */
    DRAIN_SUBSCRIBER(6),
    /** Staff add external addresses and take others away. */
    ADDRESSES(6),
    /** Staff end leases. */
    EVICT(8),
    /** Another policy: other limits, subscribers who come, go and move. */
    RELOAD(5),
    /**
     * The journal or the store begins to fail, a device takes no packets or a shard stands still.
     */
    FAULT(4),
    /**
     * A shard stands still, and the others are sent more of its packets than they can hand over.
     */
    JAM(2),
    /** All that fails works again. */
    HEAL(20),
    /** The journal has grown. */
    CHECKPOINT(4),
    /** Some milliseconds. */
    MOMENT(60),
    /** Some minutes, the node at work. */
    MINUTES(12),
    /** Nothing comes until nothing moves; then all books are compared. */
    REST(4),
    /** The node ends when nothing moves, and starts again without a snapshot. */
    RESTART(2),
    /** The node is stopped in the midst of its work, and starts again with a snapshot. */
    PLANNED_RESTART(3),
    /** The node ends without a word and starts again. */
    KILL(2);

    private final int weight;

    StepKind(int weight) {
        this.weight = weight;
    }

    int weight() {
        return weight;
    }
}
