package org.portreeve.upnp.transport;

import java.net.InetAddress;
import java.net.URI;
import java.util.function.Consumer;
import org.jupnp.model.message.Connection;
import org.jupnp.model.message.StreamRequestMessage;
import org.jupnp.model.message.StreamResponseMessage;
import org.jupnp.model.message.UpnpRequest;
import org.jupnp.protocol.ProtocolFactory;
import org.jupnp.transport.spi.UpnpStream;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.xml.BadXmlException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request that the stack answers, on a virtual thread of its own. */
final class StackRequest extends UpnpStream {
    private static final Logger LOG = LoggerFactory.getLogger(StackRequest.class);

    private final StreamRequestMessage message;
    private final Consumer<HttpReply> answer;
    private final Counters<UpnpCounter> counters;

    private StackRequest(
            ProtocolFactory protocols,
            StreamRequestMessage message,
            Consumer<HttpReply> answer,
            Counters<UpnpCounter> counters) {
        super(protocols);
        this.message = message;
        this.answer = answer;
        this.counters = counters;
    }

    /** GET of a description. */
    static StackRequest document(
            String path,
            Peers peers,
            ProtocolFactory protocols,
            Consumer<HttpReply> answer,
            Counters<UpnpCounter> counters) {
        var message = message(UpnpRequest.Method.GET, path, peers);
        return new StackRequest(protocols, message, answer, counters);
    }

    /** POST of an action. */
    static StackRequest action(
            String path,
            String soapAction,
            String body,
            Peers peers,
            ProtocolFactory protocols,
            Consumer<HttpReply> answer,
            Counters<UpnpCounter> counters) {
        var message = message(UpnpRequest.Method.POST, path, peers);
        // Some control points leave out quotes, character set or type; the stack is strict there.
        message.getHeaders().add("SOAPACTION", '"' + soapAction.replace("\"", "") + '"');
        message.getHeaders().add("Content-Type", "text/xml; charset=\"utf-8\"");
        message.setBody(body);
        return new StackRequest(protocols, message, answer, counters);
    }

    @Override
    public void run() {
        answer.accept(reply());
    }

    private HttpReply reply() {
        try {
            StreamResponseMessage response = process(message);
            return response == null ? HttpReply.of(404) : HttpReply.of(response);
        } catch (RuntimeException | Error e) {
            // A border: whatever breaks here, the client gets an answer and others are served.
            if (isBadXml(e)) {
                counters.increment(UpnpCounter.XML_REFUSED);
                return HttpReply.of(400);
            }
            fail(e);
            return HttpReply.of(500);
        }
    }

    /** The first one is logged; more lines would be for whoever found the defect to write. */
    private void fail(Throwable defect) {
        if (counters.value(UpnpCounter.HTTP_FAILED) == 0) {
            LOG.error("UPnP request {} failed", message.getUri(), defect);
        }
        counters.increment(UpnpCounter.HTTP_FAILED);
    }

    private static boolean isBadXml(Throwable failure) {
        return failure instanceof BadXmlException
                || (failure.getCause() != null && isBadXml(failure.getCause()));
    }

    private static StreamRequestMessage message(
            UpnpRequest.Method method, String path, Peers peers) {
        var message = new StreamRequestMessage(method, URI.create(path));
        message.setConnection(peers);
        message.getHeaders().add("Host", peers.local().getHostAddress());
        return message;
    }

    /** Both ends of a connection. Immutable. */
    record Peers(InetAddress remote, InetAddress local) implements Connection {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public InetAddress getRemoteAddress() {
            return remote;
        }

        @Override
        public InetAddress getLocalAddress() {
            return local;
        }
    }
}
