package org.portreeve.testkit.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the host must allow so that a lab can be built, in words that say which command fixes it.
 * Immutable.
 *
 * @param unshare how the namespaces are made: with the rights we have, or in a user namespace where
 *     an ordinary user is root
 * @param missing the first thing that is missing, with its remedy
 */
record Requirements(List<String> unshare, Optional<String> missing) {
    private static final Path TUN = Path.of("/dev/net/tun");

    /** As root, or with the capabilities of root. */
    static final List<String> PRIVILEGED = List.of("unshare", "-n", "-m", "-p");

    /** As an ordinary user: root only inside. */
    static final List<String> UNPRIVILEGED = List.of("unshare", "-U", "-r", "-n", "-m", "-p");

    /** Tries what the host allows. */
    static Requirements examine() {
        for (String program : List.of("unshare", "nsenter", "ip")) {
            if (!Commands.exist(program)) {
                return missing(
                        "The program %s is missing: install the packages iproute2 and util-linux."
                                .formatted(program));
            }
        }
        if (!Files.exists(TUN)) {
            return missing("There is no %s: run `modprobe tun` as root.".formatted(TUN));
        }
        if (works(PRIVILEGED)) {
            return new Requirements(PRIVILEGED, Optional.empty());
        }
        return works(UNPRIVILEGED) ? unprivileged() : missing(NO_NAMESPACES);
    }

    private static final String NO_NAMESPACES =
            """
            This host does not let an ordinary user make namespaces. Run the lab as root, or allow \
            it as root with whichever of these settings the host has:
              sysctl -w user.max_user_namespaces=15000
              sysctl -w kernel.unprivileged_userns_clone=1
              sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\
            """;

    private static Requirements unprivileged() {
        if (!Files.isReadable(TUN) || !Files.isWritable(TUN)) {
            return missing(
                    """
                    %s is closed to ordinary users. Run the lab as root, or open it as root:
                      chmod 0666 %s\
                    """
                            .formatted(TUN, TUN));
        }
        return new Requirements(UNPRIVILEGED, Optional.empty());
    }

    private static boolean works(List<String> unshare) {
        List<String> probe = new ArrayList<>(unshare);
        probe.addAll(List.of("--fork", "mount", "-t", "tmpfs", "tmpfs", "/run"));
        return Commands.run(probe, Commands.PATIENCE).succeeded();
    }

    private static Requirements missing(String sentence) {
        return new Requirements(List.of(), Optional.of(sentence));
    }
}
