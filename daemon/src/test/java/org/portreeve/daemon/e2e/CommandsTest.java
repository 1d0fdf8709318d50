package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpRequests;

/** What an operator asks a running node through its control socket. */
@Tag("e2e")
class CommandsTest {
    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open(lab -> NodeConfig.of(lab, 2));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    void mappingsAreListedAndReleasedWithTheirAddress() {
        int port = Scene.freshPort();
        scene.granted(PcpRequests.UDP, port, Scene.freshNonce(), Scene.LONG_SECONDS);

        assertTrue(ask("mappings").contains(Lab.SUB + ":" + port));
        assertTrue(ask("mappings", "--origin", "upnp").endsWith("0 of 0 mappings"));
        JsonObject json = new JsonObject(ask("mappings", Integer.toString(port), "--json"));
        assertEquals(1, json.getInteger("total"));
        assertTrue(ask("subscribers", Lab.SUB).contains("1/32"), ask("subscribers"));
        assertTrue(ask("requests", Lab.SUB).contains("port " + port), ask("requests", Lab.SUB));
        assertEquals("1 mappings of " + Lab.SUB + " end.", ask("release", Lab.SUB));
        assertTrue(ask("mappings").endsWith("0 of 0 mappings"), ask("mappings"));
    }

    @Test
    void statusAndConfigurationAreThoseOfTheRunningNode() {
        assertTrue(ask("status").startsWith("lab, portreeve "), ask("status"));
        assertTrue(new JsonObject(ask("status", "--json")).getBoolean("ready"));
        assertTrue(ask("config", "--running").contains("translator.shards: 2"));
        assertEquals("The node announces its external address.", ask("announce", "--send"));
    }

    @Test
    void withoutANodeTheCommandSaysWhereItLooked() {
        CommandResult result =
                scene.lab().run(Namespace.CGN, Node.command("status", "--data", "/nowhere/at/all"));

        assertEquals(1, result.exit());
        assertTrue(result.output().contains("no node runs with data in /nowhere/at/all"));
    }

    private static String ask(String... words) {
        List<String> command = new ArrayList<>(Arrays.asList(words));
        command.add("--data");
        command.add(scene.lab().directory().resolve("data").toString());
        CommandResult result =
                scene.lab().run(Namespace.CGN, Node.command(command.toArray(String[]::new)));
        assertEquals(0, result.exit(), result::output);
        return result.output().strip();
    }
}
