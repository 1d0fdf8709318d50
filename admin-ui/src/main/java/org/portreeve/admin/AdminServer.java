package org.portreeve.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.portreeve.admin.api.Api;
import org.portreeve.admin.page.FaultPage;
import org.portreeve.admin.page.PageRoutes;
import org.portreeve.admin.tls.MadeCertificate;
import org.portreeve.admin.tls.PemFiles;
import org.portreeve.admin.tls.TlsException;
import org.portreeve.admin.tls.TlsIdentity;
import org.portreeve.admin.web.AdminServices;
import org.portreeve.admin.web.HostNames;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Site;

/** Pages and API for staff, over HTTPS. Any thread. */
public final class AdminServer {
    /** The key store is in memory only; PKCS #12 wants a password all the same. */
    private static final String KEY_STORE_PASSWORD = "in-memory";

    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    /**
     * Some dozens of people with a few browser tabs each; a browser opens six connections and one
     * for each live overview.
     */
    private static final OpenConnections.Limits LIMITS =
            new OpenConnections.Limits(256, 32, 15_000);

    private final Vertx vertx;
    private final String deployment;
    private final InetSocketAddress address;
    private final String fingerprint;

    /** What is known before listening. Immutable. */
    private record Prepared(HttpServerOptions options, HostNames hostNames, String fingerprint) {}

    private AdminServer(
            Vertx vertx, String deployment, InetSocketAddress address, String fingerprint) {
        this.vertx = vertx;
        this.deployment = deployment;
        this.address = address;
        this.fingerprint = fingerprint;
    }

    /**
     * Starts serving. Fails with {@link AdminStartException} when the certificate cannot be used or
     * the address is taken.
     */
    public static Future<AdminServer> start(Vertx vertx, AdminConfig config, Office office) {
        return vertx.executeBlocking(() -> prepare(config, office))
                .compose(prepared -> listen(vertx, config, office, prepared));
    }

    private static Prepared prepare(AdminConfig config, Office office) throws AdminStartException {
        try {
            NodeNames names = NodeNames.of(config.host());
            TlsIdentity identity = identity(config, office, names);
            var options =
                    new HttpServerOptions()
                            .setSsl(true)
                            .setUseAlpn(false)
                            .setEnabledSecureTransportProtocols(PROTOCOLS)
                            .setKeyCertOptions(
                                    new PfxOptions()
                                            .setPassword(KEY_STORE_PASSWORD)
                                            .setValue(
                                                    Buffer.buffer(
                                                            identity.keyStore(
                                                                    KEY_STORE_PASSWORD))));
            Set<String> all = names.all();
            all.addAll(identity.dnsNames());
            return new Prepared(options, HostNames.of(all), identity.fingerprint());
        } catch (TlsException | IOException e) {
            throw new AdminStartException("admin.tls: " + e.getMessage(), e);
        }
    }

    private static TlsIdentity identity(AdminConfig config, Office office, NodeNames names)
            throws AdminStartException, TlsException {
        if (config.certificate().isPresent() != config.key().isPresent()) {
            throw new AdminStartException(
                    "admin.tls.certificate and admin.tls.key go together: give both, or none for"
                            + " a certificate that the node makes.");
        }
        if (config.certificate().isPresent()) {
            return PemFiles.read(config.certificate().orElseThrow(), config.key().orElseThrow());
        }
        AdminServices services = office.services();
        return new MadeCertificate(config.data().resolve("tls"), services.random())
                .forNames(names.lasting(), names.passing(), services.wallMillis().getAsLong());
    }

    private static Future<AdminServer> listen(
            Vertx vertx, AdminConfig config, Office office, Prepared prepared) {
        Site.Staffed staffed = Site.forStaff(vertx, office, new FaultPage());
        Router router = staffed.site().router(routes(office, staffed), prepared.hostNames());
        var listener =
                new HttpListener(
                        prepared.options(),
                        SocketAddress.inetSocketAddress(config.port(), config.host()),
                        router,
                        office.counters(),
                        LIMITS);
        return vertx.deployVerticle(listener)
                .map(id ->
                        new AdminServer(
                                vertx,
                                id,
                                new InetSocketAddress(config.host(), listener.port()),
                                prepared.fingerprint()))
                .recover(failure -> Future.failedFuture(unlistenable(config, failure)));
    }

    private static AdminStartException unlistenable(AdminConfig config, Throwable failure) {
        return new AdminStartException(
                "admin.listen: %s port %d cannot be listened on: %s"
                        .formatted(config.host(), config.port(), failure.getMessage()),
                failure);
    }

    /** All that can be asked for over HTTPS. */
    static List<Route> routes(Office office, Site.Staffed staffed) {
        var routes = new ArrayList<>(Api.routes(office));
        routes.addAll(PageRoutes.all(office, staffed.entrance()));
        return List.copyOf(routes);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** The SHA-256 of the certificate, for people to compare with what the browser shows. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Stops serving; the office stays open. */
    public Future<Void> close() {
        return vertx.undeploy(deployment);
    }
}
