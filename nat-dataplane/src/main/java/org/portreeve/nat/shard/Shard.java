package org.portreeve.nat.shard;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.event.Telemetry;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.session.DeadlineWheel;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotWriter;

/**
 * One thread's worth of translator: it alone owns its external addresses with all their ports,
 * mappings, sessions, timers and counters. {@link #doWork} is one turn of the duty cycle; who calls
 * it, a thread or a simulation, passes the time. Owned by the shard thread, except where a method
 * says otherwise.
 */
public final class Shard {
    private static final int COMMAND_LIMIT = 256;
    private static final int HANDOVER_LIMIT = 64;
    private static final int TIMER_LIMIT = 512;
    private static final int WAITING_LIMIT = 64;

    final Tables tables;
    private final int index;
    private final Mappings mappings;
    private final Blocks blocks;
    private final Outbound outbound;
    private final Inbound inbound;
    private final OneToOne oneToOne;
    private final Commands commands;
    private final SnapshotExport snapshotExport;
    private final SnapshotImport snapshotImport;
    private final ShardLink link;
    private final PacketPort port;
    private final Handover handover;
    private final PacketBatch batch = new PacketBatch();

    @SuppressWarnings("unused") // Written so that the touching reads are not optimised away.
    private long touched;

    /** A shard with empty tables. The packet port is its own; everything else is shared. */
    public Shard(
            int index,
            NatConfig config,
            Directory directory,
            ShardLink link,
            PacketPort port,
            Handover handover,
            ShardSecrets secrets,
            long startNs) {
        this.index = index;
        this.link = link;
        this.port = port;
        this.handover = handover;
        tables = new Tables(config, index, directory, secrets, startNs);
        blocks = new Blocks(tables, link);
        mappings = new Mappings(tables, blocks, link);
        var quotas = new Quotas(tables);
        var departures = new Departures(tables, port, handover, index);
        var errorSender = new ErrorSender(tables, departures);
        var siblings = new Siblings(tables, mappings, quotas);
        inbound =
                new Inbound(
                        tables,
                        mappings,
                        departures,
                        new Filtering(tables, mappings, quotas),
                        siblings,
                        errorSender);
        oneToOne = new OneToOne(tables, departures, inbound, errorSender);
        var choice = new MappingChoice(tables, mappings, blocks, link, quotas, siblings);
        outbound =
                new Outbound(
                        tables,
                        directory,
                        mappings,
                        link,
                        departures,
                        inbound,
                        choice,
                        errorSender);
        commands = new Commands(tables, mappings, blocks, outbound, choice, quotas, link);
        snapshotExport = new SnapshotExport(tables, mappings, directory);
        snapshotImport = new SnapshotImport(tables, mappings, blocks, directory);
    }

    /** One turn of the duty cycle, bounded in every part; returns how much was done. */
    public int doWork(long nowNs) {
        tables.telemetry.begin(nowNs);
        int done = executeCommands(nowNs);
        done += commands.advance(nowNs) + snapshotImport.advance(nowNs);
        done += takeOver(nowNs);
        done += receive(nowNs);
        // While the session that an answer must not contradict is still there.
        done += inbound.unsolicited().answer(nowNs);
        done += expire(nowNs) + giveUpWaiting(nowNs);
        handover.wakeMarked(index);
        link.flush();
        if (done > 0) {
            tables.use.tables(tables.sessions.size(), tables.mappings.size());
            tables.counters.publish();
        }
        return done;
    }

    /** When the next timer fires, at the earliest; {@link Long#MAX_VALUE} for none. */
    public long nextDeadlineNs(long nowNs) {
        long nextNs = tables.wheel.nextDeadlineNs(nowNs);
        return Math.max(nowNs, Math.min(nextNs, inbound.unsolicited().nextDeadlineNs()));
    }

    /** Its counters, to be read by any thread. */
    public ShardCounters counters() {
        return tables.counters;
    }

    /** Its telemetry, to be drained by one other thread. */
    public Telemetry telemetry() {
        return tables.telemetry;
    }

    /** Writes what a planned restart keeps of it. Only when its thread has ended, or on it. */
    public void write(SnapshotWriter out, long nowNs) throws IOException {
        out.shard(index);
        snapshotExport.write(out, nowNs);
    }

    /**
     * Puts its rows of a snapshot back, on its own thread; what it already has is right where they
     * differ. Any thread; before packets are led here and after what is durable is back.
     *
     * @param downNs how long ago the snapshot was taken
     */
    public CompletionStage<Void> restore(SnapshotReader snapshot, long downNs) {
        CompletionStage<Void> done = snapshotImport.begin(snapshot, downNs);
        port.wakeup();
        return done;
    }

    /** How full its tables are. */
    public Occupancy occupancy() {
        return new Occupancy(
                tables.sessions.size(), tables.mappings.size(), tables.waiting.count());
    }

    /**
     * Rows in use.
     *
     * @param sessions sessions
     * @param mappings mappings, those whose port rests included
     * @param waitingPackets packets that wait for port control
     */
    public record Occupancy(int sessions, int mappings, int waitingPackets) {}

    private int executeCommands(long nowNs) {
        int done = 0;
        while (done < COMMAND_LIMIT) {
            ShardCommand command = link.poll();
            if (command == null) {
                break;
            }
            commands.execute(command, nowNs);
            done++;
        }
        return done;
    }

    private int takeOver(long nowNs) {
        int done = 0;
        for (int from = 0; from < handover.shardCount(); from++) {
            if (from != index) {
                done += takeOverFrom(handover.ring(from, index), nowNs);
            }
        }
        return done;
    }

    private int takeOverFrom(HandoverRing ring, long nowNs) {
        int done = 0;
        while (done < HANDOVER_LIMIT) {
            long packet = ring.peek();
            if (packet == 0) {
                break;
            }
            tables.counters.increment(NatCounter.HANDED_IN);
            tables.counters.increment(
                    translateHandedOver(HandoverRing.kind(packet), packet, nowNs));
            ring.pop(packet);
            done++;
        }
        return done;
    }

    private int translateHandedOver(int kind, long packet, long nowNs) {
        return switch (kind) {
            case HandoverRing.FROM_INSIDE -> outbound.translate(packet, nowNs);
            case HandoverRing.FROM_FORMER -> outbound.translateSearched(packet, nowNs);
            case HandoverRing.FROM_OUTSIDE -> inbound.translate(packet, nowNs);
            default -> inbound.hairpin(packet, nowNs);
        };
    }

    private int receive(long nowNs) {
        batch.clear();
        int count = port.receive(batch);
        tables.counters.add(NatCounter.RECEIVED, count);
        long reads = 0;
        for (int i = 0; i < count; i++) {
            reads += touch(i);
        }
        touched = reads;
        for (int i = 0; i < count; i++) {
            tables.counters.increment(translate(i, nowNs));
        }
        return count;
    }

    /** Starts the look-up of every packet before the first is translated: the misses overlap. */
    private long touch(int i) {
        if (batch.lengthBytes(i) < PacketCheck.MIN_TRANSPORT_BYTES) {
            return 0;
        }
        return batch.side(i) == PacketPort.INSIDE
                ? outbound.touch(batch.address(i))
                : inbound.touch(batch.address(i));
    }

    private int translate(int i, long nowNs) {
        long packet = batch.address(i);
        int ofDedicated = oneToOne.translate(batch.side(i), packet, batch.lengthBytes(i), nowNs);
        if (ofDedicated != OneToOne.ELSEWHERE) {
            return ofDedicated;
        }
        int verdict = PacketCheck.verdict(packet, batch.lengthBytes(i));
        if (verdict != PacketCheck.OK) {
            return verdict;
        }
        return batch.side(i) == PacketPort.INSIDE
                ? outbound.translate(packet, nowNs)
                : inbound.translate(packet, nowNs);
    }

    /** Packets that wait for port control longer than they are of use. */
    private int giveUpWaiting(long nowNs) {
        int done = 0;
        while (done < WAITING_LIMIT && tables.waiting.expireOldest(nowNs)) {
            tables.counters.increment(NatCounter.DROP_WAIT_EXPIRED);
            done++;
        }
        return done;
    }

    private int expire(long nowNs) {
        int done = 0;
        while (done < TIMER_LIMIT) {
            int timer = tables.wheel.poll(nowNs);
            if (timer == DeadlineWheel.NONE) {
                break;
            }
            onTimer(timer, nowNs);
            done++;
        }
        return done;
    }

    private void onTimer(int timer, long nowNs) {
        if (tables.isSessionTimer(timer)) {
            mappings.sessions().onTimer(timer, nowNs);
        } else if (tables.mappingOfTimer(timer) >= 0) {
            mappings.onTimer(tables.mappingOfTimer(timer), nowNs);
        } else if (tables.blockOfTimer(timer) >= 0) {
            blocks.onTimer(tables.blockOfTimer(timer), nowNs);
        } else {
            blocks.onSubscriberTimer(tables.subscriberOfTimer(timer), nowNs);
        }
    }
}
