package org.portreeve.upnp.igd;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.portreeve.control.desk.Desk;
import org.portreeve.nat.Ipv4;

/**
 * The actions that tell of the connection, which a subscriber may look at and not change. Any
 * thread.
 */
public final class Connection {
    /** The one connection type of a gateway that translates. */
    public static final String TYPE = "IP_Routed";

    private static final Set<String> KNOWN_TYPES = Set.of("Unconfigured", TYPE, "IP_Bridged");

    /** What an interface without a profile value of its own is told to carry, in bits/s. */
    private static final String BIT_RATE = "1000000000";

    private final Desk desk;
    private final LongSupplier nowNs;
    private final long startNs;

    /** The connection of the hosts that this port control serves. */
    public Connection(Desk desk, LongSupplier nowNs) {
        this.desk = desk;
        this.nowNs = nowNs;
        this.startNs = nowNs.getAsLong();
    }

    /** GetExternalIPAddress: the host's own, paired now if it was not (IGD-ACT-005). */
    public CompletionStage<ActionOutcome> externalIpAddress(ActionCall call) {
        return externalIp(call.callerIp())
                .thenApply(ip -> new ActionOutcome.Done(Map.of("NewExternalIPAddress", ip)));
    }

    /** A host's external address in dotted quads, empty when it has none. */
    public CompletionStage<String> externalIp(int internalIp) {
        return desk.externalIp(internalIp).thenApply(Connection::format);
    }

    /** GetStatusInfo: connected means that the host has an external address. */
    public CompletionStage<ActionOutcome> statusInfo(ActionCall call) {
        long uptimeSeconds = TimeUnit.NANOSECONDS.toSeconds(nowNs.getAsLong() - startNs);
        return externalIp(call.callerIp())
                .thenApply(ip ->
                        new ActionOutcome.Done(
                                Map.of(
                                        "NewConnectionStatus",
                                        status(ip),
                                        "NewLastConnectionError",
                                        "ERROR_NONE",
                                        "NewUptime",
                                        Long.toString(uptimeSeconds))));
    }

    /** The value of ConnectionStatus for an external address. */
    public static String status(String externalIp) {
        return externalIp.isEmpty() ? "Disconnected" : "Connected";
    }

    /** GetConnectionTypeInfo. */
    public CompletionStage<ActionOutcome> connectionTypeInfo(ActionCall call) {
        return done(Map.of("NewConnectionType", TYPE, "NewPossibleConnectionTypes", TYPE));
    }

    /** GetNATRSIPStatus. */
    public CompletionStage<ActionOutcome> natRsipStatus(ActionCall call) {
        return done(Map.of("NewRSIPAvailable", "0", "NewNATEnabled", "1"));
    }

    /** SetConnectionType: it is as it is. */
    public CompletionStage<ActionOutcome> setConnectionType(ActionCall call) {
        boolean isKnown = KNOWN_TYPES.contains(call.text("NewConnectionType"));
        return CompletableFuture.completedStage(
                isKnown
                        ? call.refuse(IgdFault.ACTION_FAILED, IgdFault.READ_ONLY)
                        : call.refuse(IgdFault.INVALID_ARGS, IgdFault.ARGUMENT_OUT_OF_RANGE));
    }

    /** RequestConnection: it is there, or asking does not bring it. */
    public CompletionStage<ActionOutcome> requestConnection(ActionCall call) {
        return externalIp(call.callerIp())
                .thenApply(ip ->
                        ip.isEmpty()
                                ? ActionOutcome.failed(IgdFault.ACTION_FAILED)
                                : ActionOutcome.done());
    }

    /** ForceTermination: a host cannot take the translator down. */
    public CompletionStage<ActionOutcome> forceTermination(ActionCall call) {
        return CompletableFuture.completedStage(
                call.refuse(IgdFault.ACTION_FAILED, IgdFault.NOT_AUTHORIZED));
    }

    /** GetCommonLinkProperties. */
    public CompletionStage<ActionOutcome> commonLinkProperties(ActionCall call) {
        return done(
                Map.of(
                        "NewWANAccessType",
                        "Ethernet",
                        "NewLayer1UpstreamMaxBitRate",
                        BIT_RATE,
                        "NewLayer1DownstreamMaxBitRate",
                        BIT_RATE,
                        "NewPhysicalLinkStatus",
                        "Up"));
    }

    private static String format(OptionalInt externalIp) {
        return externalIp.isPresent() ? Ipv4.format(externalIp.getAsInt()) : "";
    }

    private static CompletionStage<ActionOutcome> done(Map<String, String> results) {
        return CompletableFuture.completedStage(new ActionOutcome.Done(results));
    }
}
