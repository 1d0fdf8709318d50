package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.portreeve.nat.model.ReferencePorts.BlockName;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Puts back what port control has on its disks, in its order: reservations, blocks, leases, resting
 * ports of leases. The directory goes on as if it had been made anew. One thread.
 */
final class JournalStandIn {
    private final SimulatedNode node;
    private final ReferenceNat reference;
    private final SplittableRandom random;

    JournalStandIn(SimulatedNode node, SplittableRandom random) {
        this.node = node;
        this.reference = node.reference;
        this.random = random;
    }

    void restore(long nowNs) {
        List<ReferenceMapping> all = new ArrayList<>();
        reference.externals().forEach(port -> all.add(reference.byExternal.get(port)));
        all.stream().filter(mapping -> mapping.isStatic).forEach(this::install);
        reference.ports.activeBlocks().forEach(this::block);
        for (ReferenceMapping mapping : all) {
            if (mapping.isExplicit && !lease(mapping)) {
                mapping.isExplicit = false;
                mapping.isLost = true;
            }
        }
        // The journal may know of a shorter rest than the translator, or of none. That of a port
        // whose host went to another subscriber would be a rest of its own; here there is none.
        var hosts = new ReferenceRestart(reference);
        all.stream()
                .filter(hosts::isOfItsHost)
                .filter(mapping -> mapping.wasExplicit && mapping.restsUntilNs > nowNs)
                .filter(_ -> random.nextInt(4) > 0)
                .forEach(mapping -> hold(mapping, mapping.restsUntilNs - nowNs));
    }

    private void install(ReferenceMapping mapping) {
        ask(
                mapping,
                id ->
                        new ShardCommand.InstallStatic(
                                id,
                                mapping.pairing.subscriber(),
                                mapping.external.addressIndex(),
                                mapping.external.port(),
                                mapping.internal),
                ShardOutcome.Reserved.class);
    }

    private void block(BlockName name) {
        long id = node.open(name.addressIndex()).orElseThrow();
        int owner = reference.ports.ownerOf(name);
        var command =
                new ShardCommand.RestoreBlock(id, owner, name.addressIndex(), name.firstPort());
        assertEquals(
                new ShardOutcome.Activated(id), node.ask(name.addressIndex(), command), "" + name);
        node.close(name.addressIndex());
    }

    private boolean lease(ReferenceMapping mapping) {
        int address = mapping.external.addressIndex();
        long id = node.open(address).orElseThrow();
        var command =
                new ShardCommand.RestoreMapping(
                        id,
                        mapping.pairing.subscriber(),
                        address,
                        mapping.external.port(),
                        mapping.internal,
                        List.of());
        ShardOutcome outcome = node.ask(address, command);
        node.close(address);
        return outcome instanceof ShardOutcome.Reserved;
    }

    private void hold(ReferenceMapping mapping, long remainingNs) {
        ask(
                mapping,
                id ->
                        new ShardCommand.RestoreHold(
                                id,
                                mapping.pairing.subscriber(),
                                mapping.external.addressIndex(),
                                mapping.external.port(),
                                mapping.internal,
                                random.nextLong(remainingNs) + 1),
                ShardOutcome.class);
    }

    private void ask(
            ReferenceMapping mapping,
            LongFunction<ShardCommand> command,
            Class<? extends ShardOutcome> expected) {
        int address = mapping.external.addressIndex();
        long id = node.open(address).orElseThrow();
        assertInstanceOf(
                expected, node.ask(address, command.apply(id)), mapping.internal::toString);
        node.close(address);
    }
}
