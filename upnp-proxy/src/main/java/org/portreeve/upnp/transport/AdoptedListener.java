package org.portreeve.upnp.transport;

import java.net.InetAddress;
import java.util.Map;
import org.jupnp.transport.Router;
import org.jupnp.transport.spi.InitializationException;
import org.jupnp.transport.spi.StreamServer;
import org.jupnp.transport.spi.StreamServerConfiguration;

/**
 * The stack's HTTP server at one address: a listener that is bound already, as the stack would only
 * log that it could not bind and go on without. Called by the stack's threads.
 */
final class AdoptedListener implements StreamServer<StreamServerConfiguration> {
    private final Map<InetAddress, HttpListener> listeners;
    private volatile int port;

    AdoptedListener(Map<InetAddress, HttpListener> listeners) {
        this.listeners = listeners;
    }

    @Override
    public void init(InetAddress address, Router router) {
        HttpListener listener = listeners.get(address);
        if (listener == null) {
            throw new InitializationException("nobody listens at " + address.getHostAddress());
        }
        listener.attach(router);
        port = listener.port();
    }

    @Override
    public int getPort() {
        return port;
    }

    @Override
    public void run() {
        // The listener runs on the loop of the gateway.
    }

    @Override
    public void stop() {
        // Whoever bound the listener closes it.
    }

    @Override
    public StreamServerConfiguration getConfiguration() {
        return this::getPort;
    }
}
