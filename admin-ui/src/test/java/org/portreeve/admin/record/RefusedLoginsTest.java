package org.portreeve.admin.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.AdminRig;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.sql.SqlStore;

class RefusedLoginsTest {
    private static final String HERE = "192.0.2.1";

    @TempDir Path data;
    private final Vertx vertx = Vertx.vertx();
    private final BoundedWorker worker = new BoundedWorker(vertx, "store", 1, 256);
    private SqlStore store;
    private Audits audits;
    private RefusedLogins refusals;

    @BeforeEach
    void open() throws Exception {
        store = SqlStore.open(data, "", "cgn-1");
        audits = new Audits(store.audit(), worker, () -> 0);
        refusals = new RefusedLogins(vertx, audits);
    }

    @AfterEach
    void close() {
        worker.close();
        AdminRig.await(vertx.close());
        store.close();
    }

    @Test
    void manyWithinAMinuteAreTwoEntries() {
        for (int i = 0; i < 100; i++) {
            AdminRig.await(refusals.add("name" + i, HERE));
        }
        assertEquals(List.of("name0 From 192.0.2.1."), entries());

        refusals.onMinuteOver(HERE);
        refusals.onMinuteOver(HERE);

        assertEquals(
                List.of(
                        "name99 From 192.0.2.1: 99 more within a minute; the name is that of the"
                                + " last.",
                        "name0 From 192.0.2.1."),
                entries());
        AdminRig.await(refusals.add("later", HERE));
        assertEquals("later From 192.0.2.1.", entries().getFirst());
    }

    @Test
    void manyAddressesAreBounded() {
        for (int i = 0; i < 3 * RefusedLogins.MAX_ADDRESSES; i++) {
            AdminRig.await(refusals.add("name", "192.0.2." + i));
        }

        assertEquals(RefusedLogins.MAX_ADDRESSES + 1, entries().size());
        assertEquals("name From further addresses.", entries().getFirst());
    }

    private List<String> entries() {
        List<AuditEntry> latest = AdminRig.await(audits.latest(Long.MAX_VALUE, 1000));
        return latest.stream().map(entry -> entry.subject() + " " + entry.detail()).toList();
    }
}
