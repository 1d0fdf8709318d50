package org.portreeve.testkit.lab;

/** The shell script that the lab's holder runs: builds the namespaces, then waits for its end. */
final class Topology {
    /** What the holder prints when everything is there. */
    static final String UP = "lab is up";

    // The first process of a process namespace: `kill -9 -1` ends all others and spares itself.
    // `ip netns` keeps its names under /run, which is private here. Offloads of veth: GRO at the
    // node's ends makes bulk TCP cross the translator as large packets, as it does on real cards.
    private static final String SCRIPT =
            """
            set -e
            directory=$1
            trap '' INT
            finish() { kill -9 -1 2>/dev/null || :; wait || :; rm -rf "$directory"; }
            trap finish EXIT
            mount -t tmpfs tmpfs /run
            mount -t proc proc /proc 2>/dev/null || :
            for name in sub cgn inet; do
                ip netns add $name
                ip netns exec $name sh -c '
                    echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
                    echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null || :
                ip -n $name link set lo up
            done
            ip link add eth-in netns cgn type veth peer name eth0 netns sub
            ip link add eth-out netns cgn type veth peer name eth0 netns inet
            ip -n cgn addr add 100.64.0.1/10 dev eth-in
            ip -n cgn addr add 203.0.113.1/24 dev eth-out
            last=$((1 + SUBSCRIBERS))
            for host in $(seq 2 $last); do ip -n sub addr add 100.64.0.$host/10 dev eth0; done
            ip -n inet addr add 203.0.113.2/24 dev eth0
            ip -n inet addr add 203.0.113.3/24 dev eth0
            ip -n cgn link set eth-in up
            ip -n cgn link set eth-out up
            ip -n sub link set eth0 up
            ip -n inet link set eth0 up
            ip -n sub route add default via 100.64.0.1
            ip -n sub route add local 100.72.0.0/16 dev lo
            ip -n cgn route add 100.72.0.0/16 via 100.64.0.2
            ip -n inet route add local 203.0.113.128/25 dev lo
            ip -n inet route add 198.51.100.0/28 via 203.0.113.1
            ip -n inet route add 11.0.0.0/28 via 203.0.113.1
            ip netns exec cgn sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
            if command -v ethtool >/dev/null; then
                ip netns exec cgn ethtool -K eth-in gro on
                ip netns exec cgn ethtool -K eth-out gro on
            fi >/dev/null 2>&1
            echo "UP"
            cat >/dev/null
            """;

    private Topology() {}

    static String script(LabOptions options) {
        return SCRIPT.replace("SUBSCRIBERS", Integer.toString(options.subscribers()))
                .replace("\"UP\"", "\"" + UP + "\"");
    }
}
