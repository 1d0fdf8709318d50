package org.portreeve.control.store.sql;

import java.nio.file.Path;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.store.StoreException;

/**
 * A process that is to be killed: adds reservations and changes each once, as fast as it can, and
 * says of each what was acknowledged.
 */
final class StoreChild {
    private static final int PORTS = 60_000;

    private StoreChild() {}

    public static void main(String[] args) throws StoreException {
        SqlStore store = SqlStore.open(Path.of(args[0]), "", "cgn-1");
        int port = store.reservations().all().size();
        while (!System.out.checkError() && port < PORTS) {
            port++;
            Reservation added =
                    store.reservations().add(StoreRules.wanted(port, port)).orElseThrow();
            say(added);
            say(store.reservations().change(added).orElseThrow());
        }
    }

    private static void say(Reservation acknowledged) {
        System.out.println(acknowledged.externalPort() + " " + acknowledged.version());
    }
}
