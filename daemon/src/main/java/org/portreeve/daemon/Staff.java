package org.portreeve.daemon;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import org.portreeve.admin.AdminConfig;
import org.portreeve.admin.AdminServer;
import org.portreeve.admin.ControlSocket;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.security.Accounts;
import org.portreeve.admin.web.AdminServices;
import org.portreeve.admin.web.Office;
import org.portreeve.control.counter.Counters;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.pcp.socket.ListenException;

/** What staff reach of a node: pages and API over HTTPS, and the control socket. Main thread. */
final class Staff {
    /** The name of the control socket in the data directory. */
    private static final String CONTROL_SOCKET = "control.sock";

    private final Office office;
    private final AdminServer server;

    private Staff(Office office, AdminServer server) {
        this.office = office;
        this.server = server;
    }

    /**
     * Starts all of it, and returns when it answers.
     *
     * @param stops gets the stop of each part as it comes up
     */
    static Staff start(Vertx vertx, NodeConfig config, AdminServices services, List<Runnable> stops)
            throws NodeStartException, ListenException, InterruptedException {
        Office office = Awaited.started(Office.open(vertx, services), "users of the admin UI");
        stops.add(office::close);
        ControlSocket socket =
                Awaited.started(
                        ControlSocket.listen(vertx, config.data().resolve(CONTROL_SOCKET), office),
                        "the control socket");
        stops.add(() -> Awaited.stopped(socket.close()));
        NodeConfig.Admin admin = config.admin();
        var where =
                new AdminConfig(
                        admin.listen().host(),
                        admin.listen().port(),
                        config.data(),
                        admin.certificate(),
                        admin.key());
        AdminServer server =
                Awaited.started(AdminServer.start(vertx, where, office), "the admin UI");
        stops.add(() -> Awaited.stopped(server.close()));
        return new Staff(office, server);
    }

    Counters<AdminCounter> counters() {
        return office.counters();
    }

    /** What the line {@code ready} says of it. */
    String phrase() {
        var address = server.address();
        return "admin UI https://" + address.getHostString() + ":" + address.getPort();
    }

    /** Tells the first password, as long as nobody changed it. */
    Optional<String> passwordLine() {
        return office.firstPassword()
                .map(password ->
                        ("The admin UI has one user so far: name %s, password %s - a new one at each"
                                        + " start until it is changed.")
                                .formatted(Accounts.FIRST_NAME, password));
    }
}
