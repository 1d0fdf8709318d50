package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.portreeve.daemon.config.LoadedConfig.Valid;

/**
 * What a new configuration changes in a node that runs with another one: live keys change, the
 * others keep their value until the next start. Immutable.
 *
 * @param inForce the configuration that holds from now on
 * @param changed what changes, one phrase for each key
 * @param waiting what waits for a restart, one phrase for each key
 */
public record ConfigChange(Valid inForce, List<String> changed, List<String> waiting) {
    private static final String LEFT_OUT = "left out";

    /** Takes copies of the lists. */
    public ConfigChange {
        changed = List.copyOf(changed);
        waiting = List.copyOf(waiting);
    }

    /** The step from one configuration to another. */
    public static ConfigChange between(Valid running, Valid wanted) {
        var changed = new ArrayList<String>();
        var waiting = new ArrayList<String>();
        SortedMap<String, String> values = new TreeMap<>(running.values());
        var paths = new TreeSet<>(running.values().keySet());
        paths.addAll(wanted.values().keySet());
        for (String path : paths) {
            String before = running.values().getOrDefault(path, LEFT_OUT);
            String after = wanted.values().getOrDefault(path, LEFT_OUT);
            if (before.equals(after)) {
                continue;
            }
            if (isLive(path)) {
                changed.add(path + ": " + step(path, before, after));
                values.remove(path);
                Optional.ofNullable(wanted.values().get(path))
                        .ifPresent(value -> values.put(path, value));
            } else {
                waiting.add(
                        path + ": " + after + " needs a restart; " + before + " stays in force");
            }
        }
        NodeConfig config = running.config().withLive(wanted.config());
        return new ConfigChange(new Valid(config, wanted.notes(), values), changed, waiting);
    }

    private static String step(String path, String before, String after) {
        return ConfigKeys.find(path).filter(ConfigKey::isConfidential).isPresent()
                ? "changed"
                : before + " -> " + after;
    }

    private static boolean isLive(String path) {
        return ConfigKeys.find(path).map(ConfigKey::isLive).orElse(false);
    }
}
