package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.session.DeadlineWheel;
import org.portreeve.nat.table.HeldSyns;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;

/**
 * What an outside host hears about a SYN that nobody waited for: nothing for six seconds, in which
 * the host inside may open the same connection from its side (RFC 5382 REQ-4), then port
 * unreachable, unless that has happened. When too many wait, or too much was said, the rest hears
 * nothing: no flood makes the translator say more. Owned by the shard thread.
 */
final class UnsolicitedSyns {
    /** RFC 5382 REQ-4: not before. */
    static final long WAIT_NS = 6_000_000_000L;

    /** Answers in one turn of the duty cycle. */
    private static final int ANSWER_LIMIT = 64;

    private static final int NO_MAPPING = ShardCounters.index(NatCounter.DROP_NO_MAPPING);
    private static final int FILTERED = ShardCounters.index(NatCounter.DROP_FILTERED);
    private static final int STRANGER = ShardCounters.index(NatCounter.DROP_STRANGER);

    private final Tables tables;
    private final InboundErrors errors;
    private final ErrorSender errorSender;
    private final HeldSyns held;
    private final boolean isAnswered;

    UnsolicitedSyns(Tables tables, InboundErrors errors, ErrorSender errorSender) {
        this.tables = tables;
        this.errors = errors;
        this.errorSender = errorSender;
        held = new HeldSyns(tables.secrets.table0(), tables.secrets.table1());
        ErrorRules rules = tables.config.icmpErrors();
        isAnswered = rules.outside() && rules.unsolicitedSyns();
    }

    /** Notes that a packet to an address of this shard is refused, and returns why. */
    int refused(int verdict, long packet, long nowNs) {
        if (isAnswered && isForNobody(verdict) && isSyn(packet)) {
            if (held.isFull()) {
                tables.counters.increment(NatCounter.SYNS_NOT_HELD);
            } else if (isSound(packet) && held.hold(packet, nowNs + WAIT_NS)) {
                tables.counters.increment(NatCounter.SYNS_HELD);
            }
        }
        return verdict;
    }

    /** Answers those whose time has come, unless their connection is there by now. */
    int answer(long nowNs) {
        int done = 0;
        while (done < ANSWER_LIMIT && held.count() > 0 && held.oldestUntilNs() - nowNs <= 0) {
            answer(held.oldestHead(), held.oldestBytes(), nowNs);
            held.removeOldest();
            done++;
        }
        return done;
    }

    /** When the next is answered; {@link DeadlineWheel#NEVER} for none. */
    long nextDeadlineNs() {
        return held.count() == 0 ? DeadlineWheel.NEVER : held.oldestUntilNs();
    }

    private void answer(long syn, int bytes, long nowNs) {
        int addressIndex = tables.pool.find(Ipv4Header.destination(syn));
        // The address may have left the pool since, and be another shard's by now.
        if (addressIndex == PoolAddresses.NONE || !tables.owns(addressIndex)) {
            return;
        }
        long tcp = syn + Ipv4Header.headerBytes(syn);
        int session =
                errors.session(
                        addressIndex,
                        Protocol.TCP,
                        Memory.u16(tcp + TcpHeader.DESTINATION_PORT),
                        Ipv4Header.source(syn),
                        Memory.u16(tcp + TcpHeader.SOURCE_PORT));
        if (session == SessionTable.NONE) {
            errorSender.nobodyThere(syn, bytes, addressIndex, errors, nowNs);
        }
    }

    /** Not what a bound refuses: who is over one is told nothing. */
    private static boolean isForNobody(int verdict) {
        return verdict == NO_MAPPING || verdict == STRANGER || verdict == FILTERED;
    }

    private static boolean isSyn(long packet) {
        return Ipv4Header.protocol(packet) == Protocol.TCP
                && TcpHeader.isOpening(packet + Ipv4Header.headerBytes(packet));
    }

    /** Whatever a wrong checksum says, nobody may have said it. A flood is not summed up. */
    private static boolean isSound(long packet) {
        long message = packet + Ipv4Header.headerBytes(packet);
        return Filtering.sanity(packet, message) == PacketCheck.OK;
    }
}
