package org.portreeve.nat.io.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node has left in the kernel, this one or one before it: everything of it carries {@link
 * RoutePlan#PROTOCOL}. Immutable.
 *
 * @param rulePriorities the priority of each rule, in order; one for each rule that has it
 * @param tables the tables that have routes
 * @param devices the devices that these routes lead to
 */
record InstalledRoutes(List<Integer> rulePriorities, Set<Integer> tables, Set<String> devices) {
    private static final Pattern RULE =
            Pattern.compile("(\\d+):.*\\bproto " + RoutePlan.PROTOCOL + "\\b.*");
    private static final Pattern TABLE = Pattern.compile("\\btable (\\d+)\\b");
    private static final Pattern DEVICE = Pattern.compile("\\bdev (\\S+)");

    /** Nothing was found. */
    static final InstalledRoutes NONE = new InstalledRoutes(List.of(), Set.of(), Set.of());

    /** Takes copies. */
    InstalledRoutes {
        rulePriorities = List.copyOf(rulePriorities);
        tables = Set.copyOf(tables);
        devices = Set.copyOf(devices);
    }

    /**
     * Reads the lists of iproute2 with numbers for names: of all rules, and of the routes of all
     * tables that have our protocol.
     */
    static InstalledRoutes parse(String rules, String routes) {
        List<Integer> priorities = new ArrayList<>();
        for (String line : rules.lines().toList()) {
            Matcher rule = RULE.matcher(line);
            if (rule.matches()) {
                priorities.add(Integer.valueOf(rule.group(1)));
            }
        }
        Set<Integer> tables = new TreeSet<>();
        TABLE.matcher(routes).results().forEach(m -> tables.add(Integer.valueOf(m.group(1))));
        Set<String> devices = new TreeSet<>();
        DEVICE.matcher(routes).results().forEach(m -> devices.add(m.group(1)));
        return new InstalledRoutes(priorities, tables, devices);
    }
}
