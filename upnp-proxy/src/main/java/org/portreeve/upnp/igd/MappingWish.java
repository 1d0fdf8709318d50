package org.portreeve.upnp.igd;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.control.Description;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/**
 * The mapping that AddPortMapping or AddAnyPortMapping asks for, checked. Immutable.
 *
 * @param internal what is to be reached: a port of the caller
 * @param externalPort the wish, 0 for any
 * @param leaseSeconds 1 to {@link #MAX_LEASE_SECONDS}
 * @param permanent whether the control point asked for a lease without an end
 */
record MappingWish(
        InternalTuple internal,
        int externalPort,
        String description,
        long leaseSeconds,
        boolean permanent) {
    /** WANIPConnection:2 §2.3.16: the longest lease; 0 stands for it, and longer ones are cut. */
    static final long MAX_LEASE_SECONDS = 604_800;

    /** WANIPConnection:2 §1.2: the first port of control points without a role. */
    private static final int FIRST_PUBLIC_PORT = 1024;

    private static final String IPV4_MAPPED = "::ffff:";
    private static final String BROADCAST = "255.255.255.255";

    /** What was read. */
    sealed interface Read {
        /** A wish that may be asked of port control. */
        record Accepted(MappingWish wish) implements Read {}

        /** A wish that is refused whatever port control holds. */
        record Refused(ActionOutcome outcome) implements Read {}
    }

    /**
     * Reads the arguments.
     *
     * @param anyPort whether external port 0 stands for any port, as AddAnyPortMapping has it
     */
    static Read read(ActionCall call, boolean anyPort) {
        OptionalInt protocol = protocol(call.text("NewProtocol"));
        int externalPort = (int) call.number("NewExternalPort");
        int internalPort = (int) call.number("NewInternalPort");
        // WANIPConnection:2 §2.5.23: the most specific error first.
        if (protocol.isEmpty()) {
            return refuse(call, IgdFault.INVALID_ARGS, IgdFault.ARGUMENT_OUT_OF_RANGE);
        }
        if (externalPort == 0 && !anyPort) {
            IgdFault fault = IgdFault.WILDCARD_NOT_PERMITTED_IN_EXTERNAL_PORT;
            return refuse(call, fault, fault);
        }
        if (internalPort == 0) {
            return refuse(
                    call, IgdFault.INVALID_ARGS, IgdFault.WILDCARD_NOT_PERMITTED_IN_INTERNAL_PORT);
        }
        Optional<IgdFault> unsupported = unsupported(call);
        if (unsupported.isPresent()) {
            return refuse(call, unsupported.get(), unsupported.get());
        }
        if (!isOwn(call)
                || internalPort < FIRST_PUBLIC_PORT
                || (externalPort != 0 && externalPort < FIRST_PUBLIC_PORT)) {
            return refuse(call, IgdFault.CONFLICT_IN_MAPPING_ENTRY, IgdFault.NOT_AUTHORIZED);
        }
        long asked = call.number("NewLeaseDuration");
        return new Read.Accepted(
                new MappingWish(
                        InternalTuple.of(protocol.getAsInt(), call.callerIp(), internalPort),
                        externalPort,
                        Description.sanitised(call.text("NewPortMappingDescription")),
                        asked == 0 ? MAX_LEASE_SECONDS : Math.min(asked, MAX_LEASE_SECONDS),
                        asked == 0 && call.version() == IgdVersion.V1));
    }

    /** The number of a protocol that can be mapped; some control points write it in small. */
    static OptionalInt protocol(String name) {
        return switch (name.strip().toUpperCase(Locale.ROOT)) {
            case "TCP" -> OptionalInt.of(Protocol.TCP);
            case "UDP" -> OptionalInt.of(Protocol.UDP);
            default -> OptionalInt.empty();
        };
    }

    /** Whether a remote host stands for all; some control points write a star or zeros. */
    static boolean isAnyRemoteHost(String remoteHost) {
        String host = remoteHost.strip();
        return host.isEmpty() || host.equals("*") || host.equals("0.0.0.0");
    }

    /** What no version of the service gets here. */
    private static Optional<IgdFault> unsupported(ActionCall call) {
        if (internalClient(call).isEmpty() && call.version() == IgdVersion.V2) {
            return Optional.of(IgdFault.WILDCARD_NOT_PERMITTED_IN_SOURCE_IP);
        }
        // A disabled mapping or one for a single remote host that was granted as a plain one would
        // let in what its owner keeps out.
        boolean isPlain =
                call.flag("NewEnabled")
                        && isAnyRemoteHost(call.text("NewRemoteHost"))
                        && !internalClient(call).equals(BROADCAST);
        return isPlain ? Optional.empty() : Optional.of(IgdFault.ACTION_FAILED);
    }

    /** A host maps to itself alone; version 1 has an empty client stand for the caller. */
    private static boolean isOwn(ActionCall call) {
        String client = internalClient(call);
        return client.isEmpty() || Ipv4.parse(client).equals(OptionalInt.of(call.callerIp()));
    }

    private static String internalClient(ActionCall call) {
        String client = call.text("NewInternalClient").strip().toLowerCase(Locale.ROOT);
        return client.startsWith(IPV4_MAPPED) ? client.substring(IPV4_MAPPED.length()) : client;
    }

    private static Read refuse(ActionCall call, IgdFault inVersion1, IgdFault inVersion2) {
        return new Read.Refused(call.refuse(inVersion1, inVersion2));
    }
}
