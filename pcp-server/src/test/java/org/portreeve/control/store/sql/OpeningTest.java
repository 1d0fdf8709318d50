package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.store.StoreException;
import org.portreeve.testkit.lab.JavaProgram;

/** A store that cannot be opened says which, why, and what to do. */
class OpeningTest {
    private static final String NODE = "cgn-1";

    @TempDir private Path data;

    private String refusal() {
        return refusal(data);
    }

    private static String refusal(Path data) {
        return assertThrows(StoreException.class, () -> SqlStore.open(data, "", NODE).close())
                .getMessage();
    }

    private static void assertMentions(String message, String... words) {
        for (String word : words) {
            assertTrue(message.contains(word), () -> word + " in: " + message);
        }
    }

    @Test
    void storeInUseByAnotherProcessIsRefused() throws Exception {
        Process other =
                new ProcessBuilder(JavaProgram.small(StoreChild.class, data.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertTrue(other.getInputStream().read() >= 0);

            assertMentions(refusal(), data + "/store", "used by another process", "Stop it");
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void fileInTheWayOfTheDirectoryIsNamed() throws IOException {
        Files.writeString(data.resolve("store"), "in the way");

        assertMentions(refusal(), data + "/store", "could not be made", "set data to");
    }

    @Test
    void directoryThatCannotBeMadeIsNamed() {
        assertMentions(refusal(Path.of("/proc/portreeve")), "/proc/portreeve", "set data to");
    }

    @Test
    void fileThatIsNoDatabaseIsRefusedAndLeftAlone() throws IOException {
        Path file = Files.createDirectories(data.resolve("store")).resolve("portreeve.mv.db");
        Files.writeString(file, "not a database ".repeat(1000));

        assertMentions(refusal(), "damaged or not a database", "Restore");
        assertTrue(Files.readString(file).startsWith("not a database"));
    }

    @Test
    void pathThatTheDatabaseWouldMisreadIsRefused() {
        assertMentions(refusal(data.resolve("a;b")), "no semicolon");
    }

    @Test
    void unreachableServerIsRefusedWithoutItsPassword() {
        String url = "jdbc:h2:tcp://127.0.0.1:1/none;password=hunter2";

        String message =
                assertThrows(StoreException.class, () -> SqlStore.open(data, url, NODE).close())
                        .getMessage();

        assertMentions(message, "127.0.0.1:1/none cannot be opened");
        assertTrue(!message.contains("hunter2"), message);
    }

    @Test
    void storeOfANewerVersionIsRefused() throws Exception {
        SqlStore.open(data, "", NODE).close();
        sql(
                """
                INSERT INTO "flyway_schema_history" ("installed_rank", "version", "description",
                    "type", "script", "installed_by", "execution_time", "success")
                VALUES (99, '99', 'future', 'SQL', 'V99__future.sql', 'SA', 1, TRUE)
                """);

        assertMentions(refusal(), "newer version", "schema 99", "knows " + Schema.VERSION);
    }

    @Test
    void tablesOfSomethingElseAreRefused() throws Exception {
        Files.createDirectories(data.resolve("store"));
        sql("CREATE TABLE reservation (guest VARCHAR(100))");

        assertMentions(refusal(), "not what this version expects", "database of its own");
    }

    @Test
    void halfDoneMigrationIsRefused() throws Exception {
        SqlStore.open(data, "", NODE).close();
        sql("UPDATE \"flyway_schema_history\" SET \"success\" = FALSE");

        assertMentions(refusal(), "not what this version expects");
    }

    private void sql(String statement) throws SQLException {
        String url = "jdbc:h2:file:" + data.resolve("store/portreeve");
        try (Connection connection = DriverManager.getConnection(url, "sa", "");
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    @Test
    void othersCannotLookIntoTheStore() throws Exception {
        SqlStore.open(data, "", NODE).close();

        assertEquals(
                PosixFilePermissions.fromString("rwx------"),
                Files.getPosixFilePermissions(data.resolve("store")));
    }

    /** A migration that was shipped stays as it is; a change of the tables is one more. */
    @Test
    void migrationsAreOnlyEverAdded() throws Exception {
        Map<String, Long> shipped =
                Map.of(
                        "V1__first.sql",
                        0xDFD1C154L,
                        "V2__ongoing.sql",
                        0xB445_3566L,
                        "V3__remote.sql",
                        0xA4E9_AD51L,
                        "V4__recent.sql",
                        0xD1E8_84E0L,
                        "V5__runs.sql",
                        0xE704_9E56L);

        assertEquals(new TreeMap<>(shipped), migrations());
        assertEquals(Schema.VERSION, shipped.size());
    }

    private static Map<String, Long> migrations() throws IOException, URISyntaxException {
        Path directory =
                Path.of(SqlStore.class.getResource("/db/migration/V1__first.sql").toURI())
                        .getParent();
        Map<String, Long> sums = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                sums.put(file.getFileName().toString(), sum(file));
            }
        }
        return sums;
    }

    private static long sum(Path file) throws IOException {
        var sum = new CRC32();
        try (InputStream bytes = Files.newInputStream(file)) {
            sum.update(bytes.readAllBytes());
        }
        return sum.getValue();
    }
}
