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
import org.portreeve.nat.config.Pool;

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
        return elements(ConfigPath.SUBSCRIBERS).size();
    }

    /** The applications of a profile: its own list, or else that of the default profile. */
    List<String> applications(String profile) {
        String own = ConfigPath.applications(profile);
        return elements(groups.containsKey(own) ? own : ConfigPath.applications(Profile.DEFAULT));
    }

    /** The elements of a list of groups, as paths. */
    List<String> elements(String list) {
        return Stream.iterate(0, position -> position + 1)
                .map(position -> ConfigPath.element(list, position))
                .takeWhile(groups::containsKey)
                .toList();
    }

    /** The value of each key that is given, and of all others that a file can give once. */
    SortedMap<String, String> written() {
        var values = new TreeMap<String, String>();
        for (ConfigKey key : ConfigKeys.ALL) {
            if (!key.path().contains("*") && !ConfigPath.isInList(key.path())) {
                values.put(key.path(), written(key.path()));
            } else if (key.path().contains("*") && !key.path().contains("[]")) {
                profiles().stream()
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

    /** A range of ports; {@link Pool#NO_PORTS} for none. */
    PortRange ports(String path) {
        return text(path).equals(ValueKind.Ports.NONE)
                ? Pool.NO_PORTS
                : PortRange.parse(text(path)).orElseThrow();
    }
}
