package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;

/** {@code run} and {@code map 8080} by an ordinary user, without a file, on loopback. */
@Tag("e2e")
class QuickStartTest {
    private static final Duration START = Duration.ofSeconds(20);

    @Test
    void anOrdinaryUserWithoutAFileGetsAPort() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.prepare();
                Lab lab = Lab.open(LabOptions.standard())) {
            LabProcess node = lab.start(Namespace.SUB, command(user, "run"));
            node.awaitLine("ready", START);

            CommandResult map = lab.run(Namespace.SUB, command(user, "map", "8080"));

            assertTrue(map.succeeded(), map::output);
            assertTrue(map.output().contains("8080"), map::output);
            assertTrue(node.output().contains("memory"), node::output);
            assertEquals(0, node.stop(START));
        }
    }

    private static String[] command(OrdinaryUser user, String... words) throws IOException {
        return user.command(Node.MAIN, words).toArray(String[]::new);
    }
}
