package org.portreeve.upnp.gena;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;

/** Reads where events are to be sent. Pure. */
final class Callbacks {
    /** URLs of one subscription, tried in order. */
    static final int MAX_URLS = 4;

    private static final int MAX_LENGTH = 2048;
    private static final int HTTP_PORT = 80;
    private static final Pattern LIST = Pattern.compile("\\s*(<[^<>]*>\\s*)+");
    private static final Pattern URL = Pattern.compile("<([^<>]*)>");

    private Callbacks() {}

    /** What was read. */
    sealed interface Read {
        /** One URL at least, all of them at the host that asks. */
        record Accepted(List<Callback> urls) implements Read {}

        /** Events were to go to somebody else. */
        record Foreign() implements Read {}

        /** No list of URLs. */
        record Malformed() implements Read {}
    }

    /** A place at the subscriber. Immutable. */
    record Callback(int port, String path) {}

    /**
     * Reads a CALLBACK header. Every URL must be HTTP and its host the literal address of who asks:
     * otherwise the gateway would knock wherever it is told to.
     */
    static Read read(String header, int callerIp) {
        if (header.length() > MAX_LENGTH || !LIST.matcher(header).matches()) {
            return new Read.Malformed();
        }
        var urls = new ArrayList<Callback>();
        Matcher each = URL.matcher(header);
        while (each.find()) {
            if (urls.size() == MAX_URLS) {
                return new Read.Malformed();
            }
            try {
                URI uri = new URI(each.group(1).strip());
                if (!isHttp(uri)) {
                    return new Read.Malformed();
                }
                if (!Ipv4.parse(uri.getHost()).equals(OptionalInt.of(callerIp))) {
                    return new Read.Foreign();
                }
                urls.add(new Callback(port(uri), path(uri)));
            } catch (URISyntaxException e) {
                return new Read.Malformed();
            }
        }
        return new Read.Accepted(List.copyOf(urls));
    }

    private static boolean isHttp(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme())
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getPort() != 0
                && uri.getPort() <= PortRange.MAX_PORT;
    }

    private static int port(URI uri) {
        return uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
    }

    private static String path(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
}
