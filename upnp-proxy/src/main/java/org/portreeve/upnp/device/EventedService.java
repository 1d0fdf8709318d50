package org.portreeve.upnp.device;

/** A service whose variables can be subscribed to. */
public enum EventedService {
    WAN_IP_CONNECTION_1,
    WAN_IP_CONNECTION_2,
    WAN_COMMON_INTERFACE_CONFIG
}
