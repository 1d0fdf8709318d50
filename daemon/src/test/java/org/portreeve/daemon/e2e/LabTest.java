package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.LabMain;

/** The demonstration: what a newcomer sees in the first minute. */
@Tag("e2e")
class LabTest {
    private static final int SECONDS = 60;

    @Test
    void theLabShowsAForwardWithinAMinute() throws IOException, InterruptedException {
        assertForwardShown(List.of(JavaProgram.small(LabMain.class)));
    }

    @Test
    void anOrdinaryUserSeesTheSameWhereTheTunDeviceIsOpen()
            throws IOException, InterruptedException {
        try (OrdinaryUser user = OrdinaryUser.prepare()) {
            assumeTrue(user.mayMakeNamespaces(), "user namespaces for ordinary users");
            List<String> command = user.command(LabMain.class.getName());
            assertForwardShown(OrdinaryUser.areWeRoot() ? withOpenTun(command) : command);
        }
    }

    /** Opens the device to everybody for this process alone, in a mount namespace of its own. */
    private static List<String> withOpenTun(List<String> command) {
        String script =
                """
                mount -t tmpfs tmpfs /mnt && mknod -m 0666 /mnt/tun c 10 200 &&
                mount --bind /mnt/tun /dev/net/tun && exec "$@"
                """;
        List<String> words = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script, "lab"));
        words.addAll(command);
        return words;
    }

    private static void assertForwardShown(List<String> command)
            throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        Process lab = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            lab.getOutputStream().close();
            String output = new String(lab.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertTrue(lab.waitFor(SECONDS, TimeUnit.SECONDS), "the lab does not end");
            long tookSeconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs);
            assertTrue(tookSeconds < SECONDS, "the lab took " + tookSeconds + " s");
            assertEquals(0, lab.exitValue(), output);
            assertTrue(output.contains("It works"), output);
        } finally {
            lab.destroyForcibly();
        }
    }
}
