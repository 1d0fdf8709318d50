package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.record.BoundedWorker;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.Session;
import org.portreeve.control.counter.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer, after the gate. Event loop only. */
public final class Visit {
    private static final Logger LOG = LoggerFactory.getLogger(Visit.class);
    private static final String HTML = "text/html; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private final RoutingContext context;
    private final Visitor visitor;
    private final BooleanSupplier staying;
    private final ErrorPage errorPage;
    private final Counters<AdminCounter> counters;

    Visit(
            RoutingContext context,
            Visitor visitor,
            BooleanSupplier staying,
            ErrorPage errorPage,
            Counters<AdminCounter> counters) {
        this.context = context;
        this.visitor = visitor;
        this.staying = staying;
        this.errorPage = errorPage;
        this.counters = counters;
    }

    /** Who asks; only on routes that are not public. */
    public Principal user() {
        return visitor.principal().orElseThrow();
    }

    /** Who asks, if logged in. */
    public Optional<Principal> visitor() {
        return visitor.principal();
    }

    /** What every form of this session carries in its hidden field; empty without a session. */
    public String csrfToken() {
        return visitor.csrfToken();
    }

    /** The path asked for, without the query. */
    public String path() {
        return context.request().path();
    }

    /** A part of the path. */
    public String param(String name) {
        return context.pathParam(name);
    }

    /** A query parameter; empty when there is none. */
    public String query(String name) {
        return Optional.ofNullable(context.queryParams().get(name)).orElse("");
    }

    /** The names of all query parameters. */
    public Set<String> queryNames() {
        return context.queryParams().names();
    }

    /** A field of the form; empty when there is none. */
    public String form(String name) {
        return Optional.ofNullable(context.request().getFormAttribute(name)).orElse("");
    }

    /** A header of the request; empty when there is none. */
    public String header(String name) {
        return Optional.ofNullable(context.request().getHeader(name)).orElse("");
    }

    /** The body as it came. */
    public Buffer body() {
        return Optional.ofNullable(context.body().buffer()).orElseGet(Buffer::buffer);
    }

    /** The JSON object in the body; empty when it holds something else. */
    public Optional<JsonObject> json() {
        try {
            return Optional.of(new JsonObject(body()));
        } catch (DecodeException | ClassCastException e) {
            // Whoever asked is told what is expected.
            return Optional.empty();
        }
    }

    /** The address that the request came from. */
    public String remoteAddress() {
        return context.request().remoteAddress().hostAddress();
    }

    /** Whether who asked would be let in still, without counting as a use of the session. */
    public boolean isStillAllowed() {
        return staying.getAsBoolean();
    }

    /** Whether a person reads the answer, rather than a program. */
    public boolean wantsHtml() {
        return !path().startsWith(Route.API) && header("Accept").contains("text/html");
    }

    /** Sets a header of the answer. */
    public Visit answerHeader(String name, String value) {
        context.response().putHeader(name, value);
        return this;
    }

    /** Answers with a page. */
    public void html(String page) {
        html(200, page);
    }

    /** Answers with a page that is not the one asked for. */
    public void html(int status, String page) {
        end(status, HTML, Buffer.buffer(page));
    }

    /** Answers with JSON. */
    public void json(int status, JsonObject value) {
        end(status, JSON, value.toBuffer());
    }

    /** Answers with bytes that are the same for everybody and may be kept for an hour. */
    public void asset(String contentType, Buffer bytes) {
        context.response().putHeader("Cache-Control", "public, max-age=3600");
        end(200, contentType, bytes);
    }

    /** Sends the browser to another page of this site by GET. */
    public void redirect(String path) {
        context.response().setStatusCode(303).putHeader("Location", path).end();
    }

    /** Answers that it was done and there is nothing to show. */
    public void noContent() {
        context.response().setStatusCode(204).end();
    }

    /** Refuses: a page for people, problem details (RFC 9457) for programs. */
    public void fail(int status, String title, String detail) {
        if (wantsHtml()) {
            html(status, errorPage.render(this, status, title, detail));
        } else {
            problem(status, title, detail, new JsonObject());
        }
    }

    /** Refuses with problem details and members of its own (RFC 9457 §3.2). */
    public void problem(int status, String title, String detail, JsonObject members) {
        var problem =
                new JsonObject()
                        .put("type", "about:blank")
                        .put("title", title)
                        .put("status", status)
                        .put("detail", detail)
                        .put("instance", path());
        end(status, PROBLEM, problem.mergeIn(members).toBuffer());
    }

    /** Events as the answer, from {@link EventStream#begin} on. */
    public EventStream stream() {
        return new EventStream(context.response());
    }

    /** Goes on, on the event loop, with what a stage comes to; its failure is answered here. */
    public <T> void when(CompletionStage<T> stage, Consumer<T> next) {
        when(Future.fromCompletionStage(stage, context.vertx().getOrCreateContext()), next);
    }

    /** Goes on with what a future comes to; its failure is answered here. */
    public <T> void when(Future<T> future, Consumer<T> next) {
        future.map(
                        value -> {
                            next.accept(value);
                            return value;
                        })
                .onFailure(this::broken);
    }

    /** A browser is shown the way in; a program is told how to. */
    void askForLogin(String detail) {
        if (wantsHtml()) {
            // A change cannot be repeated by going there.
            boolean isRepeatable = context.request().method().equals(HttpMethod.GET);
            String next = "?next=" + URLEncoder.encode(path(), StandardCharsets.UTF_8);
            redirect("/login" + (isRepeatable ? next : ""));
            return;
        }
        // A browser would show a dialog of its own over the page.
        if (header("Sec-Fetch-Site").isEmpty()) {
            answerHeader("WWW-Authenticate", "Basic realm=\"Portreeve\", charset=\"UTF-8\"");
        }
        problem(401, "Login needed", detail, new JsonObject());
    }

    /** A browser is shown where to choose a password; a program is told where a person does. */
    void askForPassword() {
        if (wantsHtml()) {
            redirect("/account");
            return;
        }
        problem(
                403,
                "Choose your own password first",
                "Somebody else chose your password, and it opens nothing but the page /account. Log"
                        + " in there with a browser and change it.",
                new JsonObject());
    }

    RoutingContext context() {
        return context;
    }

    Visitor caller() {
        return visitor;
    }

    Optional<Session> session() {
        return visitor.session();
    }

    void broken(Throwable failure) {
        if (isBusy(failure)) {
            counters.increment(AdminCounter.REFUSED_BUSY);
            fail(503, "Too busy", "Too many requests wait for the node; ask again in a second.");
            return;
        }
        counters.increment(AdminCounter.FAILURES);
        LOG.error("{} {} failed", context.request().method(), path(), failure);
        if (!context.response().headWritten()) {
            fail(
                    500,
                    "The node could not do this",
                    "The node's log has the reason. Look at what was changed before trying"
                            + " again.");
        }
    }

    /** A queue of this server, or of port control, was full. */
    private static boolean isBusy(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure;
        return cause instanceof BoundedWorker.BusyException
                || cause instanceof RejectedExecutionException;
    }

    private void end(int status, String contentType, Buffer bytes) {
        context.response().setStatusCode(status).putHeader("Content-Type", contentType).end(bytes);
    }
}
