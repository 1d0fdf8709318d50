package org.portreeve.pcp.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: a datagram that comes from outside with a subscriber's source address is not heard by the
 * control socket. Method: a node between a subscriber and the Internet, all in namespaces, with the
 * kernel's own source check off; a plain socket on the same address shows that the forged datagram
 * does reach the host. Datagrams of one sender arrive in order, so what the sender's last datagram
 * finds unheard was not heard.
 */
@Tag("e2e")
class DeviceBindingTest {
    private static final String NODE_ADDRESS = "100.64.0.1";
    private static final String SUBSCRIBER_ADDRESS = "100.64.0.2";

    @Test
    @Timeout(60)
    void aForgedRequestFromOutsideIsNotHeard() throws Exception {
        try (var namespaces = new Namespaces()) {
            String sub = namespaces.add("sub");
            String node = namespaces.add("cgn");
            String inet = namespaces.add("inet");
            namespaces.cable(node, "inside0 100.64.0.1/24", sub, "eth0 100.64.0.2/24");
            namespaces.cable(node, "outside0 198.51.100.1/24", inet, "eth0 198.51.100.9/24");
            Namespaces.in(inet, "ip address add 100.64.0.2/32 dev lo");
            Namespaces.in(
                    inet, "ip route add 100.64.0.1 via 198.51.100.1 src " + SUBSCRIBER_ADDRESS);

            Process ears = startEars(node);
            try (BufferedReader said = ears.inputReader()) {
                assertEquals("listening", said.readLine());
                sendTo(inet, EarsMain.CONTROL_PORT, "forged");
                sendTo(inet, EarsMain.WITNESS_PORT, "forged");
                assertEquals(List.of("witness heard forged from 100.64.0.2"), lines(said, 1));

                sendTo(sub, EarsMain.CONTROL_PORT, "honest");
                assertEquals(List.of("control heard honest from 100.64.0.2"), lines(said, 1));
            } finally {
                ears.destroyForcibly().waitFor();
            }
        }
    }

    private static Process startEars(String namespace) throws IOException {
        return Namespaces.start(
                namespace,
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                EarsMain.class.getName(),
                NODE_ADDRESS);
    }

    private static void sendTo(String namespace, int port, String text) throws Exception {
        Namespaces.in(namespace, "echo " + text + " > /dev/udp/" + NODE_ADDRESS + "/" + port);
    }

    private static List<String> lines(BufferedReader said, int count) throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            lines.add(said.readLine());
        }
        return lines;
    }
}
