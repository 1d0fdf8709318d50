package org.portreeve.daemon.config;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.PortRange;

/**
 * The values of all keys, given or default, by their type. Only used for values that the document
 * has checked. Immutable.
 */
final class Settings {
    private final Map<String, GivenValue> given;
    private final Map<String, Integer> groups;

    /**
     * Settings of a file.
     *
     * @param groups the line of each profile and each element of a list, by path
     */
    Settings(Map<String, GivenValue> given, Map<String, Integer> groups) {
        this.given = Map.copyOf(given);
        this.groups = Map.copyOf(groups);
    }

    /** The names of all profiles, the default one first. */
    List<String> profiles() {
        var names = new TreeSet<String>();
        for (String path : groups.keySet()) {
            if (ConfigPath.isProfile(path)) {
                names.add(path.substring(ConfigPath.PROFILES.length() + 1));
            }
        }
        names.remove(Profile.DEFAULT);
        return Stream.concat(Stream.of(Profile.DEFAULT), names.stream()).toList();
    }

    /** How many subscribers have names. */
    int subscriberCount() {
        int count = 0;
        while (groups.containsKey(ConfigPath.subscriber(count))) {
            count++;
        }
        return count;
    }

    /** The value of each key that is given, and of all others that a file can give once. */
    SortedMap<String, String> written() {
        var values = new TreeMap<String, String>();
        for (ConfigKey key : ConfigKeys.ALL) {
            if (!key.path().contains("*") && !key.path().startsWith(ConfigPath.SUBSCRIBERS)) {
                values.put(key.path(), written(key.path()));
            } else if (key.path().contains("*")) {
                profiles().stream()
                        .filter(name -> key.isLive() || name.equals(Profile.DEFAULT))
                        .map(name -> key.path().replace("*", name))
                        .forEach(path -> values.put(path, written(path)));
            }
        }
        given.forEach((path, value) -> values.put(path, value.text()));
        return values;
    }

    boolean isGiven(String path) {
        return given.containsKey(path);
    }

    /** The line of a key or a group, 0 when it was left out. */
    int line(String path) {
        return isGiven(path) ? given.get(path).line() : groups.getOrDefault(path, 0);
    }

    List<String> texts(String path) {
        if (isGiven(path)) {
            return given.get(path).texts();
        }
        String inherited = ConfigPath.inDefaultProfile(path);
        if (isGiven(inherited)) {
            return given.get(inherited).texts();
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
