package org.portreeve.daemon.config;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.portreeve.nat.PortRange;

/**
 * The values of all keys, given or default, by their type. Only used for values that the document
 * has checked. Immutable.
 */
final class Settings {
    private final Map<String, GivenValue> given;

    Settings(Map<String, GivenValue> given) {
        this.given = Map.copyOf(given);
    }

    boolean isGiven(String path) {
        return given.containsKey(path);
    }

    /** The line of a key, 0 when it was left out. */
    int line(String path) {
        return isGiven(path) ? given.get(path).line() : 0;
    }

    List<String> texts(String path) {
        if (isGiven(path)) {
            return given.get(path).texts();
        }
        return ConfigKeys.find(path)
                .orElseThrow(() -> new IllegalArgumentException("no such key: " + path))
                .defaults();
    }

    String text(String path) {
        return texts(path).getFirst();
    }

    /** The value as it was written, lists joined. */
    String written(String path) {
        return String.join(", ", texts(path));
    }

    boolean isTrue(String path) {
        return text(path).equals("true");
    }

    boolean isAuto(String path) {
        return text(path).equals("auto");
    }

    int whole(String path) {
        return Math.toIntExact(Long.parseLong(text(path)));
    }

    long seconds(String path) {
        return ValueKind.Span.seconds(text(path)).orElseThrow();
    }

    long nanos(String path) {
        return TimeUnit.SECONDS.toNanos(seconds(path));
    }

    PortRange ports(String path) {
        return PortRange.parse(text(path)).orElseThrow();
    }
}
