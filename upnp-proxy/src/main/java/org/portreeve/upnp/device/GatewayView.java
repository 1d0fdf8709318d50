package org.portreeve.upnp.device;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jupnp.model.Namespace;
import org.jupnp.model.ValidationException;
import org.jupnp.model.action.ActionExecutor;
import org.jupnp.model.meta.Action;
import org.jupnp.model.meta.ActionArgument;
import org.jupnp.model.meta.DeviceDetails;
import org.jupnp.model.meta.DeviceIdentity;
import org.jupnp.model.meta.LocalDevice;
import org.jupnp.model.meta.LocalService;
import org.jupnp.model.meta.ManufacturerDetails;
import org.jupnp.model.meta.ModelDetails;
import org.jupnp.model.meta.StateVariable;
import org.jupnp.model.meta.StateVariableEventDetails;
import org.jupnp.model.meta.StateVariableTypeDetails;
import org.jupnp.model.state.StateVariableAccessor;
import org.jupnp.model.types.UDADeviceType;
import org.jupnp.model.types.UDAServiceId;
import org.jupnp.model.types.UDAServiceType;
import org.jupnp.model.types.UDN;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.igd.Connection;
import org.portreeve.upnp.igd.IgdVersion;
import org.portreeve.upnp.igd.PortMappings;

/**
 * The gateway in one version, on one link: InternetGatewayDevice with WANDevice with
 * WANConnectionDevice, all of the same version. Immutable.
 */
public final class GatewayView {
    /** UDA 1.1 §1.2.2: how long an announcement holds; at least 1800 s. */
    public static final int MAX_AGE_SECONDS = 1800;

    private static final Namespace NAMESPACE = new Namespace();
    private static final String NAME = "Portreeve";

    private final LocalDevice root;
    private final LocalService<?> common;
    private final LocalService<?> connection;
    private final EventedService connectionEvents;

    /**
     * What actions are carried out by. Immutable.
     *
     * @param loop runs what it is given on the loop of the gateway, in order
     */
    public record Machinery(
            PortMappings mappings,
            Connection connection,
            Executor loop,
            Counters<UpnpCounter> counters) {}

    /**
     * The view of a link.
     *
     * @param link names node and link, so that each has device names of its own that stay the same
     */
    public GatewayView(IgdVersion version, String link, Machinery machinery) {
        try {
            common =
                    service(
                            version,
                            ServiceTable.wanCommonInterfaceConfig(machinery.connection()),
                            machinery);
            connection =
                    service(
                            version,
                            ServiceTable.wanIpConnection(
                                    version, machinery.mappings(), machinery.connection()),
                            machinery);
            LocalDevice wanConnection =
                    device(version, link, "WANConnectionDevice", List.of(connection), List.of());
            LocalDevice wan =
                    device(version, link, "WANDevice", List.of(common), List.of(wanConnection));
            root = device(version, link, "InternetGatewayDevice", List.of(), List.of(wan));
        } catch (ValidationException e) {
            throw new IllegalStateException("the device tree breaks UDA 1.0", e);
        }
        connectionEvents =
                switch (version) {
                    case V1 -> EventedService.WAN_IP_CONNECTION_1;
                    case V2 -> EventedService.WAN_IP_CONNECTION_2;
                };
    }

    /** The device for the stack to serve. */
    public LocalDevice root() {
        return root;
    }

    /** Where its description is. */
    public String descriptionPath() {
        return NAMESPACE.getDescriptorPath(root).toString();
    }

    /** Paths of its documents: the device description and those of its services. */
    List<String> documentPaths() {
        return List.of(
                descriptionPath(),
                NAMESPACE.getDescriptorPath(common).toString(),
                NAMESPACE.getDescriptorPath(connection).toString());
    }

    /** Paths that actions are posted to, of the services in the same order. */
    List<String> controlPaths() {
        return List.of(
                NAMESPACE.getControlPath(common).toString(),
                NAMESPACE.getControlPath(connection).toString());
    }

    /** Paths that are subscribed to. */
    Map<String, EventedService> eventPaths() {
        return Map.of(
                NAMESPACE.getEventSubscriptionPath(common).toString(),
                EventedService.WAN_COMMON_INTERFACE_CONFIG,
                NAMESPACE.getEventSubscriptionPath(connection).toString(),
                connectionEvents);
    }

    /**
     * What is announced and found: 3 for the root device, 2 for each embedded one, 1 for each
     * service (UDA 1.0 §1.1.2).
     */
    public List<SsdpTarget> targets() {
        var targets = new ArrayList<SsdpTarget>();
        targets.add(SsdpTarget.of(root.getIdentity().getUdn().toString(), "upnp:rootdevice"));
        addTargets(root, targets);
        return targets;
    }

    private static void addTargets(LocalDevice device, List<SsdpTarget> targets) {
        String udn = device.getIdentity().getUdn().toString();
        targets.add(new SsdpTarget(udn, udn));
        targets.add(SsdpTarget.of(udn, device.getType().toString()));
        for (LocalService<?> service : device.getServices()) {
            targets.add(SsdpTarget.of(udn, service.getServiceType().toString()));
        }
        for (LocalDevice embedded : device.getEmbeddedDevices()) {
            addTargets(embedded, targets);
        }
    }

    private static LocalDevice device(
            IgdVersion version,
            String link,
            String type,
            List<LocalService<?>> services,
            List<LocalDevice> embedded)
            throws ValidationException {
        String unique = link + "/" + type + ":" + version.number();
        var udn = new UDN(UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8)));
        return new LocalDevice(
                new DeviceIdentity(udn, MAX_AGE_SECONDS),
                new UDADeviceType(type, version.number()),
                new DeviceDetails(
                        NAME + " gateway",
                        new ManufacturerDetails(NAME),
                        new ModelDetails(NAME, "Port control for shared addresses")),
                services.toArray(LocalService[]::new),
                embedded.toArray(LocalDevice[]::new));
    }

    @SuppressWarnings("rawtypes") // The stack's own signature.
    private static LocalService<?> service(
            IgdVersion version, ServiceTable table, Machinery machinery)
            throws ValidationException {
        var actions = new LinkedHashMap<Action, ActionExecutor>();
        for (ServiceAction action : table.actions()) {
            actions.put(
                    action(action),
                    new ActionBridge(
                            version, action.handler(), machinery.loop(), machinery.counters()));
        }
        var variables = new LinkedHashMap<StateVariable, StateVariableAccessor>();
        for (ServiceVariable variable : table.variables()) {
            // No accessor: events are made by the gateway, for each subscriber its own.
            variables.put(variable(variable), null);
        }
        return new LocalService<Object>(
                new UDAServiceType(table.type(), table.version()),
                new UDAServiceId(table.id()),
                actions,
                variables,
                Set.of(),
                false);
    }

    private static Action<LocalService<?>> action(ServiceAction action) {
        var arguments = new ArrayList<ActionArgument<LocalService<?>>>();
        for (ServiceAction.Argument in : action.in()) {
            arguments.add(
                    new ActionArgument<>(in.name(), in.variable(), ActionArgument.Direction.IN));
        }
        for (ServiceAction.Argument out : action.out()) {
            arguments.add(
                    new ActionArgument<>(out.name(), out.variable(), ActionArgument.Direction.OUT));
        }
        return new Action<>(action.name(), arguments.toArray(ActionArgument[]::new));
    }

    private static StateVariable<LocalService<?>> variable(ServiceVariable variable) {
        return new StateVariable<>(
                variable.name(),
                new StateVariableTypeDetails(variable.type().getDatatype()),
                new StateVariableEventDetails(variable.isEvented()));
    }
}
