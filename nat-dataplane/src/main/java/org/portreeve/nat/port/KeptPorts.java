package org.portreeve.nat.port;

import java.util.BitSet;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.table.SubscriberTable;

/**
 * The part of the incoming range that is kept: each subscriber can have so many TCP and so many UDP
 * ports of it whatever the others have taken. What one takes beyond that comes from what these
 * promises leave. Owned by the shard thread.
 */
final class KeptPorts {
    private final int each;
    private final PortRange incoming;
    private final SubscriberTable subscribers;
    private final int[] unpromised = new int[Protocol.COUNT];
    private final int[] beyond;
    private final BitSet isBeyond;

    KeptPorts(Pool.Kept kept, PortLayout layout, int addresses, SubscriberTable subscribers) {
        this.subscribers = subscribers;
        each = kept.perSubscriber();
        incoming = layout.incoming();
        int promised = each * kept.subscribers();
        for (int i = 0; i < Protocol.COUNT; i++) {
            int unusable = layout.unusable(i, incoming.first(), incoming.size());
            unpromised[i] = incoming.size() - unusable - promised;
        }
        beyond = new int[addresses * Protocol.COUNT];
        isBeyond = new BitSet(each == 0 ? 0 : beyond.length * incoming.size());
    }

    /** Whether the subscriber may take so many more ports of the incoming range. */
    boolean mayTake(int subscriber, int address, int protocolIndex, int count) {
        return count <= most(subscriber, address, protocolIndex);
    }

    /** How many more ports of the incoming range the subscriber may take. */
    int most(int subscriber, int address, int protocolIndex) {
        if (!keeps(protocolIndex)) {
            return PortRange.MAX_PORT;
        }
        int own = Math.max(0, each - subscribers.keptPorts(subscriber, protocolIndex));
        int free = unpromised[protocolIndex] - beyond[address * Protocol.COUNT + protocolIndex];
        return own + Math.max(0, free);
    }

    void take(int subscriber, int address, int protocolIndex, int port) {
        if (!keeps(protocolIndex) || !incoming.contains(port)) {
            return;
        }
        if (subscribers.keptPorts(subscriber, protocolIndex) < each) {
            subscribers.addKeptPorts(subscriber, protocolIndex, 1);
        } else {
            isBeyond.set(bit(address, protocolIndex, port));
            beyond[address * Protocol.COUNT + protocolIndex]++;
        }
    }

    void release(int subscriber, int address, int protocolIndex, int port) {
        if (!keeps(protocolIndex) || !incoming.contains(port)) {
            return;
        }
        int bit = bit(address, protocolIndex, port);
        if (isBeyond.get(bit)) {
            isBeyond.clear(bit);
            beyond[address * Protocol.COUNT + protocolIndex]--;
        } else {
            subscribers.addKeptPorts(subscriber, protocolIndex, -1);
        }
    }

    /** Nobody asks for an identifier of queries. */
    private boolean keeps(int protocolIndex) {
        return each > 0 && Protocol.ofIndex(protocolIndex) != Protocol.ICMP;
    }

    private int bit(int address, int protocolIndex, int port) {
        int line = address * Protocol.COUNT + protocolIndex;
        return line * incoming.size() + port - incoming.first();
    }
}
