package org.portreeve.daemon.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.pcp.AddressPrefix;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.RealmId;

/** What the text of a key may be, and the phrase that says so. Immutable. */
sealed interface ValueKind {
    /** Whether one piece of text is of this kind. */
    boolean accepts(String text);

    /** The phrase for people: what is allowed. */
    String allowed();

    /** A flag. */
    record Flag() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return text.equals("true") || text.equals("false");
        }

        @Override
        public String allowed() {
            return "true or false";
        }
    }

    /** One of a few words. */
    record Choice(List<String> words) implements ValueKind {
        static Choice of(String... words) {
            return new Choice(List.of(words));
        }

        @Override
        public boolean accepts(String text) {
            return words.contains(text);
        }

        @Override
        public String allowed() {
            return "one of " + String.join(", ", words);
        }
    }

    /** A whole number with its bounds; {@code auto} where the node may choose. */
    record Whole(long least, long most, boolean orAuto) implements ValueKind {
        @Override
        public boolean accepts(String text) {
            if (text.equals("auto")) {
                return orAuto;
            }
            return text.matches("[0-9]{1,10}")
                    && least <= Long.parseLong(text)
                    && Long.parseLong(text) <= most;
        }

        @Override
        public String allowed() {
            return (orAuto ? "auto, or a" : "a") + " whole number from " + least + " to " + most;
        }
    }

    /** A length of time with a unit, kept in nanoseconds. */
    record Span(long leastSeconds, long mostSeconds, String why) implements ValueKind {
        private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

        @Override
        public boolean accepts(String text) {
            OptionalLong seconds = seconds(text);
            return seconds.isPresent()
                    && leastSeconds <= seconds.getAsLong()
                    && seconds.getAsLong() <= mostSeconds;
        }

        @Override
        public String allowed() {
            String bounds = "a time from " + leastSeconds + "s to " + mostSeconds + "s, with s, m,";
            return bounds + " h or d" + (why.isEmpty() ? "" : " (" + why + ")");
        }

        /** The seconds of text such as {@code 300s}, {@code 5m}, {@code 24h}, {@code 1d}. */
        static OptionalLong seconds(String text) {
            Matcher matcher = SHAPE.matcher(text);
            if (!matcher.matches()) {
                return OptionalLong.empty();
            }
            long factor =
                    switch (matcher.group(2)) {
                        case "s" -> 1;
                        case "m" -> 60;
                        case "h" -> 3_600;
                        default -> 86_400;
                    };
            return OptionalLong.of(Long.parseLong(matcher.group(1)) * factor);
        }
    }

    /** A well-known port and a time, such as {@code 53 10s}. */
    record PortTime() implements ValueKind {
        private static final Span TIME = new Span(PortTimer.MIN_SECONDS, 86_400, "");

        @Override
        public boolean accepts(String text) {
            return timer(text).isPresent();
        }

        @Override
        public String allowed() {
            return "a port from 0 to %d and %s: 53 10s"
                    .formatted(PortTimer.MAX_PORT, TIME.allowed());
        }

        /** The timer of text of this kind. */
        static Optional<PortTimer> timer(String text) {
            String[] words = text.split(" ", -1);
            return words.length == 2 && TIME.accepts(words[1])
                    ? PortTimer.parsePort(words[0])
                            .map(port -> new PortTimer(port, nanos(words[1])))
                    : Optional.empty();
        }

        private static long nanos(String time) {
            return TimeUnit.SECONDS.toNanos(Span.seconds(time).orElseThrow());
        }
    }

    /** External ports; {@code none} where there need not be any. */
    record Ports(boolean orNone) implements ValueKind {
        static final String NONE = "none";

        @Override
        public boolean accepts(String text) {
            if (text.equals(NONE)) {
                return orNone;
            }
            Optional<PortRange> range = PortRange.parse(text);
            return range.isPresent() && range.get().first() > 0;
        }

        @Override
        public String allowed() {
            return (orNone ? "none, or a" : "a")
                    + " port or a range of ports such as 1024-65535, within 1 to 65535";
        }
    }

    /** An IPv4 prefix. */
    record Network() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return Prefix.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "an IPv4 prefix such as 100.64.0.0/10, with zero host bits";
        }
    }

    /** A prefix of either family. */
    record AnyNetwork() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return AddressPrefix.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "a prefix such as 192.0.2.9/32 or 2001:db8::9/128, with zero host bits";
        }
    }

    /** The identifier of a realm. */
    record Identifier() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return RealmId.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "a text, or 0x and two hexadecimal digits for each octet; at most "
                    + RealmId.MAX_BYTES
                    + " octets";
        }
    }

    /** The prefix of a NAT64, maybe with the IPv4 prefixes that it is for. */
    record Prefix64() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return Nat64Prefix.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "an IPv6 prefix of /32, /40, /48, /56, /64 or /96, after it the IPv4 prefixes it"
                    + " is for where it is not for all: 64:ff9b::/96, or 2001:db8:64::/96"
                    + " 192.0.2.0/24 198.51.100.0/24";
        }
    }

    /** Remote endpoints: a prefix, maybe of one protocol, maybe of some ports. */
    record Destinations() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return PassThrough.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "a prefix, after it tcp or udp where only that is meant, then a port or range"
                    + " where not all are: 203.0.113.0/28, or 203.0.113.9/32 udp 53";
        }
    }

    /** Addresses of a pool: a prefix, a range, or a single one. */
    record PoolAddresses() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return AddressRange.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "an IPv4 address, prefix (198.51.100.0/28) or range (198.51.100.1-198.51.100.9)";
        }
    }

    /** An external address of a single host; {@code none} where there need not be one. */
    record ExternalAddress() implements ValueKind {
        static final String NONE = "none";

        private static final int FIRST_MULTICAST = 224;
        private static final int LOOPBACK = 127;

        @Override
        public boolean accepts(String text) {
            OptionalInt ip = Ipv4.parse(text);
            return text.equals(NONE) || (ip.isPresent() && isOfHost(ip.getAsInt() >>> 24));
        }

        private static boolean isOfHost(int firstOctet) {
            return firstOctet != 0 && firstOctet != LOOPBACK && firstOctet < FIRST_MULTICAST;
        }

        @Override
        public String allowed() {
            return "none, or an IPv4 address that a host can have, such as 198.51.100.9";
        }
    }

    /** An address of this host, of either family. */
    record HostAddress() implements ValueKind {
        private static final String LINK_LOCAL = "fe80:";

        static Optional<PcpAddress> parse(String text) {
            OptionalInt ip = Ipv4.parse(text);
            if (ip.isPresent()) {
                return Optional.of(PcpAddress.ofIpv4(ip.getAsInt()));
            }
            boolean isPlain = text.contains(":") && !text.contains("%");
            if (!isPlain || text.toLowerCase(Locale.ROOT).startsWith(LINK_LOCAL)) {
                return Optional.empty();
            }
            try {
                return Optional.of(InetAddress.ofLiteral(text))
                        .filter(Inet6Address.class::isInstance)
                        .map(PcpAddress::of);
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        @Override
        public boolean accepts(String text) {
            return parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "an IPv4 or IPv6 address such as 100.64.0.1 or 2001:db8::1, not a link-local one";
        }
    }

    /** An address and a port of this host. */
    record Listen() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return Endpoint.parse(text).isPresent();
        }

        @Override
        public String allowed() {
            return "ADDRESS:PORT such as 127.0.0.1:9464";
        }
    }

    /** A name of a network interface, as Linux limits it. */
    record Device() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return text.matches("[A-Za-z0-9_.@-]{1,15}") && !text.equals(".") && !text.equals("..");
        }

        @Override
        public String allowed() {
            return "a network interface name of at most 15 characters";
        }
    }

    /** The stem of our own device names; {@code -in} and {@code -out} are added to it. */
    record DeviceStem() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return text.matches("[A-Za-z][A-Za-z0-9_-]{0,10}");
        }

        @Override
        public String allowed() {
            return "a name of at most 11 letters, digits, - and _";
        }
    }

    /** A name. */
    record Name() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
        }

        @Override
        public String allowed() {
            return "a name of letters, digits, dots and dashes, at most 63";
        }
    }

    /** A name of a profile; no dots, so that it can stand in the name of a key. */
    record ProfileName() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return text.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,31}");
        }

        @Override
        public String allowed() {
            return "a name of letters, digits, - and _, at most 32";
        }
    }

    /** A directory or file. */
    record File() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            try {
                return !Path.of(text).toString().isEmpty();
            } catch (InvalidPathException _) {
                return false;
            }
        }

        @Override
        public String allowed() {
            return "a path of the file system";
        }
    }

    /** Text that this version does not read; only its default is accepted. */
    record Text() implements ValueKind {
        @Override
        public boolean accepts(String text) {
            return true;
        }

        @Override
        public String allowed() {
            return "text";
        }
    }
}
