package org.portreeve.upnp.transport;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jupnp.UpnpServiceConfiguration;
import org.jupnp.binding.xml.DeviceDescriptorBinder;
import org.jupnp.binding.xml.ServiceDescriptorBinder;
import org.jupnp.binding.xml.UDA10DeviceDescriptorBinderImpl;
import org.jupnp.binding.xml.UDA10ServiceDescriptorBinderImpl;
import org.jupnp.model.Namespace;
import org.jupnp.model.message.UpnpHeaders;
import org.jupnp.model.meta.RemoteDeviceIdentity;
import org.jupnp.model.meta.RemoteService;
import org.jupnp.model.types.ServiceType;
import org.jupnp.transport.spi.DatagramIO;
import org.jupnp.transport.spi.DatagramProcessor;
import org.jupnp.transport.spi.GENAEventProcessor;
import org.jupnp.transport.spi.MulticastReceiver;
import org.jupnp.transport.spi.NetworkAddressFactory;
import org.jupnp.transport.spi.SOAPActionProcessor;
import org.jupnp.transport.spi.StreamClient;
import org.jupnp.transport.spi.StreamServer;
import org.jupnp.util.SpecificationViolationReporter;
import org.portreeve.upnp.xml.StrictSoap;

/**
 * What the stack is run with: our HTTP listeners, virtual threads, strict XML; no datagrams, no
 * event reader and no HTTP client, as discovery and events are the gateway's own. Any thread.
 */
public final class StackConfiguration implements UpnpServiceConfiguration {
    /** Nobody waits for what the stack maintains here: it knows local devices without an age. */
    private static final int MAINTENANCE_MILLIS = 60_000;

    private final List<InsideLink> links;
    private final Map<InetAddress, HttpListener> listeners;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SOAPActionProcessor soap = new StrictSoap();
    private final DeviceDescriptorBinder deviceWriter = new UDA10DeviceDescriptorBinderImpl();
    private final ServiceDescriptorBinder serviceWriter = new UDA10ServiceDescriptorBinderImpl();
    private final Namespace namespace = new Namespace();

    /** A stack behind these listeners. */
    public StackConfiguration(List<InsideLink> links, Map<InetAddress, HttpListener> listeners) {
        this.links = List.copyOf(links);
        this.listeners = Map.copyOf(listeners);
        // What strangers do wrong is counted; as log lines it would be theirs to fill the disk.
        SpecificationViolationReporter.disableReporting();
    }

    @Override
    public NetworkAddressFactory createNetworkAddressFactory() {
        return new InsideAddresses(links, listeners.values().iterator().next().port());
    }

    @Override
    public StreamServer<?> createStreamServer(NetworkAddressFactory addresses) {
        return new AdoptedListener(listeners);
    }

    @Override
    public SOAPActionProcessor getSoapActionProcessor() {
        return soap;
    }

    @Override
    public DeviceDescriptorBinder getDeviceDescriptorBinderUDA10() {
        return deviceWriter;
    }

    @Override
    public ServiceDescriptorBinder getServiceDescriptorBinderUDA10() {
        return serviceWriter;
    }

    @Override
    public Namespace getNamespace() {
        return namespace;
    }

    @Override
    public MulticastReceiver<?> createMulticastReceiver(NetworkAddressFactory addresses) {
        return null;
    }

    @Override
    public DatagramIO<?> createDatagramIO(NetworkAddressFactory addresses) {
        return null;
    }

    @Override
    public DatagramProcessor getDatagramProcessor() {
        return null;
    }

    @Override
    public GENAEventProcessor getGenaEventProcessor() {
        return null;
    }

    @Override
    public StreamClient<?> createStreamClient() {
        return null;
    }

    @Override
    public ServiceType[] getExclusiveServiceTypes() {
        // The stack's word for: no discovery of other devices.
        return null;
    }

    @Override
    public int getRegistryMaintenanceIntervalMillis() {
        return MAINTENANCE_MILLIS;
    }

    @Override
    public int getAliveIntervalMillis() {
        return 0;
    }

    @Override
    public boolean isReceivedSubscriptionTimeoutIgnored() {
        return false;
    }

    @Override
    public Integer getRemoteDeviceMaxAgeSeconds() {
        return null;
    }

    @Override
    public UpnpHeaders getDescriptorRetrievalHeaders(RemoteDeviceIdentity identity) {
        return null;
    }

    @Override
    public UpnpHeaders getEventSubscriptionHeaders(RemoteService service) {
        return null;
    }

    @Override
    public Executor getMulticastReceiverExecutor() {
        return threads;
    }

    @Override
    public Executor getDatagramIOExecutor() {
        return threads;
    }

    @Override
    public ExecutorService getStreamServerExecutorService() {
        return threads;
    }

    @Override
    public Executor getAsyncProtocolExecutor() {
        return threads;
    }

    @Override
    public ExecutorService getSyncProtocolExecutorService() {
        return threads;
    }

    @Override
    public Executor getRegistryMaintainerExecutor() {
        return threads;
    }

    @Override
    public Executor getRegistryListenerExecutor() {
        return threads;
    }

    @Override
    public Executor getRemoteListenerExecutor() {
        return threads;
    }

    @Override
    public void shutdown() {
        threads.shutdownNow();
    }
}
