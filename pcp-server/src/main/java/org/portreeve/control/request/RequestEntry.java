package org.portreeve.control.request;

import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/**
 * A request and what it was told. Immutable.
 *
 * @param wallMillis when it was answered, since 1970
 * @param protocol which protocol it came by
 * @param clientIp the internal address that sent it
 */
public record RequestEntry(
        long wallMillis, MappingOrigin protocol, int clientIp, Asked asked, Told told) {
    /** What was asked for. */
    public sealed interface Asked {
        /** The same for people. */
        String sentence();

        /**
         * A mapping, or its end.
         *
         * @param internal what was to be reached; its port is 0 for all ports of the protocol
         * @param suggestedPort the external port that was wished for, 0 for none
         * @param lifetimeSeconds 0 for its end
         * @param portCount how many ports from its own on
         */
        record Mapping(
                InternalTuple internal, int suggestedPort, long lifetimeSeconds, int portCount)
                implements Asked {
            /** One port. */
            public Mapping(InternalTuple internal, int suggestedPort, long lifetimeSeconds) {
                this(internal, suggestedPort, lifetimeSeconds, 1);
            }

            @Override
            public String sentence() {
                String port = internal.internalPort() == 0 ? "all ports" : ports();
                String what = port + " of " + Ipv4.format(internal.internalIp());
                String named = protocol() + " " + what;
                if (lifetimeSeconds == 0) {
                    return "end " + named;
                }
                String wish = suggestedPort == 0 ? "" : " as external port " + suggestedPort;
                return "map " + named + wish + " for " + lifetimeSeconds + " s";
            }

            private String ports() {
                return portCount == 1
                        ? "port " + internal.internalPort()
                        : portCount + " ports from " + internal.internalPort();
            }

            /** RFC 6887 §11.1: 0 stands for all of them. */
            private String protocol() {
                return internal.protocol() == 0
                        ? "every protocol,"
                        : Protocol.name(internal.protocol());
            }
        }

        /**
         * To keep a session with a remote peer.
         *
         * @param internal the host's side
         * @param lifetimeSeconds 0 only asked how long it lives
         */
        record Session(InternalTuple internal, int remoteIp, int remotePort, long lifetimeSeconds)
                implements Asked {
            @Override
            public String sentence() {
                String what =
                        Protocol.name(internal.protocol())
                                + " port "
                                + internal.internalPort()
                                + " of "
                                + Ipv4.format(internal.internalIp())
                                + " towards "
                                + Ipv4.format(remoteIp)
                                + ":"
                                + remotePort;
                return lifetimeSeconds == 0
                        ? "tell of " + what
                        : "keep " + what + " for " + lifetimeSeconds + " s";
            }
        }

        /** Something that was answered before it was looked at as a whole. */
        record Undecided() implements Asked {
            @Override
            public String sentence() {
                return "not looked at";
            }
        }
    }

    /** What was answered. */
    public sealed interface Told {
        /** The name of the result. */
        String result();

        /** What was given, or why not, for people. */
        String sentence();

        /**
         * The mapping was made or renewed.
         *
         * @param portCount how many external ports it has from its own on
         */
        record Granted(int externalIp, int externalPort, long lifetimeSeconds, int portCount)
                implements Told {
            /** One of one port. */
            public Granted(int externalIp, int externalPort, long lifetimeSeconds) {
                this(externalIp, externalPort, lifetimeSeconds, 1);
            }

            @Override
            public String result() {
                return "GRANTED";
            }

            @Override
            public String sentence() {
                String last = portCount == 1 ? "" : "-" + (externalPort + portCount - 1);
                String external = Ipv4.format(externalIp) + ":" + externalPort + last;
                return lifetimeSeconds == MappingView.FOREVER
                        ? external + ", without an end"
                        : external + " for " + lifetimeSeconds + " s";
            }
        }

        /** It is over, or ends in so many seconds. */
        record Deleted(long lifetimeSeconds) implements Told {
            @Override
            public String result() {
                return "DELETED";
            }

            @Override
            public String sentence() {
                return lifetimeSeconds == 0 ? "ended" : "ends in " + lifetimeSeconds + " s";
            }
        }

        /**
         * No.
         *
         * @param result the name of the result
         * @param reason a sentence for people
         */
        record Refused(String result, String reason) implements Told {
            @Override
            public String sentence() {
                return reason;
            }
        }
    }
}
