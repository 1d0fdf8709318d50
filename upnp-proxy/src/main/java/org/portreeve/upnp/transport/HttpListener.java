package org.portreeve.upnp.transport;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jupnp.transport.Router;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.nat.Ipv4;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.Presentation;
import org.portreeve.upnp.device.Route;
import org.portreeve.upnp.gena.Eventing;
import org.portreeve.upnp.gena.GenaAnswer;
import org.portreeve.upnp.gena.GenaRequest;
import org.portreeve.upnp.transport.StackRequest.Peers;

/**
 * The HTTP server of one link. Every request is bounded in size and time and admitted by port
 * control before anything is made of it. Loop of the gateway only.
 */
public final class HttpListener {
    /** IGD-HTTP-004. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_LINE_BYTES = 2 * 1024;

    /** Requests of one link that wait for their answer. */
    static final int MAX_UNDER_WAY = 512;

    private final Doors doors;
    private final InsideLink link;
    private final Presentation presentation;
    private final Context loop;
    private HttpServer server;
    private volatile Optional<Router> router = Optional.empty();
    private int underWay;

    /**
     * What listeners share.
     *
     * @param desk who says whether a host's request is worth any work
     */
    public record Doors(
            Vertx vertx,
            Desk desk,
            Eventing eventing,
            Connections connections,
            Counters<UpnpCounter> counters) {}

    private HttpListener(Doors doors, InsideLink link, Presentation presentation, Context loop) {
        this.doors = doors;
        this.link = link;
        this.presentation = presentation;
        this.loop = loop;
    }

    /** Binds the address of a link; call on the loop of the gateway. */
    public static Future<HttpListener> listen(
            Doors doors, InsideLink link, int port, Presentation presentation) {
        var listener =
                new HttpListener(doors, link, presentation, doors.vertx().getOrCreateContext());
        HttpServerOptions options =
                new HttpServerOptions()
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setHandle100ContinueAutomatically(true)
                        .setHttp2ClearTextEnabled(false)
                        .setReuseAddress(true);
        return doors.vertx()
                .createHttpServer(options)
                .connectionHandler(doors.connections()::onOpen)
                .requestHandler(listener::onRequest)
                .listen(port, link.host())
                .map(bound -> {
                    listener.server = bound;
                    return listener;
                });
    }

    /** The port it listens at. */
    public int port() {
        return server.actualPort();
    }

    /** The link it listens on. */
    public InsideLink link() {
        return link;
    }

    /** What it shows. */
    public Presentation presentation() {
        return presentation;
    }

    /** Stops listening. */
    public Future<Void> close() {
        return server.close();
    }

    /** Has the stack answer from now on. Any thread. */
    void attach(Router stack) {
        router = Optional.of(stack);
    }

    private void onRequest(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length != null && length.length() > Integer.toString(MAX_BODY_BYTES).length()) {
            refuseLarge(request);
            return;
        }
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() <= MAX_BODY_BYTES) {
                body.appendBuffer(part);
            } else if (!request.response().ended()) {
                refuseLarge(request);
            }
        });
        request.endHandler(_ -> {
            if (!request.response().ended()) {
                onWhole(request, body);
            }
        });
    }

    private void refuseLarge(HttpServerRequest request) {
        doors.counters().increment(UpnpCounter.HTTP_TOO_LARGE);
        request.response().putHeader("Connection", "close");
        HttpReply.of(413).send(request.response()).onComplete(_ -> request.connection().close());
    }

    private void onWhole(HttpServerRequest request, Buffer body) {
        doors.counters().increment(UpnpCounter.HTTP_REQUESTS);
        doors.connections().onRequest(request.connection());
        if (!isOurs(request)) {
            doors.counters().increment(UpnpCounter.HTTP_FOREIGN_HOST);
            answer(request, HttpReply.of(403));
            return;
        }
        Route route =
                presentation.route(
                        request.path(),
                        soapAction(request).orElse(""),
                        header(request, "User-Agent"));
        Optional<HttpReply> refusal = refusal(request, route, body);
        if (refusal.isPresent()) {
            answer(request, refusal.get());
            return;
        }
        doors.desk()
                .admits(callerIp(request))
                .whenComplete((admitted, failure) ->
                        loop.runOnContext(_ ->
                                onAdmission(request, route, body, failure == null && admitted)));
    }

    private void onAdmission(
            HttpServerRequest request, Route route, Buffer body, boolean isAdmitted) {
        if (!isAdmitted) {
            doors.counters().increment(UpnpCounter.HTTP_NOT_ADMITTED);
            answer(request, HttpReply.of(503));
        } else if (route instanceof Route.Events events) {
            doors.desk()
                    .subscriberOf(callerIp(request))
                    .whenComplete((id, failure) ->
                            loop.runOnContext(_ ->
                                    onSubscriber(
                                            request,
                                            events,
                                            failure == null ? id : Optional.empty())));
        } else if (router.isEmpty() || underWay >= MAX_UNDER_WAY) {
            doors.counters().increment(UpnpCounter.HTTP_BUSY);
            answer(request, HttpReply.of(503));
        } else {
            underWay++;
            router.get().received(stackRequest(request, route, body, router.get()));
        }
    }

    private void onSubscriber(
            HttpServerRequest request, Route.Events events, Optional<String> subscriber) {
        if (subscriber.isEmpty()) {
            doors.counters().increment(UpnpCounter.HTTP_NOT_ADMITTED);
            answer(request, HttpReply.of(503));
        } else {
            GenaAnswer answer = doors.eventing().onRequest(gena(request, events, subscriber.get()));
            answer(request, HttpReply.of(answer.status(), answer.headers()));
        }
    }

    private StackRequest stackRequest(
            HttpServerRequest request, Route route, Buffer body, Router stack) {
        var owed =
                new OwedReply(
                        doors.vertx(),
                        OwedReply.LIMIT_MILLIS,
                        doors.counters(),
                        reply -> {
                            underWay--;
                            answer(request, reply);
                        });
        Consumer<HttpReply> onReply = reply -> loop.runOnContext(_ -> owed.give(reply));
        var peers = new Peers(address(request), link.address());
        return switch (route) {
            case Route.Document(String path) ->
                    StackRequest.document(
                            path, peers, stack.getProtocolFactory(), onReply, doors.counters());
            case Route.Control(String path) ->
                    StackRequest.action(
                            path,
                            soapAction(request).orElse(""),
                            body.toString(StandardCharsets.UTF_8),
                            peers,
                            stack.getProtocolFactory(),
                            onReply,
                            doors.counters());
            case Route.Events _, Route.Absent _ ->
                    throw new AssertionError("answered without the stack");
        };
    }

    private void answer(HttpServerRequest request, HttpReply reply) {
        if (!request.response().closed()) {
            doors.connections().expectRequest(request.connection());
            reply.send(request.response());
        }
    }

    /** IGD-HTTP-003: names would let a web page reach us through its reader's browser. */
    private boolean isOurs(HttpServerRequest request) {
        String host = header(request, "Host");
        return host.isEmpty()
                || host.equals(link.host())
                || host.equals(link.host() + ":" + server.actualPort());
    }

    /** What a route does not do (IGD-HTTP-006). */
    private static Optional<HttpReply> refusal(
            HttpServerRequest request, Route route, Buffer body) {
        String method = request.method().name();
        return switch (route) {
            case Route.Absent _ -> Optional.of(HttpReply.of(404));
            case Route.Document _ -> unless(method.equals("GET"), method, "GET");
            case Route.Events _ ->
                    unless(
                            method.equals("SUBSCRIBE") || method.equals("UNSUBSCRIBE"),
                            method,
                            "SUBSCRIBE, UNSUBSCRIBE");
            case Route.Control _ ->
                    unless(method.equals("POST") || method.equals("M-POST"), method, "POST")
                            .or(() ->
                                    soapAction(request).isEmpty() || body.length() == 0
                                            ? Optional.of(HttpReply.of(400))
                                            : Optional.empty());
        };
    }

    private static Optional<HttpReply> unless(boolean isAllowed, String method, String allowed) {
        if (isAllowed) {
            return Optional.empty();
        }
        boolean isKnown =
                switch (method) {
                    case "GET", "HEAD", "POST", "M-POST", "SUBSCRIBE", "UNSUBSCRIBE" -> true;
                    default -> false;
                };
        return Optional.of(
                isKnown ? HttpReply.of(405, Map.of("Allow", allowed)) : HttpReply.of(501));
    }

    /** UDA 1.0 §3.2.1: M-POST has a number before the name. */
    private static Optional<String> soapAction(HttpServerRequest request) {
        return request.headers().entries().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).endsWith("soapaction"))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static GenaRequest gena(
            HttpServerRequest request, Route.Events events, String subscriber) {
        return new GenaRequest(
                events.service(),
                subscriber,
                callerIp(request),
                request.method().name().equals("SUBSCRIBE"),
                header(request, "CALLBACK"),
                header(request, "NT"),
                header(request, "SID"),
                header(request, "TIMEOUT"));
    }

    private static String header(HttpServerRequest request, String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value.strip();
    }

    private static int callerIp(HttpServerRequest request) {
        return Ipv4.of(request.remoteAddress().hostAddress());
    }

    private static InetAddress address(HttpServerRequest request) {
        try {
            // A literal: nothing is looked up.
            return InetAddress.getByName(request.remoteAddress().hostAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a peer's address is a literal", e);
        }
    }
}
