package org.portreeve.upnp.device;

import static org.portreeve.upnp.device.ServiceVariable.evented;
import static org.portreeve.upnp.device.ServiceVariable.plain;

import java.util.ArrayList;
import java.util.List;
import org.jupnp.model.types.Datatype.Builtin;
import org.portreeve.upnp.device.ServiceAction.Argument;
import org.portreeve.upnp.igd.Connection;
import org.portreeve.upnp.igd.IgdVersion;
import org.portreeve.upnp.igd.PortMappings;

/**
 * A service as its standard describes it: variables and actions, and what carries them out.
 * Immutable.
 *
 * @param type the name in its service type
 * @param id the name in its service ID
 */
record ServiceTable(
        String type,
        int version,
        String id,
        List<ServiceVariable> variables,
        List<ServiceAction> actions) {
    private static final Argument REMOTE_HOST = new Argument("NewRemoteHost", "RemoteHost");
    private static final Argument EXTERNAL_PORT = new Argument("NewExternalPort", "ExternalPort");
    private static final Argument PROTOCOL = new Argument("NewProtocol", "PortMappingProtocol");
    private static final Argument INTERNAL_PORT = new Argument("NewInternalPort", "InternalPort");
    private static final Argument INTERNAL_CLIENT =
            new Argument("NewInternalClient", "InternalClient");
    private static final Argument ENABLED = new Argument("NewEnabled", "PortMappingEnabled");
    private static final Argument DESCRIPTION =
            new Argument("NewPortMappingDescription", "PortMappingDescription");
    private static final Argument LEASE =
            new Argument("NewLeaseDuration", "PortMappingLeaseDuration");

    /** Takes copies of the lists. */
    ServiceTable {
        variables = List.copyOf(variables);
        actions = List.copyOf(actions);
    }

    /** WANIPConnection:1 or :2. */
    static ServiceTable wanIpConnection(
            IgdVersion version, PortMappings mappings, Connection connection) {
        var variables = new ArrayList<>(connectionVariables());
        variables.addAll(mappingVariables());
        var actions = new ArrayList<>(connectionActions(connection));
        actions.addAll(mappingActions(mappings));
        if (version == IgdVersion.V2) {
            variables.add(evented("SystemUpdateID", Builtin.UI4));
            actions.add(
                    new ServiceAction(
                            "AddAnyPortMapping",
                            wholeEntry(),
                            List.of(new Argument("NewReservedPort", "ExternalPort")),
                            mappings::addAny));
        }
        return new ServiceTable(
                "WANIPConnection", version.number(), "WANIPConn1", variables, actions);
    }

    /** WANCommonInterfaceConfig:1. */
    static ServiceTable wanCommonInterfaceConfig(Connection connection) {
        return new ServiceTable(
                "WANCommonInterfaceConfig",
                1,
                "WANCommonIFC1",
                List.of(
                        plain("WANAccessType", Builtin.STRING),
                        plain("Layer1UpstreamMaxBitRate", Builtin.UI4),
                        plain("Layer1DownstreamMaxBitRate", Builtin.UI4),
                        evented("PhysicalLinkStatus", Builtin.STRING)),
                List.of(
                        new ServiceAction(
                                "GetCommonLinkProperties",
                                List.of(),
                                List.of(
                                        new Argument("NewWANAccessType", "WANAccessType"),
                                        new Argument(
                                                "NewLayer1UpstreamMaxBitRate",
                                                "Layer1UpstreamMaxBitRate"),
                                        new Argument(
                                                "NewLayer1DownstreamMaxBitRate",
                                                "Layer1DownstreamMaxBitRate"),
                                        new Argument(
                                                "NewPhysicalLinkStatus", "PhysicalLinkStatus")),
                                connection::commonLinkProperties)));
    }

    private static List<ServiceVariable> connectionVariables() {
        return List.of(
                plain("ConnectionType", Builtin.STRING),
                evented("PossibleConnectionTypes", Builtin.STRING),
                evented("ConnectionStatus", Builtin.STRING),
                plain("Uptime", Builtin.UI4),
                plain("LastConnectionError", Builtin.STRING),
                plain("RSIPAvailable", Builtin.BOOLEAN),
                plain("NATEnabled", Builtin.BOOLEAN),
                evented("ExternalIPAddress", Builtin.STRING));
    }

    private static List<ServiceVariable> mappingVariables() {
        return List.of(
                evented("PortMappingNumberOfEntries", Builtin.UI2),
                plain("PortMappingEnabled", Builtin.BOOLEAN),
                plain("PortMappingLeaseDuration", Builtin.UI4),
                plain("RemoteHost", Builtin.STRING),
                plain("ExternalPort", Builtin.UI2),
                plain("InternalPort", Builtin.UI2),
                plain("PortMappingProtocol", Builtin.STRING),
                plain("InternalClient", Builtin.STRING),
                plain("PortMappingDescription", Builtin.STRING));
    }

    private static List<ServiceAction> connectionActions(Connection connection) {
        var type = new Argument("NewConnectionType", "ConnectionType");
        return List.of(
                new ServiceAction(
                        "SetConnectionType",
                        List.of(type),
                        List.of(),
                        connection::setConnectionType),
                new ServiceAction(
                        "GetConnectionTypeInfo",
                        List.of(),
                        List.of(
                                type,
                                new Argument(
                                        "NewPossibleConnectionTypes", "PossibleConnectionTypes")),
                        connection::connectionTypeInfo),
                new ServiceAction(
                        "RequestConnection", List.of(), List.of(), connection::requestConnection),
                new ServiceAction(
                        "ForceTermination", List.of(), List.of(), connection::forceTermination),
                new ServiceAction(
                        "GetStatusInfo",
                        List.of(),
                        List.of(
                                new Argument("NewConnectionStatus", "ConnectionStatus"),
                                new Argument("NewLastConnectionError", "LastConnectionError"),
                                new Argument("NewUptime", "Uptime")),
                        connection::statusInfo),
                new ServiceAction(
                        "GetNATRSIPStatus",
                        List.of(),
                        List.of(
                                new Argument("NewRSIPAvailable", "RSIPAvailable"),
                                new Argument("NewNATEnabled", "NATEnabled")),
                        connection::natRsipStatus),
                new ServiceAction(
                        "GetExternalIPAddress",
                        List.of(),
                        List.of(new Argument("NewExternalIPAddress", "ExternalIPAddress")),
                        connection::externalIpAddress));
    }

    private static List<ServiceAction> mappingActions(PortMappings mappings) {
        return List.of(
                new ServiceAction(
                        "GetGenericPortMappingEntry",
                        List.of(new Argument("NewPortMappingIndex", "PortMappingNumberOfEntries")),
                        wholeEntry(),
                        mappings::generic),
                new ServiceAction(
                        "GetSpecificPortMappingEntry",
                        List.of(REMOTE_HOST, EXTERNAL_PORT, PROTOCOL),
                        List.of(INTERNAL_PORT, INTERNAL_CLIENT, ENABLED, DESCRIPTION, LEASE),
                        mappings::specific),
                new ServiceAction("AddPortMapping", wholeEntry(), List.of(), mappings::add),
                new ServiceAction(
                        "DeletePortMapping",
                        List.of(REMOTE_HOST, EXTERNAL_PORT, PROTOCOL),
                        List.of(),
                        mappings::delete));
    }

    private static List<Argument> wholeEntry() {
        return List.of(
                REMOTE_HOST,
                EXTERNAL_PORT,
                PROTOCOL,
                INTERNAL_PORT,
                INTERNAL_CLIENT,
                ENABLED,
                DESCRIPTION,
                LEASE);
    }
}
