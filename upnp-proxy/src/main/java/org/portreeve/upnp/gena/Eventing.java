package org.portreeve.upnp.gena;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.nat.Ipv4;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.EventedService;
import org.portreeve.upnp.igd.Connection;
import org.portreeve.upnp.igd.PortMappings;

/**
 * Takes subscriptions and sends events: for each subscription one message at a time, and one more
 * with the newest values if something changed meanwhile. Loop of the gateway only.
 */
public final class Eventing {
    /** How long a subscriber may take for one message. */
    private static final long LIMIT_MILLIS = 5_000;

    /** Messages under way to one place; each subscription sends one. */
    private static final int MAX_POOL = 64;

    private static final int MAX_WAITING = 4096;

    /** Events that were put off and are tried again in one call of {@link #doWork}. */
    private static final int RETRIES_AT_ONCE = 64;

    private static final HttpMethod NOTIFY = HttpMethod.valueOf("NOTIFY");

    private final Vertx vertx;
    private final LongSupplier nowNs;
    private final PortMappings mappings;
    private final Connection connection;
    private final Counters<UpnpCounter> counters;
    private final Subscriptions subscriptions;
    private final HttpClient client;
    private boolean isClosed;

    /**
     * Nobody is subscribed.
     *
     * @param sids names of subscriptions, not to be guessed
     */
    public Eventing(
            Vertx vertx,
            LongSupplier nowNs,
            Supplier<String> sids,
            PortMappings mappings,
            Connection connection,
            Counters<UpnpCounter> counters) {
        this.vertx = vertx;
        this.nowNs = nowNs;
        this.mappings = mappings;
        this.connection = connection;
        this.counters = counters;
        this.subscriptions = new Subscriptions(sids, counters);
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setKeepAlive(false)
                                .setConnectTimeout((int) LIMIT_MILLIS)
                                .setMaxHeaderSize(8 * 1024),
                        new PoolOptions()
                                .setHttp1MaxSize(MAX_POOL)
                                .setMaxWaitQueueSize(MAX_WAITING));
    }

    /** Answers a request; the first event of a new subscription follows the answer. */
    public GenaAnswer onRequest(GenaRequest request) {
        Subscriptions.Decision decision = subscriptions.onRequest(request, nowNs.getAsLong());
        Context loop = vertx.getOrCreateContext();
        decision.made().ifPresent(made -> loop.runOnContext(_ -> send(made)));
        return decision.answer();
    }

    /** Tells the host of a mapping that it changed. */
    public void onEvent(MappingEvent event) {
        for (Subscription subscription :
                subscriptions.ofHost(event.mapping().internal().internalIp())) {
            if (subscription.service() != EventedService.WAN_COMMON_INTERFACE_CONFIG) {
                subscription.onMappingChange();
                send(subscription);
            }
        }
    }

    /** Forgets subscriptions whose time is over and sends what was put off; call once a second. */
    public void doWork() {
        subscriptions.expire(nowNs.getAsLong());
        subscriptions.putOff(RETRIES_AT_ONCE).forEach(this::send);
    }

    /** Sends no more. */
    public Future<Void> close() {
        isClosed = true;
        return client.close();
    }

    private void send(Subscription subscription) {
        if (!subscriptions.isLive(subscription) || !subscription.beginSending()) {
            return;
        }
        Context loop = vertx.getOrCreateContext();
        values(subscription)
                .whenComplete((values, failure) ->
                        loop.runOnContext(_ -> {
                            if (failure != null) {
                                counters.increment(UpnpCounter.EVENTS_PUT_OFF);
                                subscription.putOff();
                            } else if (!isClosed) {
                                deliver(subscription, values);
                            }
                        }));
    }

    private void deliver(Subscription subscription, Map<String, String> values) {
        String body = PropertySet.write(values);
        long sequence = subscription.takeSequence();
        deliver(subscription, subscription.callbacks(), sequence, body)
                .onComplete(done -> onDelivered(subscription, done.succeeded()));
    }

    /** UDA 1.0 §4.1.1: the next URL is for when the one before does not answer. */
    private Future<Void> deliver(
            Subscription subscription,
            List<Callbacks.Callback> callbacks,
            long sequence,
            String body) {
        Future<Void> first = post(subscription, callbacks.getFirst(), sequence, body);
        return callbacks.size() == 1
                ? first
                : first.recover(_ ->
                        deliver(
                                subscription,
                                callbacks.subList(1, callbacks.size()),
                                sequence,
                                body));
    }

    private Future<Void> post(
            Subscription subscription, Callbacks.Callback callback, long sequence, String body) {
        RequestOptions options =
                new RequestOptions()
                        .setMethod(NOTIFY)
                        .setHost(Ipv4.format(subscription.hostIp()))
                        .setPort(callback.port())
                        .setURI(callback.path())
                        .setConnectTimeout(LIMIT_MILLIS)
                        .setIdleTimeout(LIMIT_MILLIS)
                        .putHeader("Content-Type", "text/xml; charset=\"utf-8\"")
                        .putHeader("NT", "upnp:event")
                        .putHeader("NTS", "upnp:propchange")
                        .putHeader("SID", subscription.sid())
                        .putHeader("SEQ", Long.toString(sequence));
        return client.request(options).compose(request -> exchange(request, body));
    }

    /** The status is all that is wanted of an answer, so a long body is not read. */
    private static Future<Void> exchange(HttpClientRequest request, String body) {
        return request.send(body)
                .timeout(LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(response ->
                        response.statusCode() / 100 == 2
                                ? Future.<Void>succeededFuture()
                                : Future.<Void>failedFuture("status " + response.statusCode()))
                .onComplete(_ -> request.connection().close());
    }

    private void onDelivered(Subscription subscription, boolean isTaken) {
        counters.increment(isTaken ? UpnpCounter.EVENTS_SENT : UpnpCounter.EVENTS_LOST);
        if (subscription.endSending()) {
            send(subscription);
        }
    }

    private CompletionStage<Map<String, String>> values(Subscription subscription) {
        return switch (subscription.service()) {
            case WAN_COMMON_INTERFACE_CONFIG ->
                    CompletableFuture.completedStage(Map.of("PhysicalLinkStatus", "Up"));
            case WAN_IP_CONNECTION_1 -> connectionValues(subscription);
            case WAN_IP_CONNECTION_2 -> {
                String updateId = Long.toString(subscription.updateId());
                yield connectionValues(subscription)
                        .thenApply(values -> {
                            values.put("SystemUpdateID", updateId);
                            return values;
                        });
            }
        };
    }

    private CompletionStage<Map<String, String>> connectionValues(Subscription subscription) {
        return connection
                .externalIp(subscription.hostIp())
                .thenCombine(
                        mappings.ofHost(subscription.hostIp()),
                        (ip, rows) -> {
                            var values = new LinkedHashMap<String, String>();
                            values.put("PossibleConnectionTypes", Connection.TYPE);
                            values.put("ConnectionStatus", Connection.status(ip));
                            values.put("ExternalIPAddress", ip);
                            values.put("PortMappingNumberOfEntries", Integer.toString(rows.size()));
                            return values;
                        });
    }
}
