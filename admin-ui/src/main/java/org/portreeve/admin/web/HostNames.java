package org.portreeve.admin.web;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Names that requests may call this node by, so that no other name can be made to point here in a
 * browser (DNS rebinding). Addresses are always its own: they cannot be rebound. Immutable.
 */
public final class HostNames {
    private static final Pattern ADDRESS =
            Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+])");

    private final Set<String> names;
    private final boolean any;

    private HostNames(Set<String> names, boolean any) {
        this.names = Set.copyOf(names);
        this.any = any;
    }

    /** These names, which may begin with a wildcard label, and {@code localhost}. */
    public static HostNames of(Set<String> names) {
        var all = new TreeSet<String>();
        names.forEach(name -> all.add(name.toLowerCase(Locale.ROOT)));
        all.add("localhost");
        return new HostNames(all, false);
    }

    /** Whatever a program wrote: no browser comes this way. */
    public static HostNames any() {
        return new HostNames(Set.of(), true);
    }

    /** Whether a Host header names this node. */
    boolean isOwn(String host) {
        if (any) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d{1,5}$", "");
        int dot = name.indexOf('.');
        return ADDRESS.matcher(name).matches()
                || names.contains(name)
                || (dot > 0 && names.contains("*" + name.substring(dot)));
    }
}
