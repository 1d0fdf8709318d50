package org.portreeve.daemon.command;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.portreeve.daemon.command.node.GivenTime;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.daemon.ranges.RangeParameters;
import org.portreeve.daemon.ranges.RangeRecords;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.port.DeterministicRanges;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Computes who has which range of a deterministic pool, both ways (RFC 7422 §2). Main thread. */
@Command(
        name = "deterministic",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Computes, from a configuration alone, which ports an internal address has in a",
            "deterministic or static pool, and which internal address has a port."
        },
        subcommands = {DeterministicCommand.Forward.class, DeterministicCommand.Reverse.class})
final class DeterministicCommand implements Runnable {
    private static final String AT =
            "Compute with what held then, as the node noted in its data directory; such as"
                    + " 2026-03-01T12:30:00Z.";

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "forward or reverse?");
    }

    /** From an internal address to its external range. */
    @Command(
            name = "forward",
            mixinStandardHelpOptions = true,
            description = "Prints the external address and ports of an internal address.")
    static final class Forward implements Callable<Integer> {
        @Parameters(paramLabel = "ADDRESS", description = "An internal address.")
        private String address;

        @Option(names = "--at", paramLabel = "TIME", description = AT)
        private Optional<String> time;

        @Mixin private PoolFile file;
        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws CommandFailedException {
            int internalIp =
                    Ipv4.parse(address)
                            .orElseThrow(() -> bad(spec, address + " is no IPv4 address"));
            RangeParameters parameters = parameters(file, spec, time);
            DeterministicRanges ranges = parameters.ranges();
            int addressIndex = ranges.addressIndex(internalIp);
            if (addressIndex == DeterministicRanges.NONE) {
                throw new CommandFailedException(
                        address + " has no range: it is in none of the inside prefixes");
            }
            int first = ranges.firstPort(internalIp);
            var ports = new PortRange(first, first + ranges.rangePorts() - 1);
            String externalIp = Ipv4.format(parameters.addresses().get(addressIndex));
            var fields = new LinkedHashMap<String, Object>();
            fields.put("internalAddress", address);
            fields.put("externalAddress", externalIp);
            fields.put("firstPort", ports.first());
            fields.put("lastPort", ports.last());
            file.print(
                    fields,
                    "%s has %s ports %s (TCP, UDP and ICMP identifiers)."
                            .formatted(address, externalIp, ports));
            return ExitCode.SUCCESS;
        }
    }

    /** From an external address and port to the internal address. */
    @Command(
            name = "reverse",
            mixinStandardHelpOptions = true,
            description = "Prints the internal address that has an external address and port.")
    static final class Reverse implements Callable<Integer> {
        @Parameters(paramLabel = "ADDRESS:PORT", description = "An external address and port.")
        private String external;

        @Option(names = "--at", paramLabel = "TIME", description = AT)
        private Optional<String> time;

        @Mixin private PoolFile file;
        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws CommandFailedException {
            int colon = external.indexOf(':');
            OptionalInt ip =
                    colon < 0 ? OptionalInt.empty() : Ipv4.parse(external.substring(0, colon));
            int port =
                    PortRange.parse(external.substring(colon + 1))
                            .filter(range -> range.size() == 1)
                            .map(PortRange::first)
                            .orElse(0);
            if (ip.isEmpty() || port == 0) {
                throw bad(spec, external + " is no ADDRESS:PORT such as 203.0.113.1:40000");
            }
            RangeParameters parameters = parameters(file, spec, time);
            int addressIndex = parameters.addresses().indexOf(ip.getAsInt());
            DeterministicRanges ranges = parameters.ranges();
            if (addressIndex < 0) {
                throw new CommandFailedException(
                        external + ": the address is not in the pool of this configuration");
            }
            OptionalInt internalIp = ranges.internalIp(addressIndex, port);
            if (internalIp.isEmpty()) {
                throw new CommandFailedException(external + " " + whyNobody(ranges, port));
            }
            String internal = Ipv4.format(internalIp.getAsInt());
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("externalAddress", Ipv4.format(ip.getAsInt()));
            fields.put("externalPort", port);
            fields.put("internalAddress", internal);
            file.print(fields, external + " belongs to " + internal + ".");
            return ExitCode.SUCCESS;
        }

        private static String whyNobody(DeterministicRanges ranges, int port) {
            return ranges.isComputed(port)
                    ? "is in a range that no internal address has"
                    : "is in no range: ask the records (portreeve trace) who had it";
        }
    }

    /** Those of the file, or those that its node noted for a time. */
    private static RangeParameters parameters(
            PoolFile file, CommandSpec spec, Optional<String> time) throws CommandFailedException {
        NodeConfig config = file.read();
        if (time.isPresent()) {
            return noted(new RangeRecords(config.data()), GivenTime.at(spec, time.get()));
        }
        return RangeParameters.of(config.nat())
                .orElseThrow(() ->
                        new CommandFailedException(
                                "the pool of this configuration has no ranges: allocation is"
                                        + " neither deterministic nor static"));
    }

    private static RangeParameters noted(RangeRecords records, Instant time)
            throws CommandFailedException {
        try {
            RangeRecords.Entry entry =
                    records.at(time)
                            .orElseThrow(() ->
                                    new CommandFailedException(
                                            "%s says nothing of %s: the node noted no ranges until then"
                                                    .formatted(records.path(), time)));
            return entry.parameters()
                    .orElseThrow(() ->
                            new CommandFailedException(
                                    "the pool had no ranges at %s: ask portreeve trace"
                                            .formatted(time)));
        } catch (IOException e) {
            throw new CommandFailedException("the ranges of then cannot be read: " + e);
        }
    }

    private static ParameterException bad(CommandSpec spec, String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
