package org.portreeve.control.store.sql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.portreeve.control.store.StoreException;

/** The rules on PostgreSQL, with the same statements. */
@Tag("e2e")
class PostgresTest extends StoreRules {
    private static PostgresServer server;
    private static int databases;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                PostgresServer.isInstalled(), "left out: PostgreSQL's server is not installed");
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() throws IOException, InterruptedException {
        if (server != null) {
            server.stop();
        }
    }

    @Override
    SqlStore emptyStore() throws StoreException {
        databases++;
        try (Connection connection = DriverManager.getConnection(server.url("postgres"));
                Statement sql = connection.createStatement()) {
            sql.execute("CREATE DATABASE store" + databases);
        } catch (SQLException e) {
            throw new StoreException("no database", e);
        }
        return reopened("cgn-1");
    }

    @Override
    SqlStore reopened(String node) throws StoreException {
        return SqlStore.open(server.directory(), server.url("store" + databases), node);
    }
}
