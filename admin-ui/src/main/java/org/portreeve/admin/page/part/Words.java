package org.portreeve.admin.page.part;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;

/** How pages write numbers, addresses, durations and other people's words. Any thread. */
public final class Words {
    private static final char REPLACEMENT = '\ufffd';

    // Persian and others are written with these; they turn no direction.
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Words() {}

    /** A count with its thousands apart by a narrow space, which no country reads as a point. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
    }

    /** A count and what is counted. */
    public static String counted(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }

    /** A duration in its two greatest units. */
    public static String duration(long seconds) {
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        if (seconds < HOUR) {
            return two(seconds / MINUTE, "min", seconds % MINUTE, "s");
        }
        if (seconds < DAY) {
            return two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min");
        }
        return two(seconds / DAY, "d", seconds % DAY / HOUR, "h");
    }

    private static String two(long great, String unit, long small, String smallUnit) {
        return great + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    /** An address and a port. */
    public static String endpoint(int ip, int port) {
        return Ipv4.format(ip) + ":" + port;
    }

    /** An address and the ports from one on. */
    public static String endpoint(int ip, int port, int portCount) {
        String last = portCount == 1 ? "" : "-" + (port + portCount - 1);
        return endpoint(ip, port) + last;
    }

    /** The internal address and ports of a mapping. */
    public static String internal(MappingView view) {
        InternalTuple first = view.internal();
        return endpoint(first.internalIp(), first.internalPort(), view.portCount());
    }

    /** The external address and ports of a mapping. */
    public static String external(MappingView view) {
        return endpoint(view.externalIp(), view.externalPort(), view.portCount());
    }

    /** The internal address and port of a tuple. */
    public static String internal(InternalTuple internal) {
        return endpoint(internal.internalIp(), internal.internalPort());
    }

    /** Who asked for a mapping. */
    public static String origin(MappingOrigin origin) {
        return switch (origin) {
            case STATIC -> "Reservation";
            case PCP -> "PCP";
            case PEER -> "PEER of PCP";
            case NAT_PMP -> "NAT-PMP";
            case UPNP -> "UPnP";
        };
    }

    /** A role, in lower case. */
    public static String role(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** What a role may do, as the end of a sentence. */
    public static String permissions(Role role) {
        return switch (role) {
            case VIEWER -> "see all but the audit";
            case AUDITOR -> "see all, with the audit";
            case OPERATOR -> "change what is mapped";
            case ADMIN -> "change users too";
        };
    }

    /**
     * What somebody else wrote, so that it cannot pretend to be part of the page: control
     * characters, and those that turn the direction of writing (Unicode Annex 9), show as such.
     */
    public static String said(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isHarmless(c) ? c : REPLACEMENT));
        return out.toString();
    }

    private static boolean isHarmless(int codePoint) {
        int type = Character.getType(codePoint);
        return codePoint == ZERO_WIDTH_NON_JOINER
                || codePoint == ZERO_WIDTH_JOINER
                || (type != Character.CONTROL
                        && type != Character.FORMAT
                        && type != Character.SURROGATE
                        && type != Character.LINE_SEPARATOR
                        && type != Character.PARAGRAPH_SEPARATOR);
    }

    /** Text as a part of a path or a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
