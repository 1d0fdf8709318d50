package org.portreeve.control.store.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.store.StoreException;

/** The rules on the embedded database. */
class SqlStoreTest extends StoreRules {
    @TempDir private static Path migrated;

    @TempDir private Path data;

    @BeforeAll
    static void migrateOnce() throws StoreException {
        SqlStore.open(migrated, "", "cgn-1").close();
    }

    @Override
    SqlStore emptyStore() throws StoreException {
        try {
            Path directory = Files.createDirectories(StorePlace.directory(data));
            Files.copy(StorePlace.file(StorePlace.directory(migrated)), StorePlace.file(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reopened("cgn-1");
    }

    @Override
    SqlStore reopened(String node) throws StoreException {
        return SqlStore.open(data, "", node);
    }
}
